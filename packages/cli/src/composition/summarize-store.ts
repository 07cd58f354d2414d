import type { CodeGraphStore } from '@parseltongue/codegraph-store';
import type { ProgressListener, Row, RowKey, Summary, TextModel } from '@parseltongue/isg-core';
import { type BackfillOutcome, type SummarizedRow, summarizeRows } from '@parseltongue/summary-gen';
import type { SummarizeOutcome } from './workspace.js';

const BATCH = 2000;

export interface SummarizeRequest {
  store: CodeGraphStore;
  /** A local model for the weakest summaries. */
  model?: TextModel;
  signal: AbortSignal;
  onProgress: ProgressListener;
}

/**
 * Gives every row without a fresh summary one, in durable batches: what is written is not done again.
 *
 * All rows pass through in key order, so that files and containers can be told from their children.
 */
export async function summarizeStore(request: SummarizeRequest): Promise<SummarizeOutcome> {
  const { store, model, signal, onProgress } = request;
  const started = performance.now();
  const outcome: SummarizeOutcome = {
    summaries: 0,
    rule_based: 0,
    llm_assisted: 0,
    mean_quality: 0,
    ms: 0,
    model: null,
    asked: null,
  };
  const reused = new Set<RowKey>();
  const cached = (row: Row): Summary | undefined => {
    if (!isFresh(row, model !== undefined)) return undefined;
    reused.add(row.isgl1_key);
    return row.llm_summary ?? undefined;
  };
  const batch: SummarizedRow[] = [];
  const flush = async (): Promise<void> => {
    signal.throwIfAborted();
    if (batch.length > 0) await store.putSummaries(batch.splice(0));
    onProgress({ stage: 'summaries', done: outcome.summaries, total: null, unit: 'rows' });
  };
  const options = {
    signal,
    cached,
    ...(model === undefined ? {} : { model, onBackfill: countAnswers(outcome) }),
  };
  for await (const entry of summarizeRows(store.exportRows(), options)) {
    if (reused.delete(entry.key)) continue;
    batch.push(entry);
    countSummary(outcome, entry.summary);
    if (batch.length >= BATCH) await flush();
  }
  await flush();
  outcome.mean_quality = outcome.summaries === 0 ? 0 : outcome.mean_quality / outcome.summaries;
  outcome.ms = performance.now() - started;
  return outcome;
}

/** Counts what became of the rows the model was to be asked about. */
function countAnswers(outcome: SummarizeOutcome): (answer: BackfillOutcome) => void {
  const asked = { accepted: 0, rejected: 0, failed: 0, unaffordable: 0 };
  outcome.asked = asked;
  return ({ result }) => {
    asked[result] += 1;
  };
}

function countSummary(outcome: SummarizeOutcome, summary: Summary): void {
  outcome.summaries += 1;
  outcome[summary.provenance] += 1;
  outcome.mean_quality += summary.quality;
}

function isFresh(row: Row, isRetryingRules: boolean): boolean {
  const summary = row.llm_summary;
  if (summary === null || summary.content_hash !== row.content_hash) return false;
  return !isRetryingRules || summary.provenance === 'llm_assisted';
}
