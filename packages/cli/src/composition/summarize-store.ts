import type { CodeGraphStore } from '@parseltongue/codegraph-store';
import { openLlamaModel } from '@parseltongue/elf-orchestrator';
import type { ProgressListener, Row, RowKey, Summary, TextModel } from '@parseltongue/isg-core';
import { type SummarizedRow, summarizeRows } from '@parseltongue/summary-gen';
import type { SummarizeOutcome } from './workspace.js';

const BATCH = 2000;
const MODEL_CONTEXT_TOKENS = 4096;
const MODEL_SEQUENCES = 5;

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
  const outcome: SummarizeOutcome = { summaries: 0, rule_based: 0, llm_assisted: 0, mean_quality: 0, ms: 0 };
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
  const options = { signal, cached, ...(model === undefined ? {} : { model }) };
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

/** Loads a GGUF file for the time of one call. */
export async function withModel<T>(
  modelPath: string,
  signal: AbortSignal,
  work: (model: TextModel) => Promise<T>,
): Promise<T> {
  await using model = await openLlamaModel({
    modelPath,
    contextTokens: MODEL_CONTEXT_TOKENS,
    sequences: MODEL_SEQUENCES,
    signal,
  });
  return await work(model);
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
