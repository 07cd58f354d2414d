import { fingerprintOf, strategyOf } from '../attempt-strategy.js';
import { type DecisionFacts, decide } from '../decide.js';
import { MAX_RECHECKS } from '../next-step.js';
import { currentAttempt, type RunSession, settingsOf } from '../run-session.js';
import type { AttemptState } from '../run-state.js';
import { gatherEvidence } from './start-attempt.js';

/** Asks the decision table what the attempt led to. Follows C, and every step that ends an attempt early. */
export function decideNext(session: RunSession): void {
  const attempt = currentAttempt(session);
  session.record('decision-made', {
    attempt: attempt.number,
    decision: decide(collectFacts(session, attempt)),
  });
}

function collectFacts(session: RunSession, attempt: AttemptState): DecisionFacts {
  return {
    attempt: attempt.number,
    max_attempts: settingsOf(session).max_attempts,
    clarifications: session.state().clarifications.length,
    proposal: attempt.outcome?.kind ?? 'made',
    verdict: attempt.report?.verdict ?? null,
    receipt_hash: attempt.report?.receiptHash ?? null,
    subject_matches: attempt.report?.subjectMatches ?? false,
    apply: attempt.apply === 'rolled_back' || attempt.apply === 'not_started' ? attempt.apply : 'none',
    next_differs: isNextDifferent(session, attempt),
    tree_moving: attempt.recheckCount > MAX_RECHECKS,
  };
}

function isNextDifferent(session: RunSession, attempt: AttemptState): boolean {
  const strategy = strategyOf(settingsOf(session).road, attempt.number + 1);
  if (strategy === undefined) return false;
  const next = fingerprintOf(strategy, session.state(), gatherEvidence(session));
  return session.state().attempts.every(({ fingerprint }) => fingerprint !== next);
}
