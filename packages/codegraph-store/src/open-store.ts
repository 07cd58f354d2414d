import { isAbsolute, resolve } from 'node:path';
import type { Embedder, Reranker } from '@parseltongue/isg-core';
import { startWorker } from './client/worker-client.js';
import { WorkerStore } from './client/worker-store.js';
import type { CodeGraphStore } from './contract.js';
import type { EngineSetup } from './engines/cozo-engine.js';
import { StoreError } from './errors.js';

export interface OpenStoreOptions {
  /** The graph's own directory, by custom `.parseltongue` at the repository's root. Created when missing. */
  dir: string;
  /** What answers raw queries. Default cozo-wasm, which npm alone installs; cozo-node is the native build. */
  engine?: 'cozo-wasm' | 'cozo-node';
  /**
   * Where cozo-node keeps its copy of the relations while the store is open: in a file of the directory or, for readers
   * always, in memory. Default sqlite. The graph itself is in the snapshot and the journal with every engine.
   */
  cozoStorage?: 'sqlite' | 'rocksdb' | 'mem';
  /** Read what another process writes, without taking the directory. The view is that of the moment of opening. */
  readOnly?: boolean;
  /** Turns rows and queries into vectors, in the caller's thread: `embedRows` stores those of rows. */
  embedder?: Embedder;
  /** Orders the best hits of a search anew, in the caller's thread. */
  reranker?: Reranker;
  /** Ends an opening or an ingest under way; the graph is then as it was before. */
  signal?: AbortSignal;
}

/**
 * Opens the graph in `dir` for this process alone.
 *
 * Writes are acknowledged after fsync. Dispose the store to give the directory back.
 *
 * @throws StoreError PT_STORE_LOCKED naming the owning process, PT_STORE_CORRUPT, PT_STORE_VERSION_UNKNOWN,
 *   PT_STORE_NOT_FOUND (read-only), PT_STORE_READ_ONLY, PT_STORE_ENGINE_MISSING,
 *   PT_STORE_ENGINE_UNSUPPORTED
 */
export async function openStore(options: OpenStoreOptions): Promise<CodeGraphStore> {
  const { readOnly = false, signal, embedder, reranker } = options;
  const engine = chooseEngine(options);
  const dir = isAbsolute(options.dir) ? options.dir : resolve(options.dir);
  const { client, lockToken } = await startWorker({ role: 'store', dir, readOnly, engine });
  const store = new WorkerStore({ client, dir, engine, lockToken, signal, ports: { embedder, reranker } });
  if (signal?.aborted !== true) return store;
  await store[Symbol.asyncDispose]();
  throw new StoreError('PT_STORE_ABORTED', {
    message: 'Opening the store was aborted',
    details: { operation: 'open' },
    cause: signal.reason,
  });
}

/** Two processes may read beside each other, so what readers hold is in memory. */
function chooseEngine({ engine = 'cozo-wasm', cozoStorage, readOnly }: OpenStoreOptions): EngineSetup {
  if (engine === 'cozo-node')
    return { name: engine, storage: readOnly === true ? 'mem' : (cozoStorage ?? 'sqlite') };
  if (cozoStorage === undefined || cozoStorage === 'mem') return { name: engine, storage: 'mem' };
  throw new StoreError('PT_STORE_ENGINE_UNSUPPORTED', {
    message: `${engine} keeps its copy of the relations in memory, not in ${cozoStorage}. Leave cozoStorage out, or open with engine cozo-node`,
    details: { engine },
  });
}
