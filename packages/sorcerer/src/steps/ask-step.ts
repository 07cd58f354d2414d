import { estimateTokenCount } from '@parseltongue/isg-core';
import type { z } from 'zod';
import { checkBudget } from '../budget.js';
import { createDeltaCoalescer } from '../delta-coalescer.js';
import { SorcererError } from '../errors.js';
import type { ProposeOutcome } from '../log/event-payloads.js';
import { formatStepPrompt, joinPrompt } from '../prompts/propose-v1.js';
import { formatStepInstructions } from '../prompts/step-prompts-v1.js';
import { type PlanStep, type StepAnswer, StepAnswerSchema, type StepRequest } from '../reasoner.js';
import { readJsonAnswer } from '../reasoners/read-json-answer.js';
import { type RunSession, settingsOf, withSignal } from '../run-session.js';
import { reasonerOf } from './gather-context.js';

/** What a step got out of the reasoner, or why it got nothing. */
export type StepResult<T> =
  | { status: 'answered'; value: T }
  | { status: 'ended'; outcome: ProposeOutcome; reason: string };

export interface StepQuestion<T> {
  step: Exclude<PlanStep, 'scan'>;
  /** 0 before the first attempt. */
  attempt: number;
  context: string;
  task: string;
  schema: z.ZodType<T>;
}

/** How often one step may answer in a form that cannot be read. */
const MAX_FORMAT_ERRORS = 3;

/**
 * Asks one planning step: budget first, then the call, then the step's own schema.
 *
 * An answer that cannot be read is asked for again with the reason, in a conversation of its own, three times at most.
 */
export async function askStep<T>(session: RunSession, question: StepQuestion<T>): Promise<StepResult<T>> {
  let problem = '';
  for (let round = 0; round < MAX_FORMAT_ERRORS; round += 1) {
    const task =
      problem === ''
        ? question.task
        : `${question.task}\n\n<evidence>\nYour last answer could not be read: ${problem}\n</evidence>`;
    const said = await callStep(session, { ...question, task });
    if ('outcome' in said) return { status: 'ended', ...said };
    if (said.finish === 'refused')
      return { status: 'ended', outcome: 'refused', reason: 'The model declined to answer' };
    const read =
      said.finish === 'truncated'
        ? ({ status: 'malformed', problem: 'it was cut off; answer shorter' } as const)
        : readJsonAnswer(said.text, question.schema);
    if (read.status === 'read') return { status: 'answered', value: read.value };
    problem = read.problem;
  }
  return {
    status: 'ended',
    outcome: 'malformed',
    reason: `Step ${question.step} gave no answer that can be read: ${problem}`,
  };
}

async function callStep(
  session: RunSession,
  { step, attempt, context, task }: Omit<StepQuestion<unknown>, 'schema'>,
): Promise<StepAnswer | { outcome: ProposeOutcome; reason: string }> {
  const reasoner = reasonerOf(session);
  if (reasoner.answer === undefined) {
    throw new SorcererError('PT_SORCERER_STEP_UNSUPPORTED', {
      message: `The reasoner ${reasoner.id} only makes edits and cannot answer step ${step}. Take another one, or run the change without a plan`,
      details: { engine: reasoner.id, step },
    });
  }
  const { caps } = settingsOf(session);
  const request = createRequest(session, { step, context, task });
  const inputTokens = estimateTokenCount(joinPrompt(formatStepPrompt(request)));
  const check = checkBudget(caps, session.state().ledger, {
    inputTokens,
    outputTokens: request.tokenBudget,
    costUsd: null,
  });
  if (check.status === 'exhausted') {
    const percent = Math.round(check.used * 100);
    return {
      outcome: 'budget',
      reason: `Step ${step} could take ${percent} % of the cap ${check.cap}. Raise it to go on`,
    };
  }
  const { clock } = session.ports;
  const started = clock.now();
  const deltas = createDeltaCoalescer(
    () => clock.now(),
    (text) => session.record('model-delta', { attempt, text }),
  );
  let answer: StepAnswer;
  try {
    answer = StepAnswerSchema.parse(
      await reasoner.answer(request, { ...withSignal(session), onDelta: (text) => deltas.push(text) }),
    );
  } catch (cause) {
    if (session.signal?.aborted === true || !SorcererError.isInstance(cause) || !cause.retryable) throw cause;
    return { outcome: 'overloaded', reason: cause.message };
  }
  deltas.flush();
  session.record('model-called', {
    attempt,
    step,
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

function createRequest(
  session: RunSession,
  { step, context, task }: Pick<StepQuestion<unknown>, 'step' | 'context' | 'task'>,
): StepRequest {
  const { caps } = settingsOf(session);
  const isLocal = reasonerOf(session).locality === 'local';
  return {
    step,
    instructions: formatStepInstructions(step),
    context,
    task,
    attempt: (session.state().calls[step] ?? 0) + 1,
    tokenBudget: isLocal ? Math.floor(caps.local_step_tokens / 2) : caps.step_tokens,
  };
}
