import type { RowKey, Summary } from '@parseltongue/isg-core';
import { type AskContext, askModel, type BackfillOutcome, type Candidate } from './ask-model.js';
import { linkSignal } from './link-signal.js';

export interface BackfillOptions extends AskContext {
  /** Requests in flight at once. */
  agents: number;
  /** Told about every row, answered or not. */
  onOutcome: (outcome: BackfillOutcome) => void;
}

const MOST_FAILURES = 5;

/**
 * Asks about the candidates in order, several at once, and yields every one of them exactly once as it is settled.
 *
 * When the budget is spent, the signal fires or the engine fails five times in a row, the rest keep their rule summaries.
 */
export async function* backfillRows(
  candidates: readonly Candidate[],
  options: BackfillOptions,
): AsyncGenerator<{ key: RowKey; summary: Summary }> {
  const stop = linkSignal(options.signal);
  const context: AskContext = { ...options, signal: stop.signal };
  const running = new Map<number, Promise<Settled>>();
  let next = 0;
  let failures = 0;
  try {
    while (next < candidates.length || running.size > 0) {
      while (running.size < options.agents && next < candidates.length) {
        running.set(next, settle(next, candidates[next] as Candidate, context));
        next += 1;
      }
      const { id, summary, outcome } = await Promise.race(running.values());
      running.delete(id);
      failures = outcome.result === 'failed' ? failures + 1 : outcome.attempts > 0 ? 0 : failures;
      if (failures >= MOST_FAILURES) stop.abort();
      options.onOutcome(outcome);
      yield { key: outcome.key, summary };
    }
  } finally {
    stop.abort();
    await Promise.all(running.values());
    stop[Symbol.dispose]();
  }
}

interface Settled {
  id: number;
  summary: Summary;
  outcome: BackfillOutcome;
}

async function settle(id: number, candidate: Candidate, context: AskContext): Promise<Settled> {
  return { id, ...(await askModel(candidate, context)) };
}
