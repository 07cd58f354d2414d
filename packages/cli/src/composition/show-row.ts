import type { CodeGraphStore } from '@parseltongue/codegraph-store';
import { assembleRow, type EdgeKind, type RowKey } from '@parseltongue/isg-core';
import { CliError } from '../errors.js';
import type { RowView } from './workspace.js';

const USES: readonly EdgeKind[] = ['calls', 'uses_type', 'implements', 'tests', 'uses_macro'];

/**
 * One row with its whole text and its direct neighbors.
 *
 * @throws CliError PT_CLI_USAGE when there is no such row
 */
export async function showRow(store: CodeGraphStore, key: RowKey): Promise<RowView> {
  const row = await store.getRow(key);
  if (row === undefined) throw unknownRow(key);
  const [siblings, from, to, references, files] = await Promise.all([
    store.rowsOfFile(row.file),
    store.edgesFrom([key], { kinds: USES }),
    store.edgesTo([key], { kinds: USES }),
    store.referencesOf([key]),
    store.files(),
  ]);
  const counts = references[0];
  return {
    row,
    code: assembleRow(key, siblings).text,
    file_hash: files.find(({ path }) => path === row.file)?.hash ?? '',
    callers: [...new Set(to.map((edge) => edge.from))],
    callees: [...new Set(from.map((edge) => edge.to))],
    edges: { from, to },
    unresolved_count: counts?.unresolved_count ?? 0,
    external: counts?.external ?? [],
  };
}

function unknownRow(key: RowKey): CliError {
  return new CliError('PT_CLI_USAGE', {
    message: `No row ${key}. parseltongue search finds keys`,
    details: { argument: key },
  });
}
