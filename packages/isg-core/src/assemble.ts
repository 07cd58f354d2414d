import { CoreError } from './errors.js';
import type { RowKey } from './key.js';
import type { Chunk, Span } from './row.js';
import { utf8Length } from './tokens.js';

/** What assembling needs of a row. */
export type AssemblyRow = Pick<
  Chunk,
  'isgl1_key' | 'parent_key' | 'order' | 'parent_offset' | 'current_code'
>;

/** An assembled text and where each row stands in it. */
export interface AssembledText {
  text: string;
  spans: Map<RowKey, Span>;
}

/**
 * Puts a file together from its rows, byte for byte (invariant I2), and says where each row ended up.
 *
 * The rows are those of one file in any order; exactly one has no parent.
 *
 * @throws CoreError PT_CORE_ASSEMBLY_BROKEN when a parent is missing, twice present or an offset cuts a character
 */
export function assembleFile(rows: readonly AssemblyRow[]): AssembledText {
  const roots = rows.filter((row) => row.parent_key === null);
  const root = roots[0];
  if (root === undefined || roots.length > 1) {
    throw broken(
      rows[0]?.isgl1_key ?? '',
      `${roots.length} rows without a parent, expected the file row alone`,
    );
  }
  const assembled = assembleRow(root.isgl1_key, rows);
  if (assembled.spans.size !== rows.length) {
    const lost = rows.find((row) => !assembled.spans.has(row.isgl1_key));
    throw broken(root.isgl1_key, `row ${lost?.isgl1_key ?? ''} hangs on a parent that is not in the file`);
  }
  return assembled;
}

/** The full text of one row with its children in place; spans are relative to that text. */
export function assembleRow(key: RowKey, rows: readonly AssemblyRow[]): AssembledText {
  const byKey = new Map(rows.map((row) => [row.isgl1_key, row]));
  if (byKey.size !== rows.length) throw broken(key, 'two rows share one key');
  const row = byKey.get(key);
  if (row === undefined) throw broken(key, 'the row is not among the rows given');
  const parts: string[] = [];
  const spans = new Map<RowKey, Span>();
  appendRow(row, groupChildren(rows), { parts, spans, position: 0 });
  return { text: parts.join(''), spans };
}

interface Output {
  parts: string[];
  spans: Map<RowKey, Span>;
  position: number;
}

function appendRow(row: AssemblyRow, children: Map<RowKey, AssemblyRow[]>, output: Output): void {
  const start = output.position;
  const own = row.current_code;
  let units = 0;
  let bytes = 0;
  for (const child of children.get(row.isgl1_key) ?? []) {
    const cut = unitsOfBytes(own, units, child.parent_offset - bytes);
    if (cut === undefined)
      throw broken(
        row.isgl1_key,
        `offset ${child.parent_offset} of ${child.isgl1_key} is outside or inside a character`,
      );
    appendText(own.slice(units, cut), output);
    units = cut;
    bytes = child.parent_offset;
    appendRow(child, children, output);
  }
  appendText(own.slice(units), output);
  output.spans.set(row.isgl1_key, { start, end: output.position });
}

function appendText(text: string, output: Output): void {
  output.parts.push(text);
  output.position += utf8Length(text);
}

function groupChildren(rows: readonly AssemblyRow[]): Map<RowKey, AssemblyRow[]> {
  const groups = new Map<RowKey, AssemblyRow[]>();
  for (const row of rows) {
    if (row.parent_key === null) continue;
    const siblings = groups.get(row.parent_key);
    if (siblings === undefined) groups.set(row.parent_key, [row]);
    else siblings.push(row);
  }
  for (const siblings of groups.values())
    siblings.sort((a, b) => a.parent_offset - b.parent_offset || a.order - b.order);
  return groups;
}

/** Index in UTF-16 units that lies `byteCount` UTF-8 bytes after `from`; undefined when no character ends there. */
function unitsOfBytes(text: string, from: number, byteCount: number): number | undefined {
  let left = byteCount;
  let at = from;
  while (left > 0 && at < text.length) {
    const unit = text.charCodeAt(at);
    const isPair = unit >= 0xd800 && unit <= 0xdbff && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00;
    left -= isPair ? 4 : unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3;
    at += isPair ? 2 : 1;
  }
  return left === 0 ? at : undefined;
}

function broken(file: string, problem: string): CoreError {
  return new CoreError('PT_CORE_ASSEMBLY_BROKEN', {
    message: `Cannot assemble ${file}: ${problem}. Re-index the file`,
    details: { file, problem },
  });
}
