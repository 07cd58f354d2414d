import {
  type ExactTier,
  type IncrementalStream,
  type StreamOptions,
  streamChunks,
} from '@parseltongue/chunk-streamer';
import type { CodeGraphStore } from '@parseltongue/codegraph-store';
import type { FileFacts, IndexRecord, Ledger, ProgressListener } from '@parseltongue/isg-core';
import { CliError } from '../errors.js';
import { describeTier, mergeExactRecords } from './exact-edges.js';
import { summarizeStore } from './summarize-store.js';
import type { IndexOutcome } from './workspace.js';

export interface IndexRequest {
  root: string;
  store: CodeGraphStore;
  /** A stream that remembers what the store has; without one every file is compared with the store's. */
  stream?: IncrementalStream | undefined;
  workers?: number;
  maxFileBytes?: number;
  /** What the compiler said; edges are merged with what of it still holds. */
  tier?: ExactTier | undefined;
  signal: AbortSignal;
  /** Told what of the tier was used. */
  onNarrowed?: (tier: ExactTier) => Promise<void>;
  onProgress: ProgressListener;
}

/**
 * Reads the repository into the store in one durable batch and summarizes the rows that have no fresh summary.
 *
 * An abort or a crash before the batch is acknowledged leaves the old graph.
 *
 * @throws CliError PT_CLI_NOT_RUST when no Rust file is found
 */
export async function indexRepository(request: IndexRequest): Promise<IndexOutcome> {
  const { store, signal, onProgress } = request;
  const started = performance.now();
  const tally: Tally = { lines: 0, ledger: undefined };
  let tier: ExactTier | undefined;
  const records = tallyRecords(openRecords(request, await store.files()), tally);
  const written = await store.ingest(
    request.tier === undefined
      ? records
      : mergeExactRecords(records, request.tier, (narrowed) => {
          tier = narrowed;
        }),
  );
  if (tier !== undefined) await request.onNarrowed?.(tier);
  await request.stream?.accept();
  const { ledger } = tally;
  if (ledger === undefined) throw new Error('the chunk stream ended without a ledger');
  if (ledger.seen === 0) {
    throw new CliError('PT_CLI_NOT_RUST', {
      message: 'No .rs file here. Give the root of a Rust workspace with -C',
      details: { path: '.', missing: 'rust files' },
    });
  }
  const { summaries } = await summarizeStore({ store, signal, onProgress });
  return {
    files: ledger.indexed,
    lines: tally.lines,
    rows: written.rows,
    edges: written.edges,
    summaries,
    seen: ledger.seen,
    skipped: ledger.skipped.map(({ path, reason }) => ({ path, reason })),
    diagnostics: ledger.diagnostics.length,
    exact: tier === undefined ? null : { status: 'read', reason: null, ...describeTier(tier) },
    ms: performance.now() - started,
  };
}

function openRecords(request: IndexRequest, known: FileFacts[]): AsyncIterable<IndexRecord> {
  const { root, stream, signal, onProgress, workers, maxFileBytes } = request;
  if (stream !== undefined) return stream.update({ signal, onProgress });
  const options: StreamOptions = { known, signal, onProgress };
  if (workers !== undefined) options.workers = workers;
  if (maxFileBytes !== undefined) options.maxFileBytes = maxFileBytes;
  return streamChunks(root, options);
}

interface Tally {
  lines: number;
  ledger: Ledger | undefined;
}

async function* tallyRecords(records: AsyncIterable<IndexRecord>, tally: Tally): AsyncGenerator<IndexRecord> {
  for await (const record of records) {
    if (record.type === 'file') tally.lines += record.file.line_count;
    if (record.type === 'ledger') tally.ledger = record.ledger;
    yield record;
  }
}
