import { assertWritable } from '../state/commit.js';
import type { GraphState } from '../state/graph-state.js';
import { openCatalog } from '../state/indexes.js';
import { readTuple } from '../state/tables.js';
import { openVectors } from './rank-by-vector.js';
import type { VectorSpace } from './vector-cache.js';

/** An embedder reads this much of a row: more is cut off by most models anyway. */
const TEXT_LIMIT = 4000;

/** A text that has no vector yet, by the hash of the row's whole text. */
export interface VectorTask {
  hash: string;
  text: string;
}

/** The hashes of all texts without a vector, each once, in key order of their first row. */
export function listUnembedded(state: GraphState, space: VectorSpace): { hashes: string[]; cached: number } {
  assertWritable(state, 'store vectors');
  const { cache } = openVectors(state, space);
  const missing = new Set<string>();
  const present = new Set<string>();
  for (const entry of openCatalog(state).sorted()) {
    if (entry.tokenCount === 0) continue;
    (cache.slotOf(entry.contentHash) === undefined ? missing : present).add(entry.contentHash);
  }
  return { hashes: [...missing], cached: present.size };
}

/** The texts of hashes; a text that is gone since is left out. */
export function readVectorTasks(state: GraphState, hashes: readonly string[]): VectorTask[] {
  const wanted = new Set(hashes);
  const tasks: VectorTask[] = [];
  for (const entry of openCatalog(state).sorted()) {
    if (!wanted.delete(entry.contentHash)) continue;
    const code = (readTuple(state, 'code', entry.key)?.[1] ?? '') as string;
    tasks.push({ hash: entry.contentHash, text: code.slice(0, TEXT_LIMIT) });
  }
  return tasks;
}

/** Stores vectors durably, beside the graph: they are no part of it. */
export function putVectors(
  state: GraphState,
  space: VectorSpace,
  records: readonly { hash: string; vector: Float32Array }[],
): void {
  assertWritable(state, 'store vectors');
  const index = openVectors(state, space);
  index.cache.append(records);
  index.rows = undefined;
}
