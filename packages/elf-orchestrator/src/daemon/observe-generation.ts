import type { JobResult } from '../jobs/job-spec.js';
import type { Metrics } from '../metrics/metrics.js';

/** Adds one finished generation to the metrics. */
export function observeGeneration(
  metrics: Metrics,
  done: { model: string; lane: string; queuedMs: number | null; result: JobResult },
): void {
  const { lane, model, queuedMs, result } = done;
  const labels = { model };
  metrics.count('generations', { model, finish: result.finishReason });
  metrics.count('tokens', { model, kind: 'evaluated' }, result.inputTokens - result.reusedTokens);
  metrics.count('tokens', { model, kind: 'reused' }, result.reusedTokens);
  metrics.count('tokens', { model, kind: 'generated' }, result.outputTokens);
  metrics.observe('time_to_first_token_ms', result.prefillMs, labels);
  metrics.observe('generation_ms', result.durationMs, labels);
  if (queuedMs !== null) metrics.observe('queue_wait_ms', queuedMs, { lane });
  if (result.outputTokens > 1 && result.decodeMs > 0) {
    const gaps = result.outputTokens - 1;
    metrics.observe('inter_token_ms', result.decodeMs / gaps, labels);
    metrics.observe('sequence_tokens_per_second', (gaps / result.decodeMs) * 1_000, labels);
  }
  const evaluated = result.inputTokens - result.reusedTokens;
  if (evaluated > 0 && result.prefillMs > 0)
    metrics.observe('prefill_tokens_per_second', (evaluated / result.prefillMs) * 1_000, labels);
}
