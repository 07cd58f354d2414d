import { createHash } from 'node:crypto';
import {
  type Chunk,
  type Chunker,
  estimateTokenCount,
  type FileChunks,
  fileKey,
  formatKey,
  type RowKey,
  type RowKind,
} from '@parseltongue/isg-core';

const HEAD =
  /^\s*(?:pub(?:\([^)]*\))?\s+)?(fn|struct|enum|mod|trait|impl|macro_rules!)\s+([A-Za-z_][A-Za-z0-9_]*)/;
const KINDS: Record<string, RowKind> = {
  fn: 'function',
  struct: 'struct',
  enum: 'enum',
  mod: 'module',
  trait: 'trait',
  impl: 'impl',
  'macro_rules!': 'macro',
};

/**
 * Cuts well-formatted Rust with one item per run of lines: enough to make proposals without a parser. Each item starts
 * at its first attribute or doc comment and ends where its braces close; modules have rows for their items.
 */
export function createItemChunker(): Chunker {
  return { chunkFile: ({ path, text }) => Promise.resolve(chunkText(path, text)) };
}

function chunkText(path: string, text: string): FileChunks {
  const rows: Chunk[] = [];
  const file = emptyRow({
    path,
    key: fileKey(path),
    kind: 'file',
    name: path,
    line: 1,
    span: { start: 0, end: Buffer.byteLength(text) },
  });
  rows.push(file);
  file.current_code = cutItems(
    { path, text, base: 0, line: 1, parent: file.isgl1_key, container: [], isTest: isTestPath(path) },
    rows,
  );
  for (const row of rows) seal(row);
  return { rows, diagnostics: findSyntaxErrors(path, text) };
}

/** Complains of an operator before a semicolon, and of an extern block that is fine in the edition of today. */
function findSyntaxErrors(path: string, text: string): FileChunks['diagnostics'] {
  return [...text.matchAll(/[-+*/] ;|unsafe extern "C" \{/g)].map((match) => {
    const start = Buffer.byteLength(text.slice(0, match.index));
    const line = text.slice(0, match.index).split('\n').length;
    return { path, span: { start, end: start + 1 }, line, severity: 'error', message: 'syntax error' };
  });
}

interface Region {
  path: string;
  text: string;
  /** Byte offset of the region in the file. */
  base: number;
  line: number;
  parent: RowKey;
  container: string[];
  isTest: boolean;
}

/** Takes the items out of a region; returns what is left of it. */
function cutItems(region: Region, rows: Chunk[]): string {
  const lines = region.text.split(/(?<=\n)/);
  let own = '';
  let offset = region.base;
  let order = 0;
  for (let at = 0; at < lines.length; ) {
    const end = findItemEnd(lines, at);
    if (end === at) {
      own += lines[at] ?? '';
      offset += Buffer.byteLength(lines[at] ?? '');
      at += 1;
      continue;
    }
    const text = lines.slice(at, end).join('');
    const row = readItem({ ...region, text, base: offset, line: region.line + at }, rows);
    row.order = order;
    row.parent_offset = Buffer.byteLength(own);
    order += 1;
    offset += Buffer.byteLength(text);
    at = end;
  }
  return own;
}

function readItem(region: Region, rows: Chunk[]): Chunk {
  const head = region.text
    .split('\n')
    .map((line) => HEAD.exec(line))
    .find((match) => match !== null);
  const word = head?.[1] ?? 'fn';
  // the name of a macro ends with the sign its word ends with
  const name = `${head?.[2] ?? '_'}${word.slice('macro_rules'.length)}`;
  const isTest = region.isTest || /#\[(test|cfg\(test\))\]/.test(region.text);
  const row = emptyRow({
    path: region.path,
    key: formatKey({ path: region.path, container: region.container, name }),
    kind: KINDS[word] ?? 'function',
    name,
    line: region.line,
    span: { start: region.base, end: region.base + Buffer.byteLength(region.text) },
  });
  row.parent_key = region.parent;
  row.tdd_classification = isTest ? 'TEST_IMPLEMENTATION' : 'CODE_IMPLEMENTATION';
  rows.push(row);
  const open = region.text.indexOf('{\n');
  if (word !== 'mod' || open < 0) {
    row.current_code = region.text;
    return row;
  }
  const [before, inside, after] = [
    region.text.slice(0, open + 2),
    region.text.slice(open + 2, region.text.lastIndexOf('}')),
    region.text.slice(region.text.lastIndexOf('}')),
  ];
  const inner: Region = {
    ...region,
    text: inside,
    base: region.base + Buffer.byteLength(before),
    line: region.line + before.split('\n').length - 1,
    parent: row.isgl1_key,
    container: [...region.container, name],
    isTest,
  };
  const from = rows.length;
  const left = cutItems(inner, rows);
  for (const child of rows.slice(from))
    if (child.parent_key === row.isgl1_key) child.parent_offset += Buffer.byteLength(before);
  row.current_code = before + left + after;
  return row;
}

/** The line after the item that starts at `at`, or `at` when none starts there. */
function findItemEnd(lines: readonly string[], at: number): number {
  let end = at;
  while (/^\s*(\/\/\/|#\[)/.test(lines[end] ?? '')) end += 1;
  if (!HEAD.test(lines[end] ?? '')) return at;
  let depth = 0;
  for (; end < lines.length; end += 1) {
    const line = lines[end] ?? '';
    depth += line.split('{').length - line.split('}').length;
    if (depth === 0 && /[};]\s*$/.test(line)) return end + 1;
  }
  return lines.length;
}

function isTestPath(path: string): boolean {
  return path.startsWith('tests/') || path.includes('/tests/');
}

function emptyRow(row: {
  path: string;
  key: RowKey;
  kind: RowKind;
  name: string;
  line: number;
  span: Chunk['span'];
}): Chunk {
  return {
    isgl1_key: row.key,
    kind: row.kind,
    name: row.name,
    visibility: 'private',
    file: row.path,
    span: row.span,
    line: row.line,
    parent_key: null,
    order: 0,
    parent_offset: 0,
    current_code: '',
    interface_signature: '',
    doc: '',
    tdd_classification: isTestPath(row.path) ? 'TEST_IMPLEMENTATION' : 'CODE_IMPLEMENTATION',
    tdd_reason: 'fixture',
    crate: null,
    module_path: null,
    cfg: null,
    content_hash: '',
    token_count: 0,
  };
}

function seal(row: Chunk): void {
  row.content_hash = createHash('sha256').update(row.current_code).digest('hex');
  row.token_count = estimateTokenCount(row.current_code);
}
