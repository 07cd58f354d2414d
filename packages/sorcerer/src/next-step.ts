import { isAskingBeforeApply } from './breakpoints/autonomy.js';
import { MAX_REFINEMENTS } from './decide.js';
import { type AttemptState, kindOf, labelOf, type RunState } from './run-state.js';

/** The steps a run consists of; which one comes next follows from the state alone. */
export type StepName =
  | 'gather-base'
  | 'write-prd'
  | 'approve-prd'
  | 'plan-tests'
  | 'plan-interfaces'
  | 'write-plan'
  | 'run-scans'
  | 'start-attempt'
  | 'gather-context'
  | 'propose'
  | 'review'
  | 'verify'
  | 'reproduce'
  | 'decide'
  | 'apply'
  | 'commit'
  | 'promote'
  | 'finish'
  | 'ended';

/** The next step of a run. Pure, so that a run cut off anywhere goes on where its log ends. */
export function nextStep(state: RunState): StepName {
  if (state.ended !== null) return 'ended';
  const planning = nextOfPlanning(state);
  if (planning !== undefined) return planning;
  const attempt = state.attempts.at(-1);
  if (attempt === undefined || state.isModifyAsked) return 'start-attempt';
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

function nextOfPlanning(state: RunState): StepName | undefined {
  const { settings, planning } = state;
  if (planning.decision !== null) return 'finish';
  if (planning.outcome !== null) return 'decide';
  if (settings?.workflow !== 'stepped') return undefined;
  if (planning.base === null) return 'gather-base';
  if (planning.prd === null) return 'write-prd';
  if (!planning.isApproved) return 'approve-prd';
  if (planning.tests === null) return 'plan-tests';
  if (planning.interfaces === null) return 'plan-interfaces';
  if (planning.plan === null) return 'write-plan';
  return planning.scans === null ? 'run-scans' : undefined;
}

function nextBeforeDecision(state: RunState, attempt: AttemptState): StepName {
  if (attempt.outcome !== null) return 'decide';
  if (attempt.proposal === null) {
    return state.settings?.road === 'change' && attempt.context === null ? 'gather-context' : 'propose';
  }
  if (attempt.report !== null) return needsReproduction(state, attempt) ? 'reproduce' : 'decide';
  return nextOfReview(state, attempt) ?? (attempt.recheckCount <= MAX_RECHECKS ? 'verify' : 'decide');
}

function nextOfReview(state: RunState, attempt: AttemptState): StepName | undefined {
  if (state.settings?.workflow !== 'stepped' || attempt.isSelection) return undefined;
  if (attempt.review === null) return 'review';
  return isSendingBack(state, attempt) ? 'decide' : undefined;
}

/** How often the gates run again because the tree moved before a write. */
export const MAX_RECHECKS = 1;

/** Objections go to the decision table as long as it could send the change back. */
function isSendingBack(state: RunState, attempt: AttemptState): boolean {
  if (attempt.review === null || attempt.review.objections.length === 0) return false;
  const isLast = state.attempts.length - state.attemptBase >= (state.settings?.max_attempts ?? 1);
  return !isLast && countRefinements(state) < MAX_REFINEMENTS;
}

/** Attempts that a review sent back. */
export function countRefinements(state: RunState): number {
  return state.attempts.filter(({ decision }) => decision?.rule_id === 'review-objects').length;
}

/** A bug needs a test that shows it; acceptance tests have to say something the base does not. */
function needsReproduction(state: RunState, attempt: AttemptState): boolean {
  if (state.settings?.road !== 'change' || attempt.reproduction !== null) return false;
  if (attempt.report?.verdict !== 'passed') return false;
  const hasAcceptance = (state.planning.prd?.acceptance.length ?? 0) > 0;
  return kindOf(state) === 'bug' || (hasAcceptance && kindOf(state) === 'feature');
}

function nextAfterProceed(state: RunState, attempt: AttemptState): StepName {
  const settings = state.settings;
  if (settings === null) return 'finish';
  const isWaiting = isAskingBeforeApply({
    autonomy: settings.autonomy ?? 'run',
    isDryRun: settings.dry_run,
    label: labelOf(state),
    riskCount: attempt.risks.length,
  });
  if (isWaiting && !state.isApplyAsked) return 'finish';
  if (attempt.apply !== 'applied') return 'apply';
  if (settings.commit && state.commit === null) return 'commit';
  return state.isPromoted ? 'finish' : 'promote';
}
