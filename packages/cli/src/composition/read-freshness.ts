import { listSources } from '@parseltongue/chunk-streamer';
import type { FileFacts } from '@parseltongue/isg-core';
import type { Freshness } from './workspace.js';

/** Compares the files on disk with those indexed, by size and modification time; reads no content. */
export async function compareFiles(
  root: string,
  indexed: readonly FileFacts[],
  signal: AbortSignal,
): Promise<Freshness> {
  const known = new Map(indexed.map((file) => [file.path, file]));
  const freshness: Freshness = { changed: [], added: [], removed: [] };
  for (const { path, sizeBytes, mtimeMs } of await listSources(root, { signal })) {
    const file = known.get(path);
    known.delete(path);
    if (file === undefined) freshness.added.push(path);
    else if (file.size_bytes !== sizeBytes || file.mtime_ms !== mtimeMs) freshness.changed.push(path);
  }
  freshness.removed.push(...known.keys());
  return freshness;
}
