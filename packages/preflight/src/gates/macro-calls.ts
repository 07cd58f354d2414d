import { type GraphReader, parseKey, type RowKey } from '@parseltongue/isg-core';
import { tokenizeRust } from '../names/tokenize-rust.js';

const MAX_MACROS = 2000;

/** A macro of the repository and what its body seems to call. */
export interface MacroCalls {
  key: RowKey;
  /** `name`, `.name` and `Type::name`, as they stand there. */
  calls: ReadonlySet<string>;
}

/** Reads what the bodies of all macros call, by their words: bodies leave no edges in the graph. */
export async function readMacroCalls(graph: GraphReader): Promise<MacroCalls[]> {
  const { rows } = await graph.findRows({ kinds: ['macro'] }, { limit: MAX_MACROS });
  return rows.map((row) => ({ key: row.isgl1_key, calls: listCalls(row.current_code) }));
}

/** Macros that seem to call one of these rows. */
export function findCallingMacros(macros: readonly MacroCalls[], keys: readonly RowKey[]): RowKey[] {
  const wanted = keys.flatMap(listSpellings);
  return macros.filter(({ calls }) => wanted.some((spelling) => calls.has(spelling))).map(({ key }) => key);
}

function listCalls(code: string): Set<string> {
  const tokens = tokenizeRust(code);
  const calls = new Set<string>();
  for (const [index, { kind, text }] of tokens.entries()) {
    if (kind !== 'word') continue;
    const before = tokens[index - 1]?.text;
    const path = before === '::' ? tokens[index - 2]?.text : undefined;
    if (before === '.') calls.add(`.${text}`);
    else if (path === undefined) calls.add(text);
    else calls.add(`${path}::${text}`).add(`::${text}`);
  }
  return calls;
}

/** How a call of a row may be spelled. */
function listSpellings(key: RowKey): string[] {
  const { container, name } = parseKey(key);
  const owner = container.at(-1);
  return owner === undefined ? [name, `::${name}`] : [`.${name}`, `${owner}::${name}`];
}
