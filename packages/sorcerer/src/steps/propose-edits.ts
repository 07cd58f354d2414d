import { type EditRefusal, estimateTokenCount, type FileChange } from '@parseltongue/isg-core';
import { type BudgetCheck, checkBudget } from '../budget.js';
import { createDeltaCoalescer } from '../delta-coalescer.js';
import { SorcererError } from '../errors.js';
import { createEvidence, type Evidence } from '../evidence.js';
import { refuseTestChanges } from '../guard-tests.js';
import type { ProposeOutcome } from '../log/event-payloads.js';
import { formatPlan } from '../plan/format-plan.js';
import { formatProposePrompt, joinPrompt } from '../prompts/propose-v1.js';
import { type ReasonerAnswer, ReasonerAnswerSchema, type ReasonerRequest } from '../reasoner.js';
import { currentAttempt, type RunSession, settingsOf, withSignal } from '../run-session.js';
import { endPropose, proposeFiles } from './build-proposal.js';
import { chunkText } from './chunk-text.js';
import {
  answerTokens,
  contextTokens,
  type GatheredContext,
  GatheredContextSchema,
  reasonerOf,
} from './gather-context.js';
import { loadFindings, loadInterfaces, loadPlan, loadPrd, loadTests } from './load-documents.js';
import { nameTarget, placeEdits } from './place-edits.js';
import { gatherEvidence } from './start-attempt.js';

/** B01 on the `change` road: future code from the base context, the rows chosen and, where there is one, the plan. */
export async function proposeEdits(session: RunSession): Promise<void> {
  const context = loadContext(session);
  const answer = loadAnswer(session) ?? (await askReasoner(session, context));
  if (answer === null) return;
  const failure = rejectAnswer(answer);
  if (failure !== undefined) {
    endPropose(session, failure);
    return;
  }
  await buildFromAnswer(session, answer, context);
}

function loadContext(session: RunSession): GatheredContext {
  const artefact = currentAttempt(session).context;
  return artefact === null
    ? { text: '', files: {} }
    : GatheredContextSchema.parse(session.log.readArtefact(artefact));
}

/** An answer that was paid for before a crash is used, not asked for again. */
function loadAnswer(session: RunSession): ReasonerAnswer | null {
  const artefact = currentAttempt(session).answer;
  return artefact === null ? null : ReasonerAnswerSchema.parse(session.log.readArtefact(artefact));
}

async function askReasoner(session: RunSession, context: GatheredContext): Promise<ReasonerAnswer | null> {
  const reasoner = reasonerOf(session);
  const settings = settingsOf(session);
  const attempt = currentAttempt(session);
  const request: ReasonerRequest = {
    step: 'propose',
    request: settings.request,
    context: context.text,
    attempt: attempt.number,
    strategy: attempt.strategy,
    evidence: gatherEvidence(session),
    clarifications: session.state().clarifications,
    ...formatPlanFor(session),
    tokenBudget: answerTokens(settings.caps, reasoner),
  };
  const inputTokens = estimateTokenCount(joinPrompt(formatProposePrompt(request)));
  const caps = { ...settings.caps, context_tokens: contextTokens(settings.caps, reasoner) };
  const check = checkBudget(caps, session.state().ledger, {
    inputTokens,
    outputTokens: request.tokenBudget,
    costUsd: null,
  });
  if (check.status === 'exhausted') {
    const reason = `The next call would pass the cap ${check.cap} (${Math.round(check.used * 100)} %). Raise it and resume`;
    endPropose(session, { outcome: 'budget', reason });
    return null;
  }
  return callReasoner(session, request, check);
}

async function callReasoner(
  session: RunSession,
  request: ReasonerRequest,
  check: BudgetCheck,
): Promise<ReasonerAnswer | null> {
  const { clock } = session.ports;
  const reasoner = reasonerOf(session);
  const attempt = request.attempt;
  const started = clock.now();
  session.record('stage-started', { stage: 'propose', attempt });
  const deltas = createDeltaCoalescer(
    () => clock.now(),
    (text) => session.record('model-delta', { attempt, text }),
  );
  const answer = await reasoner
    .propose(request, { ...withSignal(session), onDelta: (text) => deltas.push(text) })
    .catch((cause: unknown) => endOverloaded(session, cause));
  deltas.flush();
  if (answer === null) return null;
  session.record('model-called', {
    attempt,
    step: 'propose',
    reasoner: reasoner.id,
    finish: answer.finish,
    usage: answer.usage,
    artefact: session.log.writeArtefact(session.nameArtefact('answer'), answer),
    ms: Math.max(0, clock.now() - started),
    budget_used: check.used,
    budget_warning: check.warning,
  });
  return answer;
}

/** A failure that passes by itself pauses the run; everything else is the caller's to see. */
function endOverloaded(session: RunSession, cause: unknown): null {
  if (session.signal?.aborted === true || !SorcererError.isInstance(cause) || !cause.retryable) throw cause;
  endPropose(session, { outcome: 'overloaded', reason: cause.message });
  return null;
}

interface ProposeEnd {
  outcome: ProposeOutcome;
  reason: string;
  evidence?: Evidence[];
  questions?: string[];
}

function rejectAnswer(answer: ReasonerAnswer): ProposeEnd | undefined {
  if (answer.finish === 'truncated') {
    const reason =
      'The answer was cut off before its end, so nothing of it is used. Answer shorter: fewer or smaller blocks';
    return { outcome: 'truncated', reason, evidence: [createEvidence('answer_truncated', reason)] };
  }
  if (answer.finish === 'refused') {
    const reason = 'The model declined to answer';
    return { outcome: 'refused', reason, evidence: [createEvidence('model_refused', reason)] };
  }
  if (answer.problems.length > 0) {
    const reason = answer.problems.join('\n');
    return { outcome: 'malformed', reason, evidence: [createEvidence('answer_malformed', reason)] };
  }
  if (answer.questions.length > 0) {
    return { outcome: 'question', reason: answer.questions.join('\n'), questions: answer.questions };
  }
  return undefined;
}

async function buildFromAnswer(
  session: RunSession,
  answer: ReasonerAnswer,
  context: GatheredContext,
): Promise<void> {
  const attempt = currentAttempt(session).number;
  const { request } = settingsOf(session);
  const prd = loadPrd(session);
  session.record('edits-proposed', {
    attempt,
    edits: answer.edits.map((edit) => ({ target: nameTarget(edit), op: edit.op, how: edit.format })),
    notes: answer.notes === '' ? [] : [answer.notes.slice(0, 2_000)],
  });
  const placed = await placeEdits(session, {
    edits: answer.edits,
    request,
    shownHashes: context.files,
    fixedFiles: prd?.acceptance ?? [],
  });
  if (placed.status === 'refused') {
    endRefused(session, placed.refusals);
    return;
  }
  if (placed.files.length === 0) {
    const reason = 'The edits leave every file as it is';
    endPropose(session, {
      outcome: 'malformed',
      reason,
      evidence: [createEvidence('no_change', reason)],
    });
    return;
  }
  const refusal = await findTestRefusal(session, placed.files);
  if (refusal !== undefined) {
    endRefused(session, [refusal]);
    return;
  }
  await proposeFiles(session, { files: placed.files, title: prd?.title ?? request });
}

interface Refusal {
  target: string;
  refusal: EditRefusal;
}

/** With a PRD the tests it does not name are closed; without one the gates and their counts judge. */
async function findTestRefusal(
  session: RunSession,
  files: readonly FileChange[],
): Promise<Refusal | undefined> {
  const prd = loadPrd(session);
  if (prd === null) return undefined;
  const planned = (loadTests(session)?.tests ?? []).filter(
    ({ action }) => action === 'Edit' || action === 'Delete',
  );
  const allowed = new Set([...prd.behaviours.map(({ test }) => test), ...planned.map(({ name }) => name)]);
  const { graph } = session.ports;
  for (const { path, after } of files) {
    if (!path.endsWith('.rs') || prd.acceptance.some((file) => file.path === path)) continue;
    const future = await chunkText(session, path, after);
    const refusal = refuseTestChanges({ current: await graph.rowsOfFile(path), future }, allowed);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function endRefused(session: RunSession, refusals: readonly Refusal[]): void {
  const attempt = currentAttempt(session).number;
  const evidence = refusals.map(({ target, refusal }) => {
    session.record('edit-refused', { attempt, target, code: refusal.code, message: refusal.message });
    const nearest = refusal.candidates.length > 0 ? `\nNearest:\n${refusal.candidates.join('\n---\n')}` : '';
    return createEvidence('edit_refused', `${target}: ${refusal.message}${nearest}`, {
      codes: [refusal.code],
    });
  });
  const reason = evidence.map(({ message }) => message).join('\n');
  endPropose(session, { outcome: 'edits_refused', reason, evidence });
}

/** The accepted PRD and the plan as B01 reads them; nothing on a direct run without a PRD. */
function formatPlanFor(session: RunSession): { plan?: string } {
  const prd = loadPrd(session);
  if (prd === null) return {};
  const plan = loadPlan(session);
  const tests = loadTests(session);
  const interfaces = loadInterfaces(session);
  if (plan === null || tests === null || interfaces === null) {
    return { plan: formatPlan({ prd, plan: null, tests: { tests: [] }, interfaces: null, findings: [] }) };
  }
  return { plan: formatPlan({ prd, plan, tests, interfaces, findings: loadFindings(session) }) };
}
