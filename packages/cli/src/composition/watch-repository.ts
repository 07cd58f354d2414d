import { type IncrementalStream, watchRepository } from '@parseltongue/chunk-streamer';
import type { CodeGraphStore } from '@parseltongue/codegraph-store';
import type { IndexRecord } from '@parseltongue/isg-core';
import { summarizeStore } from './summarize-store.js';
import type { WatchUpdate } from './workspace.js';

export interface WatchRequest {
  root: string;
  store: CodeGraphStore;
  stream: IncrementalStream;
  signal: AbortSignal;
  onUpdate: (update: WatchUpdate) => void;
}

/**
 * Brings the graph in step once, then after every burst of changes, until the signal aborts.
 *
 * Changes are heard of before the first reading begins, so that none falls between the two.
 */
export async function watchStore({ root, store, stream, signal, onUpdate }: WatchRequest): Promise<void> {
  const { changes, first } = await startWatching(root, signal);
  try {
    onUpdate(await updateStore({ store, stream, signal }));
    for (let told = await first; told.done !== true; told = await changes.next()) {
      const paths = told.value.kind === 'paths' ? { paths: told.value.paths } : {};
      onUpdate(await updateStore({ store, stream, signal, ...paths }));
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await changes.return();
  }
}

/** The changes, and the first of them, once everything is watched. */
async function startWatching(root: string, signal: AbortSignal) {
  let onReady = (): void => undefined;
  const ready = new Promise<void>((done) => (onReady = done));
  const changes = watchRepository(root, { signal, onReady: () => onReady() });
  const first = changes.next();
  first.catch(() => undefined); // it is waited for later
  await Promise.race([ready, first]);
  return { changes, first };
}

interface StoreUpdate {
  store: CodeGraphStore;
  stream: IncrementalStream;
  signal: AbortSignal;
  paths?: readonly string[];
}

async function updateStore({ store, stream, signal, paths }: StoreUpdate): Promise<WatchUpdate> {
  const started = performance.now();
  const seen = { files: 0 };
  const records = countFiles(stream.update({ signal, ...(paths === undefined ? {} : { paths }) }), seen);
  const { rows, edges } = await store.ingest(records);
  await stream.accept();
  await summarizeStore({ store, signal, onProgress: () => undefined });
  return { files: seen.files, rows, edges, ms: performance.now() - started };
}

async function* countFiles(
  records: AsyncIterable<IndexRecord>,
  seen: { files: number },
): AsyncGenerator<IndexRecord> {
  for await (const record of records) {
    if (record.type === 'file') seen.files += 1;
    yield record;
  }
}
