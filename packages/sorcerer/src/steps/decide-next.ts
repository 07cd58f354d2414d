import { fingerprintOf, strategyOf } from '../attempt-strategy.js';
import { readConfidence } from '../confidence/calibrate.js';
import { scoreRun } from '../confidence/score-run.js';
import { type DecisionFacts, decide } from '../decide.js';
import { hashValue } from '../hash-value.js';
import { countRefinements, MAX_RECHECKS } from '../next-step.js';
import { currentAttempt, type RunSession, settingsOf } from '../run-session.js';
import { type AttemptState, countAttempts, type RunState } from '../run-state.js';
import { detectStuck } from '../stuck/detect-stuck.js';
import { readTrace } from '../stuck/read-trace.js';
import { loadReport } from './apply-proposal.js';
import { gatherEvidence } from './start-attempt.js';

/** Asks the decision table what the attempt led to. Follows C, and every step that ends an attempt or planning early. */
export function decideNext(session: RunSession): void {
  const state = session.state();
  if (state.planning.outcome !== null) {
    const decision = decide(collectPlanningFacts(session, state.planning.outcome.kind));
    session.record('decision-made', { attempt: 0, decision });
    return;
  }
  const attempt = currentAttempt(session);
  const decision = decide(
    collectFacts(session, attempt),
    readConfidence(session.ports.calibration ?? UNCALIBRATED, scoreRun(state, loadReport(session))),
  );
  session.record('decision-made', { attempt: attempt.number, decision });
}

const UNCALIBRATED = { isCalibrated: false, n: 0, steps: [] } as const;

/** Planning asks a step three times before it gives up, so it is always its last attempt. */
function collectPlanningFacts(session: RunSession, proposal: DecisionFacts['proposal']): DecisionFacts {
  return {
    ...NO_PROPOSAL,
    attempt: settingsOf(session).max_attempts,
    max_attempts: settingsOf(session).max_attempts,
    clarifications: session.state().answeredRounds,
    proposal,
  };
}

const NO_PROPOSAL = {
  verdict: null,
  receipt_hash: null,
  subject_matches: false,
  apply: 'none',
  next_differs: false,
  tree_moving: false,
  objections: 0,
  refinements: 0,
  stuck: null,
  is_selection: false,
} as const;

function collectFacts(session: RunSession, attempt: AttemptState): DecisionFacts {
  const state = session.state();
  return {
    attempt: countAttempts(state),
    max_attempts: settingsOf(session).max_attempts,
    clarifications: state.answeredRounds,
    proposal: attempt.outcome?.kind ?? 'made',
    ...readReport(attempt),
    apply: attempt.apply === 'rolled_back' || attempt.apply === 'not_started' ? attempt.apply : 'none',
    next_differs: isNextDifferent(session, attempt),
    tree_moving: attempt.recheckCount > MAX_RECHECKS,
    objections: attempt.review?.objections.length ?? 0,
    refinements: countRefinements(state),
    stuck: detectStuck(readTrace(session.log.events(), hashValue)),
    is_selection: attempt.isSelection,
  };
}

function readReport({
  report,
}: AttemptState): Pick<DecisionFacts, 'verdict' | 'receipt_hash' | 'subject_matches'> {
  if (report === null) return { verdict: null, receipt_hash: null, subject_matches: false };
  const { verdict, receiptHash, subjectMatches } = report;
  return { verdict, receipt_hash: receiptHash, subject_matches: subjectMatches };
}

function isNextDifferent(session: RunSession, attempt: AttemptState): boolean {
  const state: RunState = session.state();
  const strategy = strategyOf(settingsOf(session).road, attempt.number + 1 - state.attemptBase);
  if (strategy === undefined) return false;
  const next = fingerprintOf(strategy, state, gatherEvidence(session));
  return state.attempts.every(({ fingerprint }) => fingerprint !== next);
}
