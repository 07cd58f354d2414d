import type { Chunk, ProgressListener, RowKey, Summary, TextModel } from '@parseltongue/isg-core';
import type { BackfillOutcome, Candidate } from './backfill/ask-model.js';
import { backfillRows } from './backfill/backfill-rows.js';
import { type BackfillBudget, createBudgetMeter, DEFAULT_MAX_ROWS } from './backfill/budget.js';
import { createWorstRows, type WorstRows } from './backfill/worst-rows.js';
import { isReusable } from './cache.js';
import { SummaryError } from './errors.js';
import { type GroupedRow, groupRows } from './group-rows.js';
import type { Neighbours } from './neighbours.js';
import { summarizeRow } from './rules/summarize-row.js';

/** Most requests in flight, whatever the model allows. */
export const MAX_AGENTS = 5;

export interface SummarizeOptions<R extends Chunk = Chunk> {
  /** Names around a row in the graph; without it the rules read the calls from the code. */
  neighbours?: (key: RowKey) => Neighbours | Promise<Neighbours | undefined> | undefined;
  /** Improves the worst rule summaries; without it only rules speak. */
  model?: TextModel;
  /** What the model may cost. */
  budget?: BackfillBudget;
  /** Rule summaries below this quality are shown to the model. Default 0.5. */
  minQuality?: number;
  /** Longest wait for one answer. Default 30,000. */
  attemptTimeoutMs?: number;
  /** A summary made earlier; a model's is reused when content, prompt and model are the same. */
  cached?: (row: R) => Summary | undefined;
  signal?: AbortSignal;
  onProgress?: ProgressListener;
  /** What became of every row the model was to be asked about. */
  onBackfill?: (outcome: BackfillOutcome) => void;
}

/** One row's summary. */
export interface SummarizedRow {
  key: RowKey;
  summary: Summary;
}

const DEFAULT_QUALITY = 0.5;
const DEFAULT_ATTEMPT_MS = 30_000;
const PROGRESS_EVERY = 1000;

/**
 * Summarizes every row exactly once, in input order; rows the model is asked about come last, as they are settled.
 *
 * Rows of one file must follow each other, as the chunk streamer and the store give them: a file's, module's or impl's
 * summary speaks of its children. Memory is bounded by the largest file and `budget.maxRows`.
 *
 * @throws SummaryError PT_SUMMARY_ABORTED when the signal fires; what was yielded before stands
 * @throws SummaryError PT_SUMMARY_OPTION_INVALID
 */
export async function* summarizeRows<R extends Chunk>(
  rows: Iterable<R> | AsyncIterable<R>,
  options: SummarizeOptions<R> = {},
): AsyncGenerator<SummarizedRow, void, undefined> {
  assertOptions(options);
  const waiting = createWaiting(options);
  let done = 0;
  for await (const group of groupRows(rows)) {
    for (const grouped of group) {
      assertRunning(options.signal, done);
      const settled = await summarizeGrouped(grouped, options, waiting);
      if (settled === undefined) continue;
      done += 1;
      if (done % PROGRESS_EVERY === 0) report(options, done, null);
      yield settled;
    }
  }
  yield* improve(waiting?.drain() ?? [], done, options as SummarizeOptions);
}

// Settles a row by its rule or its cached summary, or lets it wait for the model and settles the one it displaces.
async function summarizeGrouped<R extends Chunk>(
  { row, children, parentKind }: GroupedRow,
  options: SummarizeOptions<R>,
  waiting: WorstRows<Candidate> | undefined,
): Promise<SummarizedRow | undefined> {
  const key = row.isgl1_key;
  const cached = options.cached?.(row as R);
  if (cached !== undefined && isReusable(cached, row, options.model)) return { key, summary: cached };
  const asked = options.neighbours?.(key);
  const neighbours = asked instanceof Promise ? await asked : asked;
  const ruled = summarizeRow(row, {
    children,
    ...(parentKind === undefined ? {} : { parentKind }),
    ...(neighbours === undefined ? {} : { neighbours }),
  });
  if (waiting === undefined || ruled.quality >= (options.minQuality ?? DEFAULT_QUALITY))
    return { key, summary: ruled };
  const displaced = waiting.push({ row, children, neighbours, ruled, score: ruled.quality });
  return displaced === undefined ? undefined : { key: displaced.row.isgl1_key, summary: displaced.ruled };
}

// Only where a model is there to ask do rows wait.
function createWaiting<R extends Chunk>({
  model,
  budget,
}: SummarizeOptions<R>): WorstRows<Candidate> | undefined {
  return model === undefined ? undefined : createWorstRows<Candidate>(budget?.maxRows ?? DEFAULT_MAX_ROWS);
}

async function* improve(
  candidates: readonly Candidate[],
  done: number,
  options: SummarizeOptions,
): AsyncGenerator<SummarizedRow> {
  const { model } = options;
  if (model === undefined || candidates.length === 0) {
    report(options, done, done);
    return;
  }
  const started = performance.now();
  const signal = options.signal ?? new AbortController().signal;
  const improved = backfillRows(candidates, {
    model,
    meter: createBudgetMeter(options.budget ?? {}, () => performance.now()),
    attemptTimeoutMs: options.attemptTimeoutMs ?? DEFAULT_ATTEMPT_MS,
    signal,
    agents: Math.max(1, Math.min(MAX_AGENTS, model.maxConcurrency)),
    onOutcome: (outcome) => options.onBackfill?.(outcome),
  });
  let settled = 0;
  for await (const row of improved) {
    assertRunning(signal, done + settled);
    settled += 1;
    const etaMs = ((performance.now() - started) / settled) * (candidates.length - settled);
    report(options, done + settled, done + candidates.length, `about ${Math.ceil(etaMs / 1000)} s left`);
    yield row;
  }
}

function report(
  options: Pick<SummarizeOptions, 'onProgress'>,
  done: number,
  ...rest: [number | null, string?]
): void {
  const [total, message] = rest;
  options.onProgress?.({
    stage: 'summaries',
    done,
    total,
    unit: 'rows',
    ...(message === undefined ? {} : { message }),
  });
}

function assertRunning(signal: AbortSignal | undefined, done: number): void {
  if (signal?.aborted !== true) return;
  throw new SummaryError('PT_SUMMARY_ABORTED', {
    message: `Summarizing was canceled after ${done} rows. Start it again with the summaries made so far as cached`,
    details: { done },
    retryable: true,
  });
}

function assertOptions<R extends Chunk>(options: SummarizeOptions<R>): void {
  const { budget = {}, minQuality, attemptTimeoutMs } = options;
  const numbers = { ...budget, minQuality, attemptTimeoutMs };
  for (const [option, value] of Object.entries(numbers)) {
    if (value === undefined || (Number.isFinite(value) && value >= 0)) continue;
    throw new SummaryError('PT_SUMMARY_OPTION_INVALID', {
      message: `Option ${option} is ${value}. Give a finite number that is not negative`,
      details: { option, value: String(value) },
    });
  }
}
