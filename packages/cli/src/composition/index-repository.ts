import { type StreamOptions, streamChunks } from '@parseltongue/chunk-streamer';
import type { CodeGraphStore } from '@parseltongue/codegraph-store';
import type { IndexRecord, Ledger, ProgressListener } from '@parseltongue/isg-core';
import { CliError } from '../errors.js';
import { summarizeStore } from './summarize-store.js';
import type { IndexOutcome } from './workspace.js';

export interface IndexRequest {
  root: string;
  store: CodeGraphStore;
  workers?: number;
  maxFileBytes?: number;
  signal: AbortSignal;
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
  const { root, store, signal, onProgress } = request;
  const started = performance.now();
  const known = await store.files();
  const options: StreamOptions = { known, signal, onProgress };
  if (request.workers !== undefined) options.workers = request.workers;
  if (request.maxFileBytes !== undefined) options.maxFileBytes = request.maxFileBytes;
  const tally: Tally = { lines: 0, ledger: undefined };
  const written = await store.ingest(tallyRecords(streamChunks(root, options), tally));
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
    ms: performance.now() - started,
  };
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
