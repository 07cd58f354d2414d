import { closeSync } from 'node:fs';
import { join } from 'node:path';
import { FORMAT_VERSION, SNAPSHOT_FILE } from '../durable/format.js';
import { appendEntry } from '../durable/journal.js';
import { openSnapshot, type Snapshot, writeSnapshot } from '../durable/snapshot.js';
import { isStoreError, StoreError } from '../errors.js';
import type { Change, RelationName, Tuple } from '../schema/relations.js';
import type { GraphState } from './graph-state.js';
import { applyToIndexes } from './indexes.js';
import { createIndexes, restartJournal } from './open-state.js';
import {
  addToOverlay,
  applyToTables,
  createTables,
  estimateChanges,
  overlayTuples,
  resetTables,
  scanTuples,
} from './tables.js';

const MIB = 2 ** 20;
/** A write below this always goes to the journal. */
const SMALL_WRITE_BYTES = 4 * MIB;
/** A write above this never does: it would be one text in memory. */
const LARGE_WRITE_BYTES = 64 * MIB;
const COMPACT_FLOOR_BYTES = MIB;

/**
 * Makes the changes durable, then visible: all of them or none.
 *
 * A write is one journal record; one as large as half the graph becomes a new snapshot instead, so that its bytes are
 * written once. Either way the store acknowledges after fsync.
 *
 * @throws StoreError PT_STORE_DISK_FULL, PT_STORE_READ_ONLY, PT_STORE_IO_FAILED; nothing has changed then
 */
export function commitChanges(state: GraphState, changes: readonly Change[], operation: string): void {
  assertWritable(state, operation);
  const effective = changes.filter(({ puts, removes }) => puts.length + removes.length > 0);
  if (effective.length === 0) return;
  const snapshotBytes = state.snapshot?.sizeBytes ?? 0;
  const sizeBytes = estimateChanges(effective);
  const isLarge = sizeBytes > LARGE_WRITE_BYTES || sizeBytes > Math.max(SMALL_WRITE_BYTES, snapshotBytes / 2);
  if (isLarge) commitAsSnapshot(state, effective);
  else commitToJournal(state, effective);
  if (!isLarge && state.journalBytes > Math.max(snapshotBytes, COMPACT_FLOOR_BYTES)) compact(state);
}

/** @throws StoreError PT_STORE_READ_ONLY for a store that was opened for reading */
export function assertWritable(state: GraphState, operation: string): void {
  if (!state.readOnly) return;
  throw new StoreError('PT_STORE_READ_ONLY', {
    message: `Cannot ${operation}: the store was opened with readOnly. Open it for writing`,
    details: { operation },
  });
}

/**
 * Makes other tuples the whole graph, in one step and as one write.
 *
 * @throws StoreError PT_STORE_DISK_FULL, PT_STORE_READ_ONLY, PT_STORE_IO_FAILED; nothing has changed then
 */
export function replaceGraph(state: GraphState, tuplesOf: TupleSource, operation: string): void {
  assertWritable(state, operation);
  replaceSnapshot(state, state.seq + 1, tuplesOf);
  state.indexes = createIndexes();
  state.tables = createTables();
}

/**
 * Brings everything that was acknowledged into the snapshot, in the format of this version.
 *
 * @throws StoreError PT_STORE_DISK_FULL, PT_STORE_READ_ONLY, PT_STORE_IO_FAILED
 */
export function settleSnapshot(state: GraphState): void {
  assertWritable(state, 'write the snapshot');
  const isSettled = state.snapshot?.seq === state.seq && state.snapshot.format === FORMAT_VERSION;
  if (!isSettled) replaceSnapshot(state, state.seq, overlaySource(state, []));
}

function commitToJournal(state: GraphState, changes: Change[]): void {
  if (state.journal === undefined) restartJournal(state);
  const { journal } = state;
  if (journal === undefined) return;
  try {
    appendEntry(journal, { seq: state.seq + 1, changes });
  } catch (error) {
    // After a failed fsync the system may have dropped the pages: what is on disk is only known by reading it again.
    if (isStoreError(error, 'PT_STORE_IO_FAILED')) state.failure = error;
    throw error;
  }
  state.seq += 1;
  state.journalBytes = journal.endOffset;
  applyInMemory(state, () => {
    applyToTables(state, changes);
    applyToIndexes(state, changes);
  });
}

function commitAsSnapshot(state: GraphState, changes: Change[]): void {
  replaceSnapshot(state, state.seq + 1, overlaySource(state, changes));
  applyInMemory(state, () => applyToIndexes(state, changes));
}

function applyInMemory(state: GraphState, apply: () => void): void {
  try {
    apply();
  } catch (cause) {
    state.failure = reportUnapplied(state, cause);
    throw state.failure;
  }
}

/** Writes the whole graph as a new snapshot. The write is acknowledged already, so failing only postpones it. */
function compact(state: GraphState): void {
  try {
    replaceSnapshot(state, state.seq, overlaySource(state, []));
  } catch (error) {
    if (!StoreError.isInstance(error)) throw error;
  }
}

type TupleSource = (relation: RelationName) => Iterable<Tuple>;

function overlaySource(state: GraphState, changes: readonly Change[]): TupleSource {
  return (relation) =>
    overlayTuples(relation, scanTuples(state, relation), collectOverlay(relation, changes));
}

function replaceSnapshot(state: GraphState, seq: number, tuplesOf: TupleSource): void {
  const path = join(state.dir, SNAPSHOT_FILE);
  writeSnapshot(path, seq, tuplesOf);
  const previous = state.snapshot;
  state.snapshot = reopenSnapshot(state, path);
  state.seq = seq;
  resetTables(state);
  if (previous !== undefined) closeSync(previous.fd);
  try {
    restartJournal(state);
  } catch (error) {
    // The snapshot holds everything; the next write starts the journal before it is acknowledged.
    if (!StoreError.isInstance(error)) throw error;
  }
}

function collectOverlay(relation: RelationName, changes: readonly Change[]): Map<string, Tuple | null> {
  const overlay = new Map<string, Tuple | null>();
  for (const change of changes) if (change.relation === relation) addToOverlay(overlay, change);
  return overlay;
}

function reopenSnapshot(state: GraphState, path: string): Snapshot | undefined {
  try {
    return openSnapshot(path);
  } catch (error) {
    state.failure = reportUnapplied(state, error);
    throw error;
  }
}

/** The write is acknowledged, but this process cannot show it any more. */
function reportUnapplied(state: GraphState, cause: unknown): StoreError {
  const problem = cause instanceof Error ? cause.message : String(cause);
  return new StoreError('PT_STORE_ENGINE_FAILED', {
    message: `The write is on disk but not in memory: ${problem}. Close the store and open it again`,
    details: { engine: state.engine.capabilities.name, problem },
    cause,
  });
}
