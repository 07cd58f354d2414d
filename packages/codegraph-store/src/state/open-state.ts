import { closeSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { mapDiskError, reportDamage } from '../durable/disk-error.js';
import { JOURNAL_FILE, LOCK_FILE, SNAPSHOT_FILE } from '../durable/format.js';
import { type JournalContent, openJournalWriter, readJournal, resetJournal } from '../durable/journal.js';
import { releaseLock, takeLock } from '../durable/lock.js';
import { openSnapshot, type Snapshot } from '../durable/snapshot.js';
import type { CozoEngine } from '../engines/cozo-engine.js';
import { isStoreError, StoreError } from '../errors.js';
import type { GraphState, Indexes } from './graph-state.js';
import { addToOverlay, createTables } from './tables.js';
import { TextTable } from './text-table.js';

export interface OpenStateOptions {
  dir: string;
  readOnly: boolean;
  engine: CozoEngine;
}

const READ_ATTEMPTS = 5;

/**
 * Opens the graph below `dir`, creating it when it may be written.
 *
 * Every checksum is verified here; the relations themselves are loaded when first asked for.
 *
 * @throws StoreError PT_STORE_LOCKED, PT_STORE_CORRUPT, PT_STORE_VERSION_UNKNOWN, PT_STORE_NOT_FOUND, PT_STORE_READ_ONLY
 */
export function openState(options: OpenStateOptions): GraphState {
  const { dir, readOnly } = options;
  if (!readOnly) createDirectory(dir);
  const lock = readOnly ? undefined : takeLock(join(dir, LOCK_FILE));
  try {
    const files = readOnly ? readSettled(dir) : readFiles(dir);
    const state = createState({ ...options, lock }, files);
    replayJournal(state, files.journal);
    if (!readOnly) openJournal(state, files.journal);
    return state;
  } catch (error) {
    if (lock !== undefined) releaseLock(lock);
    throw error;
  }
}

/** Closes the files and gives the directory back. Everything acknowledged is already on disk. */
export function closeState(state: GraphState): void {
  if (state.snapshot !== undefined) closeSync(state.snapshot.fd);
  if (state.journal !== undefined) closeSync(state.journal.fd);
  state.journal = undefined;
  if (state.lock !== undefined) releaseLock(state.lock);
  state.engine.close();
}

/** Starts an empty journal after the last write when there is none to continue. */
export function restartJournal(state: GraphState): void {
  const path = join(state.dir, JOURNAL_FILE);
  if (state.journal !== undefined) closeSync(state.journal.fd);
  state.journal = undefined;
  resetJournal(path, state.seq);
  const content = readJournal(path);
  state.journalBytes = content?.endOffset ?? 0;
  state.journal = openJournalWriter(path, state.journalBytes);
}

/** The state of files that have been read; nothing of the journal is replayed yet. */
export function createState(
  options: OpenStateOptions & Pick<GraphState, 'lock'>,
  files: GraphFiles,
): GraphState {
  const { snapshot, journal } = files;
  return {
    ...options,
    snapshot,
    journal: undefined,
    journalBytes: journal?.endOffset ?? 0,
    seq: snapshot?.seq ?? 0,
    cutBytes: journal?.tornBytes ?? 0,
    tables: createTables(),
    indexes: createIndexes(),
    failure: undefined,
  };
}

/** Nothing is built yet. */
export function createIndexes(): Indexes {
  return {
    texts: new TextTable(),
    catalog: undefined,
    edges: undefined,
    unresolved: undefined,
    unresolvedShare: undefined,
    text: undefined,
    planViews: new Map(),
    fileSizes: undefined,
    vectors: undefined,
  };
}

export interface GraphFiles {
  snapshot: Snapshot | undefined;
  journal: JournalContent | undefined;
}

function createDirectory(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true });
    const ignore = join(dir, '.gitignore');
    if (!existsSync(ignore)) writeFileSync(ignore, '*\n');
  } catch (cause) {
    throw mapDiskError(cause, 'create the directory of the graph');
  }
}

/** Reads while another process may be replacing the snapshot: a mismatch is read again before it is believed. */
function readSettled(dir: string): GraphFiles {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const files = readFiles(dir);
      if (files.snapshot !== undefined || files.journal !== undefined) return files;
      const file = basename(dir);
      throw new StoreError('PT_STORE_NOT_FOUND', {
        message: `There is no graph in ${file}. Index the repository first`,
        details: { file },
      });
    } catch (error) {
      if (attempt >= READ_ATTEMPTS || !isStoreError(error, 'PT_STORE_CORRUPT')) throw error;
    }
  }
}

function readFiles(dir: string): GraphFiles {
  const snapshot = openSnapshot(join(dir, SNAPSHOT_FILE));
  try {
    const journal = readJournal(join(dir, JOURNAL_FILE));
    const base = journal?.baseSeq ?? snapshot?.seq ?? 0;
    if (base > (snapshot?.seq ?? 0))
      throw reportDamage(SNAPSHOT_FILE, 0, `the snapshot of write ${base} is missing`);
    if (snapshot !== undefined && journal === undefined)
      throw reportDamage(JOURNAL_FILE, 0, 'the journal is missing');
    return { snapshot, journal };
  } catch (error) {
    if (snapshot !== undefined) closeSync(snapshot.fd);
    throw error;
  }
}

function replayJournal(state: GraphState, journal: JournalContent | undefined): void {
  for (const entry of journal?.entries ?? []) {
    if (entry.seq <= state.seq) continue;
    for (const change of entry.changes) addToOverlay(state.tables[change.relation].overlay, change);
    state.seq = entry.seq;
  }
}

function openJournal(state: GraphState, journal: JournalContent | undefined): void {
  const isContinued = journal !== undefined && journal.baseSeq + journal.entries.length === state.seq;
  if (!isContinued) restartJournal(state);
  else state.journal = openJournalWriter(join(state.dir, JOURNAL_FILE), journal.endOffset);
}
