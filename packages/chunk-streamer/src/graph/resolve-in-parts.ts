import type { WorkerPool } from '../workers/worker-pool.js';
import type { PackedGraph } from './pack-graph.js';
import type { ResolveRequest } from './resolve-region.js';

// A smaller region takes less time than a second program for it.
const MIN_PART_BYTES = 1 << 20;
const MIN_PART_FILES = 16;
// Every part holds the whole region: of one that is larger there is one at a time.
const MAX_SPLIT_BYTES = 24 << 20;

/** Resolves a region; a large one on all workers, of which each resolves a part of the files, a huge one on one. */
export async function resolveInParts(
  pool: WorkerPool,
  request: ResolveRequest,
  take: (path: string, graph: PackedGraph) => void,
): Promise<void> {
  const sizeBytes = request.files.reduce((sum, { length }) => sum + length, 0);
  const { wanted } = request;
  const isHuge = sizeBytes > MAX_SPLIT_BYTES;
  const worthwhile = isHuge
    ? 1
    : Math.floor(Math.min(sizeBytes / MIN_PART_BYTES, wanted.length / MIN_PART_FILES));
  const parts = cutInParts(wanted, Math.max(1, Math.min(pool.size, worthwhile)));
  await Promise.all(parts.map((part) => pool.resolve({ ...request, wanted: part }, take)));
}

function cutInParts(paths: readonly string[], count: number): string[][] {
  const size = Math.ceil(paths.length / count);
  const parts: string[][] = [];
  for (let start = 0; start < paths.length; start += size) parts.push(paths.slice(start, start + size));
  return parts;
}
