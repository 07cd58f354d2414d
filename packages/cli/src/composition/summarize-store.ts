import type { CodeGraphStore } from '@parseltongue/codegraph-store';
import { openLlamaModel } from '@parseltongue/elf-orchestrator';
import type { ProgressListener, Row, RowKey, Summary, TextModel } from '@parseltongue/isg-core';
import { summarizeRows } from '@parseltongue/summary-gen';
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

/** Gives every row without a fresh summary one, in durable batches: what is written is not done again. */
export async function summarizeStore(request: SummarizeRequest): Promise<SummarizeOutcome> {
  const { store, model, signal, onProgress } = request;
  const started = performance.now();
  const outcome: SummarizeOutcome = { summaries: 0, rule_based: 0, llm_assisted: 0, mean_quality: 0, ms: 0 };
  const rows = readStaleRows(store, model !== undefined);
  for (let at = 0; ; at += BATCH) {
    signal.throwIfAborted();
    const batch = await rows.next();
    if (batch.done === true) break;
    const summaries: { key: RowKey; summary: Summary }[] = [];
    const options = { signal, ...(model === undefined ? {} : { model }) };
    for await (const entry of summarizeRows(batch.value, options)) summaries.push(entry);
    await store.putSummaries(summaries);
    for (const { summary } of summaries) countSummary(outcome, summary);
    onProgress({ stage: 'summaries', done: outcome.summaries, total: null, unit: 'rows' });
  }
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

async function* readStaleRows(store: CodeGraphStore, isRetryingRules: boolean): AsyncGenerator<Row[]> {
  let batch: Row[] = [];
  for await (const row of store.exportRows()) {
    if (isFresh(row, isRetryingRules)) continue;
    batch.push(row);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function isFresh(row: Row, isRetryingRules: boolean): boolean {
  const summary = row.llm_summary;
  if (summary === null || summary.content_hash !== row.content_hash) return false;
  return !isRetryingRules || summary.provenance === 'llm_assisted';
}
