import { closeSync } from 'node:fs';
import { openSnapshot } from '../durable/snapshot.js';
import type { GraphState } from '../state/graph-state.js';
import { createState } from '../state/open-state.js';
import { findCheckpointFile } from './checkpoint-files.js';

export interface OpenCheckpoint extends Disposable {
  state: GraphState;
}

/**
 * Opens a checkpoint for reading; every checksum is verified.
 *
 * @throws StoreError PT_STORE_CHECKPOINT_UNKNOWN, PT_STORE_CORRUPT, PT_STORE_VERSION_UNKNOWN
 */
export function openCheckpoint(owner: GraphState, name: string): OpenCheckpoint {
  const { path } = findCheckpointFile(owner.dir, name);
  const snapshot = openSnapshot(path);
  const options = { dir: owner.dir, readOnly: true, engine: owner.engine, lock: undefined };
  const state = createState(options, { snapshot, journal: undefined });
  return {
    state,
    [Symbol.dispose]: () => {
      if (snapshot !== undefined) closeSync(snapshot.fd);
    },
  };
}
