import type { Breakpoint } from '../breakpoints/breakpoint.js';
import { type BreakpointFacts, findBreakpoint } from '../breakpoints/breakpoint-rules.js';
import { formatAsk } from '../breakpoints/format-ask.js';
import type { RunStatus } from '../log/event-payloads.js';
import type { RunSession } from '../run-session.js';
import { type AttemptState, labelOf, type RunState } from '../run-state.js';
import { loadReport } from './apply-proposal.js';
import { gatherEvidence } from './start-attempt.js';

/** Closes the run: opens the question it waits with, frees the plan it will not need, says how it ended. */
export async function finishRun(session: RunSession): Promise<void> {
  const state = session.state();
  const status = statusOf(state);
  if (status === 'rejected' || status === 'failed' || status === 'nothing_to_do') await dropPlan(session);
  openBreakpoint(session, status);
  session.record('run-ended', { status, reason: explainEnd(state, status) });
}

/** Frees the future rows of the run. */
export async function dropPlan(session: RunSession): Promise<void> {
  const rows = await session.ports.graph.futureRows(session.runId);
  if (rows.length > 0) await session.ports.graph.discard(session.runId);
}

function statusOf(state: RunState): RunStatus {
  const decision = state.planning.decision ?? state.attempts.at(-1)?.decision;
  switch (decision?.action) {
    case 'proceed':
      if (state.attempts.at(-1)?.apply !== 'applied') return 'verified';
      return state.commit === null ? 'applied' : 'committed';
    case 'stop':
      return decision.rule_id === 'nothing-to-do' ? 'nothing_to_do' : 'rejected';
    case 'escalate':
      return decision.rule_id === 'environment-broken' ? 'failed' : 'paused';
    default:
      return 'paused';
  }
}

function explainEnd(state: RunState, status: RunStatus): string {
  const attempt = state.attempts.at(-1);
  const rule = ruleOf(state);
  if (status === 'committed' || status === 'applied' || status === 'verified') {
    return `${rule} in attempt ${attempt?.number ?? 0}`;
  }
  const reason = reasonOf(state);
  return reason === '' ? rule : `${rule}: ${reason}`;
}

function ruleOf(state: RunState): string {
  return (state.planning.decision ?? state.attempts.at(-1)?.decision)?.rule_id ?? 'interrupted';
}

function reasonOf(state: RunState): string {
  const attempt = state.attempts.at(-1);
  return state.planning.outcome?.reason ?? attempt?.outcome?.reason ?? attempt?.applyReason ?? '';
}

/** The rules are data: which type fires follows from facts alone. What it asks is written beside the log as Markdown. */
function openBreakpoint(session: RunSession, status: RunStatus): void {
  const state = session.state();
  const facts = collectFacts(session, status);
  const rule = findBreakpoint(facts);
  if (rule === undefined) return;
  const breakpoint: Breakpoint = {
    attempt: state.planning.decision === null ? (state.attempts.at(-1)?.number ?? 0) : 0,
    type: rule.type,
    severity: rule.severity,
    question: formatQuestion(state, facts),
    options: rule.options,
    default: null,
    facts: { ...facts },
  };
  const text = formatAsk({ breakpoint, state, evidence: gatherEvidence(session) });
  const file = session.log.writeArtefact(session.nameArtefact('ask'), text);
  session.record('breakpoint-opened', { ...breakpoint, file });
}

function collectFacts(session: RunSession, status: RunStatus): BreakpointFacts {
  const state = session.state();
  const attempt = state.attempts.at(-1);
  const { value = null, calibrated = false } = attempt?.decision?.confidence ?? {};
  return {
    status,
    rule_id: ruleOf(state),
    label: labelOf(state),
    failed_gate: findFailedGate(session),
    attempt: attempt?.number ?? 0,
    confidence: value,
    is_calibrated: calibrated,
  };
}

function findFailedGate(session: RunSession): string | null {
  return loadReport(session)?.receipts.find(({ verdict }) => verdict === 'failed')?.gate ?? null;
}

function explainDoubt(attempt: AttemptState | undefined): string {
  const { reviewReason = null, reproduction = null } = attempt ?? {};
  return reviewReason ?? `nothing executed shows what it is for (${reproduction?.detail ?? ''})`;
}

function formatQuestion(state: RunState, { status, label, rule_id }: BreakpointFacts): string {
  const attempt = state.attempts.at(-1);
  const questions = (state.planning.outcome ?? attempt?.outcome)?.questions ?? [];
  if (questions.length > 0) return questions.join('\n');
  if (status === 'rejected') {
    return `No attempt passed (${rule_id}). The tree is as it was. What should be different?`;
  }
  if (status !== 'verified') return `The run paused (${rule_id}): ${reasonOf(state)}. Continue?`;
  return label === 'needs_review'
    ? `The proposal passed every gate, but ${explainDoubt(attempt)}. Apply it?`
    : 'The proposal passed every gate. Apply it?';
}
