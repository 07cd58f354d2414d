import type { Chunk, RowKey, Summary, TextModel, TextResult } from '@parseltongue/isg-core';
import type { Neighbours } from '../neighbours.js';
import {
  estimateRequestTokens,
  formatSummaryPrompt,
  MAX_ANSWER_TOKENS,
  PROMPT_PREFIX,
  PROMPT_VERSION,
} from '../prompt/summary-prompt.js';
import { type AnswerProblem, validateAnswer } from '../prompt/validate-answer.js';
import { isInstruction } from '../rules/instruction.js';
import type { ChildRow } from '../rules/rule.js';
import { collectVocabulary } from '../vocabulary.js';
import type { BudgetMeter } from './budget.js';
import { linkSignal } from './link-signal.js';

/** A row whose rule summary a model may improve. */
export interface Candidate {
  row: Chunk;
  children: readonly ChildRow[];
  neighbours: Neighbours | undefined;
  /** What stands when the model does no better. */
  ruled: Summary;
  /** Quality of the rule's summary. */
  score: number;
}

/** What asking about one row came to. */
export interface BackfillOutcome {
  key: RowKey;
  /** `unaffordable`: the budget was spent before the model was asked; `failed`: it gave no answer. */
  result: 'accepted' | 'rejected' | 'failed' | 'unaffordable';
  attempts: number;
  /** What was wrong with the last answer; `instruction` without an attempt: the row's own text addresses a model. */
  problems: AnswerProblem[];
  inputTokens: number;
  outputTokens: number;
  durationMs: number;
}

export interface AskContext {
  model: TextModel;
  meter: BudgetMeter;
  attemptTimeoutMs: number;
  signal: AbortSignal;
}

const MOST_ATTEMPTS = 2;
// A model's line is trusted over a weak rule, never over a good doc sentence.
const MODEL_QUALITY = 0.75;

/** Asks about one row, at most twice; the rule's summary stays unless an answer passes every check. Never rejects. */
export async function askModel(
  candidate: Candidate,
  context: AskContext,
): Promise<{ summary: Summary; outcome: BackfillOutcome }> {
  const { row, neighbours, children } = candidate;
  const outcome: BackfillOutcome = {
    key: row.isgl1_key,
    result: 'unaffordable',
    attempts: 0,
    problems: [],
    inputTokens: 0,
    outputTokens: 0,
    durationMs: 0,
  };
  // Text that addresses a model is not shown to one.
  if (isInstruction(row.doc) || isInstruction(row.current_code)) {
    return {
      summary: candidate.ruled,
      outcome: { ...outcome, result: 'rejected', problems: ['instruction'] },
    };
  }
  const vocabulary = collectVocabulary(
    row,
    neighbours === undefined ? { children } : { children, neighbours },
  );
  while (outcome.attempts < MOST_ATTEMPTS) {
    const prompt = formatSummaryPrompt(row, neighbours, outcome.problems);
    const result = await requestLine(prompt, context, outcome);
    if (result === undefined) break;
    const checked = validateAnswer(result.text, vocabulary);
    if (checked.ok) {
      outcome.result = 'accepted';
      outcome.problems = [];
      return { summary: toSummary(candidate, checked.text, context.model), outcome };
    }
    outcome.result = 'rejected';
    outcome.problems = checked.problems;
  }
  return { summary: candidate.ruled, outcome };
}

function toSummary({ row, ruled }: Candidate, text: string, model: TextModel): Summary {
  return {
    text,
    provenance: 'llm_assisted',
    content_hash: row.content_hash,
    model_sha: model.modelSha,
    prompt_version: PROMPT_VERSION,
    quality: Math.max(MODEL_QUALITY, ruled.quality),
  };
}

async function requestLine(
  prompt: string,
  { model, meter, attemptTimeoutMs, signal }: AskContext,
  outcome: BackfillOutcome,
): Promise<TextResult | undefined> {
  const reserved = estimateRequestTokens(prompt);
  const timeoutMs = Math.min(attemptTimeoutMs, meter.remainingMs());
  if (signal.aborted || timeoutMs <= 0 || !meter.reserve(reserved)) return undefined;
  const attempt = outcome.attempts;
  outcome.attempts += 1;
  const limit = linkSignal(signal, timeoutMs);
  try {
    const request = {
      prefix: PROMPT_PREFIX,
      prompt,
      maxTokens: MAX_ANSWER_TOKENS,
      stop: ['\n'],
      temperature: attempt === 0 ? 0 : 0.4,
      seed: attempt,
      signal: limit.signal,
    };
    const result = await untilAborted(model.generate(request), limit.signal);
    meter.settle(reserved, result.inputTokens + result.outputTokens);
    outcome.inputTokens += result.inputTokens;
    outcome.outputTokens += result.outputTokens;
    outcome.durationMs += result.durationMs;
    return result;
  } catch {
    // An engine that breaks or does not come back costs what was set aside; the rule's summary stands.
    outcome.result = 'failed';
    return undefined;
  } finally {
    limit[Symbol.dispose]();
  }
}

function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const stop = (): void => reject(new Error('aborted'));
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
