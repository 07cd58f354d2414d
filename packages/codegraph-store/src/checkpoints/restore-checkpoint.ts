import type { Checkpoint } from '../contract-change.js';
import { assertWritable, replaceGraph, settleSnapshot } from '../state/commit.js';
import type { GraphState } from '../state/graph-state.js';
import { scanTuples } from '../state/tables.js';
import {
  type CheckpointFile,
  dropCheckpointFiles,
  keepSnapshot,
  listCheckpointFiles,
} from './checkpoint-files.js';
import { openCheckpoint } from './open-checkpoint.js';

/** Keeps the graph as it is now under a name. */
export function createCheckpoint(state: GraphState, name: string): Checkpoint {
  settleSnapshot(state);
  return describeFile(keepSnapshot(state.dir, name));
}

export function listCheckpoints(state: GraphState): Checkpoint[] {
  return listCheckpointFiles(state.dir).map(describeFile);
}

/** Makes the graph what the checkpoint holds, as one write. */
export function restoreCheckpoint(state: GraphState, name: string): void {
  assertWritable(state, 'restore a checkpoint');
  using checkpoint = openCheckpoint(state, name);
  replaceGraph(state, (relation) => scanTuples(checkpoint.state, relation), 'restore a checkpoint');
}

export function dropCheckpoint(state: GraphState, name: string): void {
  assertWritable(state, 'drop a checkpoint');
  dropCheckpointFiles(state.dir, name);
}

function describeFile({ name, created_at, size_bytes }: CheckpointFile): Checkpoint {
  return { name, created_at, size_bytes };
}
