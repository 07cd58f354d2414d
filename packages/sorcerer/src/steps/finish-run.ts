import type { Decision } from '@parseltongue/isg-core';
import type { EventPayload, RunStatus } from '../log/event-payloads.js';
import { currentAttempt, type RunSession } from '../run-session.js';
import type { AttemptState, RunState } from '../run-state.js';

/** Closes the run: opens the question it waits with, frees the plan it will not need, says how it ended. */
export async function finishRun(session: RunSession): Promise<void> {
  const state = session.state();
  const attempt = currentAttempt(session);
  const status = statusOf(state, attempt);
  if (status === 'rejected' || status === 'failed' || status === 'nothing_to_do') await dropPlan(session);
  const breakpoint = breakpointOf(status, attempt);
  if (breakpoint !== undefined) session.record('breakpoint-opened', breakpoint);
  session.record('run-ended', { status, reason: explainEnd(status, attempt) });
}

function statusOf(state: RunState, attempt: AttemptState): RunStatus {
  const decision = attempt.decision;
  switch (decision?.action) {
    case 'proceed':
      if (attempt.apply !== 'applied') return 'verified';
      return state.commit === null ? 'applied' : 'committed';
    case 'stop':
      return decision.rule_id === 'nothing-to-do' ? 'nothing_to_do' : 'rejected';
    case 'escalate':
      return decision.rule_id === 'environment-broken' ? 'failed' : 'paused';
    default:
      return 'paused';
  }
}

function explainEnd(status: RunStatus, attempt: AttemptState): string {
  const rule = attempt.decision?.rule_id ?? 'interrupted';
  const reason = attempt.outcome?.reason ?? attempt.applyReason ?? '';
  if (status === 'committed' || status === 'applied' || status === 'verified')
    return `${rule} in attempt ${attempt.number}`;
  return reason === '' ? rule : `${rule}: ${reason}`;
}

const TYPES: Record<string, EventPayload<'breakpoint-opened'>['type']> = {
  'engine-overloaded': 'rate_limit_hit',
  'budget-exhausted': 'time_threshold_exceeded',
  'question-asked': 'architecture_decision',
  'questions-exhausted': 'architecture_decision',
  'tree-keeps-moving': 'conflicting_solutions',
  'base-changed': 'conflicting_solutions',
  'receipt-of-another-tree': 'conflicting_solutions',
};

function breakpointOf(
  status: RunStatus,
  attempt: AttemptState,
): EventPayload<'breakpoint-opened'> | undefined {
  const base = { attempt: attempt.number, default: null };
  if (status === 'verified') {
    const question = 'The proposal passed every gate. Apply it?';
    return { ...base, type: 'milestone_completion', question, options: ['apply', 'leave'] };
  }
  if (status !== 'paused') return undefined;
  const rule = attempt.decision?.rule_id ?? '';
  const questions = attempt.outcome?.questions ?? [];
  return {
    ...base,
    type: TYPES[rule] ?? 'consecutive_failures',
    question: questions.length > 0 ? questions.join('\n') : explainPause(attempt.decision, attempt),
    options: questions.length > 0 ? ['answer'] : ['continue'],
  };
}

function explainPause(decision: Decision | null, attempt: AttemptState): string {
  const reason = attempt.outcome?.reason ?? attempt.applyReason ?? decision?.rule_id ?? '';
  return `The run paused (${decision?.rule_id ?? 'interrupted'}): ${reason}. Continue?`;
}

async function dropPlan(session: RunSession): Promise<void> {
  const rows = await session.ports.graph.futureRows(session.runId);
  if (rows.length > 0) await session.ports.graph.discard(session.runId);
}
