import type { ProposeOutcome } from '../log/event-payloads.js';
import type { RunSession } from '../run-session.js';

/** Ends planning without a plan, for now or for good: the decision table says which. */
export function endPlanning(
  session: RunSession,
  end: { outcome: ProposeOutcome; reason: string; questions?: string[] },
): void {
  session.record('stage-ended', {
    stage: 'planning',
    attempt: 0,
    outcome: end.outcome,
    reason: end.reason,
    questions: end.questions ?? [],
  });
}
