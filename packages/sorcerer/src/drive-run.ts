import type { Decision, GateReport, Plan, Proposal } from '@parseltongue/isg-core';
import type { Breakpoint } from './breakpoints/breakpoint.js';
import { findOpenBreakpoint } from './breakpoints/list-breakpoints.js';
import type { BudgetLedger } from './budget.js';
import type { RunStatus } from './log/event-payloads.js';
import { nextStep, type StepName } from './next-step.js';
import type { Prd } from './prd/prd.js';
import { type RunSession, settingsOf } from './run-session.js';
import { type AttemptState, labelOf } from './run-state.js';
import { applyProposal, loadReport } from './steps/apply-proposal.js';
import { loadProposal } from './steps/build-proposal.js';
import { commitChange } from './steps/commit-change.js';
import { decideNext } from './steps/decide-next.js';
import { finishRun } from './steps/finish-run.js';
import { gatherBase } from './steps/gather-base.js';
import { gatherContext } from './steps/gather-context.js';
import { loadPlan, loadPrd } from './steps/load-documents.js';
import { planInterfaces, planTests, writePlan } from './steps/plan-change.js';
import { promoteRows } from './steps/promote-rows.js';
import { proposeEdits } from './steps/propose-edits.js';
import { proposeFixes } from './steps/propose-fixes.js';
import { reproduceBug } from './steps/reproduce-bug.js';
import { reviewFuture } from './steps/review-future.js';
import { runScans } from './steps/run-scans.js';
import { startAttempt } from './steps/start-attempt.js';
import { verifyProposal } from './steps/verify-proposal.js';
import { approvePrd, writePrd } from './steps/write-prd.js';

/** How a run stands when a call returns. */
export interface RunOutcome {
  runId: string;
  /** `verified` and `paused` runs can be resumed; the others are over. */
  status: RunStatus;
  /** Why, naming the rule that decided. */
  reason: string;
  attempts: AttemptState[];
  /** The latest proposal and its receipts, null when there are none. */
  proposal: Proposal | null;
  report: GateReport | null;
  commit: string | null;
  decision: Decision | null;
  /** A bug was reproduced, or a person has to look: nothing executed shows what the change is for, or values were guessed; else null. */
  label: 'reproduced' | 'needs_review' | null;
  prd: Prd | null;
  plan: Plan | null;
  /** What the run waits with; nobody answering is no answer. */
  breakpoint: Breakpoint | null;
  /** What the run used up so far. */
  ledger: BudgetLedger;
}

/**
 * Takes step after step until the run ends or pauses. Each step is found from the log alone, so this is also how a run
 * goes on that was cut off.
 *
 * An abort between or inside steps pauses the run; other errors leave it open, to be resumed once their cause is gone.
 */
export async function driveRun(session: RunSession): Promise<RunOutcome> {
  const runStep: Record<Exclude<StepName, 'ended'>, () => Promise<void> | void> = {
    'gather-base': () => gatherBase(session),
    'write-prd': () => writePrd(session),
    'approve-prd': () => approvePrd(session),
    'plan-tests': () => planTests(session),
    'plan-interfaces': () => planInterfaces(session),
    'write-plan': () => writePlan(session),
    'run-scans': () => runScans(session),
    'start-attempt': () => startAttempt(session),
    'gather-context': () => gatherContext(session),
    propose: () => (settingsOf(session).road === 'fix' ? proposeFixes(session) : proposeEdits(session)),
    review: () => reviewFuture(session),
    verify: () => verifyProposal(session),
    reproduce: () => reproduceBug(session),
    decide: () => decideNext(session),
    apply: () => applyProposal(session),
    commit: () => commitChange(session),
    promote: () => promoteRows(session),
    finish: () => finishRun(session),
  };
  for (let step = nextStep(session.state()); step !== 'ended'; step = nextStep(session.state())) {
    if (isAborted(session)) {
      pauseAborted(session);
      break;
    }
    try {
      await runStep[step]();
    } catch (cause) {
      if (!isAborted(session)) throw cause;
      pauseAborted(session);
      break;
    }
  }
  return readOutcome(session);
}

/** The outcome as the log tells it. */
export function readOutcome(session: RunSession): RunOutcome {
  const state = session.state();
  return {
    runId: session.runId,
    status: state.ended?.status ?? 'paused',
    reason: state.ended?.reason ?? 'The run is open',
    attempts: state.attempts,
    proposal: loadProposal(session),
    report: loadReport(session),
    commit: state.commit,
    decision: state.planning.decision ?? state.attempts.at(-1)?.decision ?? null,
    label: labelOf(state),
    prd: loadPrd(session),
    plan: loadPlan(session),
    breakpoint: findOpenBreakpoint(session.log.events()),
    ledger: state.ledger,
  };
}

function isAborted(session: RunSession): boolean {
  return session.signal?.aborted ?? false;
}

function pauseAborted(session: RunSession): void {
  session.record('run-ended', {
    status: 'paused',
    reason: 'Stopped from outside. Resume it to go on where it was',
  });
}
