import { GateReportSchema } from '@parseltongue/isg-core';
import { evidenceOf, fingerprintOf, strategyOf } from '../attempt-strategy.js';
import { collectEvidence, type Evidence } from '../evidence.js';
import { type RunSession, settingsOf } from '../run-session.js';

/** Opens the next attempt with what it does differently. Precedes A01. */
export function startAttempt(session: RunSession): void {
  const number = session.state().attempts.length + 1;
  const { road } = settingsOf(session);
  const strategy = strategyOf(road, number - session.state().attemptBase) ?? '';
  const fingerprint = fingerprintOf(strategy, session.state(), gatherEvidence(session));
  session.record('stage-started', { stage: 'attempt', attempt: number, strategy, fingerprint });
}

/** What earlier attempts and the current one ran into, gate reports included. */
export function gatherEvidence(session: RunSession): Evidence[] {
  const state = session.state();
  return evidenceOf(state, (number) => {
    const report = state.attempts.find((attempt) => attempt.number === number)?.report;
    if (report == null || report.verdict === 'passed') return [];
    return collectEvidence(GateReportSchema.parse(session.log.readArtefact(report.artefact)));
  });
}
