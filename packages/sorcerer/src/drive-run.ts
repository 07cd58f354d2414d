import type { Decision, GateReport, Proposal } from '@parseltongue/isg-core';
import type { RunStatus } from './log/event-payloads.js';
import { nextStep, type StepName } from './next-step.js';
import { type RunSession, settingsOf } from './run-session.js';
import type { AttemptState } from './run-state.js';
import { applyProposal, loadReport } from './steps/apply-proposal.js';
import { loadProposal } from './steps/build-proposal.js';
import { commitChange } from './steps/commit-change.js';
import { decideNext } from './steps/decide-next.js';
import { finishRun } from './steps/finish-run.js';
import { gatherContext } from './steps/gather-context.js';
import { promoteRows } from './steps/promote-rows.js';
import { proposeEdits } from './steps/propose-edits.js';
import { proposeFixes } from './steps/propose-fixes.js';
import { startAttempt } from './steps/start-attempt.js';
import { verifyProposal } from './steps/verify-proposal.js';

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
}

/**
 * Takes step after step until the run ends or pauses. Each step is found from the log alone, so this is also how a run
 * goes on that was cut off.
 *
 * An abort between or inside steps pauses the run; other errors leave it open, to be resumed once their cause is gone.
 */
export async function driveRun(session: RunSession): Promise<RunOutcome> {
  const runStep: Record<Exclude<StepName, 'ended'>, () => Promise<void> | void> = {
    'start-attempt': () => startAttempt(session),
    'gather-context': () => gatherContext(session),
    propose: () => (settingsOf(session).road === 'fix' ? proposeFixes(session) : proposeEdits(session)),
    verify: () => verifyProposal(session),
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
    decision: state.attempts.at(-1)?.decision ?? null,
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
