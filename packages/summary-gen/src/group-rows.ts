import type { Chunk, RowKey, RowKind } from '@parseltongue/isg-core';

/** A row with what its file says about it. */
export interface GroupedRow {
  row: Chunk;
  children: readonly Chunk[];
  parentKind: RowKind | undefined;
}

/**
 * Gathers the rows of one file at a time, in input order; memory is bounded by the largest file.
 *
 * Rows of a file must follow each other. A row whose children or parent are missing from the run simply has none.
 */
export async function* groupRows(rows: Iterable<Chunk> | AsyncIterable<Chunk>): AsyncGenerator<GroupedRow[]> {
  let run: Chunk[] = [];
  for await (const row of rows) {
    if (run.length > 0 && run[0]?.file !== row.file) {
      yield linkRows(run);
      run = [];
    }
    run.push(row);
  }
  if (run.length > 0) yield linkRows(run);
}

function linkRows(run: readonly Chunk[]): GroupedRow[] {
  const kinds = new Map<RowKey, RowKind>();
  const children = new Map<RowKey, Chunk[]>();
  for (const row of run) {
    kinds.set(row.isgl1_key, row.kind);
    if (row.parent_key === null) continue;
    const siblings = children.get(row.parent_key);
    if (siblings === undefined) children.set(row.parent_key, [row]);
    else siblings.push(row);
  }
  return run.map((row) => ({
    row,
    children: children.get(row.isgl1_key) ?? [],
    parentKind: row.parent_key === null ? undefined : kinds.get(row.parent_key),
  }));
}
