import type { RowKey } from '@parseltongue/isg-core';
import type { ResolvableItem } from '../languages/rust/syntax.js';

/** Which rows a file has and which stand in which, in few bytes outside of the heap. */
export interface KeptRows {
  path: string;
  /** Keys without the path they all start with, by line. */
  keys: Uint8Array;
  parents: Int32Array;
}

type Row = Pick<ResolvableItem, 'key' | 'parent'>;

/** Keeps the keys and parents of a file's rows; no key holds a line break. */
export function keepRows(path: string, rows: readonly Row[]): KeptRows {
  return {
    path,
    keys: new TextEncoder().encode(rows.map(({ key }) => key.slice(path.length)).join('\n')),
    parents: Int32Array.from(rows, ({ parent }) => parent),
  };
}

/** The inverse of {@link keepRows}. */
export function readKeptRows({ path, keys, parents }: KeptRows): Row[] {
  const ends = new TextDecoder().decode(keys).split('\n');
  return ends.map((end, index) => ({ key: `${path}${end}` as RowKey, parent: parents[index] ?? -1 }));
}
