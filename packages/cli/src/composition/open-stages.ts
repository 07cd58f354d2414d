import { setTimeout as delay } from 'node:timers/promises';
import {
  type IncrementalStream,
  openAnalyzer,
  openChunker,
  openIncrementalStream,
} from '@parseltongue/chunk-streamer';
import { type CodeGraphStore, isStoreError, openStore } from '@parseltongue/codegraph-store';
import type { Chunker, Progress, ProgressListener } from '@parseltongue/isg-core';
import { recoverJournal } from '@parseltongue/preflight';
import type { RepositoryPlace } from '../config/locate-repository.js';
import type { CliContext } from '../io.js';
import { type Lazy, openLazily } from './open-lazily.js';
import { openPreflights, type Preflights } from './open-preflights.js';
import { createTurns, type Turns } from './take-turns.js';
import { createTreeContext } from './tree-context.js';

/** Says whether files may have changed since a moment; without one every question compares the tree. */
export interface ChangeSignal {
  /** Grows with every change; undefined while changes may be missed. */
  readGeneration(): Promise<number | undefined>;
}

/** The stages of one repository, opened when first used, shared by everybody who works on it in this process. */
export interface Stages extends AsyncDisposable {
  place: RepositoryPlace;
  store: Lazy<CodeGraphStore>;
  chunker: Lazy<Chunker & AsyncDisposable>;
  preflights: Preflights;
  /** Remembers what was read, for processes that live long; undefined in one that ends with its verb. */
  stream: Lazy<IncrementalStream> | undefined;
  /** One index run at a time. */
  indexing: Turns;
  /** One run that verifies or writes at a time. */
  changing: Turns;
  /** Whom the stages tell about their progress: the listener of the work at hand. */
  progress: { listener: ProgressListener };
  /** The generation of files the graph is known to hold. */
  indexedGeneration: number | undefined;
  changes: ChangeSignal | undefined;
}

/** How the stages are opened. */
export interface StageOptions {
  /** True in a process that answers many questions. */
  isResident?: boolean;
}

const LOCK_WAIT_MS = 10_000;
const LOCK_POLL_MS = 200;

/** Brings an apply that a crash cut off to an end, then wires the stages. */
export async function openStages(
  place: RepositoryPlace,
  context: CliContext,
  { isResident = false }: StageOptions = {},
): Promise<Stages> {
  const { root, stateDir } = place;
  const { env, signal } = context;
  if (place.isGit) await recover(place, context);
  const progress = { listener: (_event: Progress): void => undefined };
  const store = openLazily(() => openStoreWhenFree(stateDir, signal));
  const chunker = openLazily(() => openChunker(root));
  const analyzer = openLazily(() => openAnalyzer(root));
  const stream = isResident ? openLazily(() => openIncrementalStream(root)) : undefined;
  const preflights = openPreflights({ place, env, store, chunker, analyzer, progress });
  return {
    place,
    store,
    chunker,
    preflights,
    stream,
    indexing: createTurns(),
    changing: createTurns(),
    progress,
    indexedGeneration: undefined,
    changes: undefined,
    async [Symbol.asyncDispose]() {
      for (const part of [preflights, stream, analyzer, chunker, store]) await part?.dispose();
    },
  };
}

/** Another process usually holds the store for the time of one verb: worth a short wait. */
async function openStoreWhenFree(dir: string, signal: AbortSignal): Promise<CodeGraphStore> {
  const deadline = performance.now() + LOCK_WAIT_MS;
  for (;;) {
    try {
      return await openStore({ dir, signal });
    } catch (error) {
      if (!isStoreError(error, 'PT_STORE_LOCKED') || performance.now() > deadline) throw error;
      await delay(LOCK_POLL_MS, undefined, { signal });
    }
  }
}

/** An apply that a crash cut off is brought to an end before anybody reads the tree. */
async function recover(place: RepositoryPlace, { env, io }: CliContext): Promise<void> {
  const report = await recoverJournal(createTreeContext(place, env));
  if (report !== null) io.err(`${report.message}\n`);
}
