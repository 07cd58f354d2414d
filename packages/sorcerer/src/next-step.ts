import type { AttemptState, RunState } from './run-state.js';

/** The steps a run consists of; which one comes next follows from the state alone. */
export type StepName =
  | 'start-attempt'
  | 'gather-context'
  | 'propose'
  | 'verify'
  | 'decide'
  | 'apply'
  | 'commit'
  | 'promote'
  | 'finish'
  | 'ended';

/** The next step of a run. Pure, so that a run cut off anywhere goes on where its log ends. */
export function nextStep(state: RunState): StepName {
  if (state.ended !== null) return 'ended';
  const attempt = state.attempts.at(-1);
  if (attempt === undefined) return 'start-attempt';
  if (attempt.decision === null) return nextBeforeDecision(state, attempt);
  switch (attempt.decision.action) {
    case 'retry':
      return 'start-attempt';
    case 'proceed':
      return nextAfterProceed(state, attempt);
    default:
      return 'finish';
  }
}

function nextBeforeDecision(state: RunState, attempt: AttemptState): StepName {
  if (attempt.outcome !== null) return 'decide';
  if (attempt.proposal === null) {
    return state.settings?.road === 'change' && attempt.context === null ? 'gather-context' : 'propose';
  }
  if (attempt.report === null && attempt.recheckCount <= MAX_RECHECKS) return 'verify';
  return 'decide';
}

/** How often the gates run again because the tree moved before a write. */
export const MAX_RECHECKS = 1;

function nextAfterProceed(state: RunState, attempt: AttemptState): StepName {
  const settings = state.settings;
  if (settings === null) return 'finish';
  if (settings.dry_run && !state.isApplyAsked) return 'finish';
  if (attempt.apply !== 'applied') return 'apply';
  if (settings.commit && state.commit === null) return 'commit';
  return state.isPromoted ? 'finish' : 'promote';
}
