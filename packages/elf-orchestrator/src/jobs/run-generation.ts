import { createHash } from 'node:crypto';
import type { LlamaTextResult } from '../backends/llama/llama-model.js';
import type { LocalModel } from '../backends/local-model.js';
import { ElfError } from '../errors.js';
import { createOutputChecker, type OutputChecker } from '../structured/output-schema.js';
import type { GenerateParams, JobResult, JobSpec } from './job-spec.js';

/** What a generation reports to, and what may end it. */
export interface GenerationContext {
  signal: AbortSignal;
  onDelta?: ((text: string) => void) | undefined;
}

/** Milliseconds that a generation may take when its request does not say. */
export const DEFAULT_DEADLINE_MS = 600_000;
const MAX_SCHEMA_ATTEMPTS = 3;
const RETRY_TEMPERATURE = 0.7;

/**
 * Generates one answer, within its deadline, following its schema when it has one.
 *
 * @throws ElfError PT_ELF_DEADLINE_EXCEEDED, PT_ELF_OUTPUT_INVALID, and what the model throws
 */
export async function runGeneration(
  model: LocalModel,
  request: GenerateParams | JobSpec,
  context: GenerationContext,
): Promise<JobResult> {
  const check = request.schema === undefined ? null : createOutputChecker(request.schema);
  const deadlineMs = request.deadlineMs ?? DEFAULT_DEADLINE_MS;
  const deadline = AbortSignal.timeout(deadlineMs);
  const signal = AbortSignal.any([deadline, context.signal]);
  let problem = '';
  let text = '';
  for (let attempt = 1; attempt <= MAX_SCHEMA_ATTEMPTS; attempt += 1) {
    const sampling = pickSampling(request, attempt);
    const result = await model.generate({
      ...toTextRequest(request),
      ...sampling,
      ...reportTo(context),
      signal,
    });
    if (deadline.aborted && result.finishReason === 'aborted') throw describeDeadline(deadlineMs);
    if (check === null || result.finishReason === 'aborted')
      return toJobResult(model, { request, result, sampling, attempt, json: null });
    const checked = checkAnswer(result, check);
    if (checked.ok) return toJobResult(model, { request, result, sampling, attempt, json: checked.json });
    ({ problem } = checked);
    ({ text } = result);
  }
  throw new ElfError('PT_ELF_OUTPUT_INVALID', {
    message: `The model did not follow the schema in ${MAX_SCHEMA_ATTEMPTS} attempts: ${problem}. Allow more tokens, simplify the schema or take another model`,
    details: { problem, text: text.slice(0, 2_000), attempts: MAX_SCHEMA_ATTEMPTS },
  });
}

function reportTo({ onDelta }: GenerationContext): { onDelta?: (text: string) => void } {
  return onDelta === undefined ? {} : { onDelta };
}

function checkAnswer(result: LlamaTextResult, check: OutputChecker): ReturnType<OutputChecker> {
  if (result.finishReason === 'length') return { ok: false, problem: 'the answer was cut at maxTokens' };
  return check(result.text);
}

interface Sampling {
  temperature: number;
  seed?: number;
}

/** A greedy answer would be the same again, so later attempts are sampled, each from a seed of its own. */
function pickSampling({ seed, temperature = 0 }: GenerateParams | JobSpec, attempt: number): Sampling {
  if (attempt === 1) return seed === undefined ? { temperature } : { temperature, seed };
  return { temperature: Math.max(temperature, RETRY_TEMPERATURE), seed: (seed ?? 0) + attempt - 1 };
}

function toTextRequest({ maxTokens, prefix, prompt, schema, stop }: GenerateParams | JobSpec) {
  return {
    prompt,
    maxTokens,
    ...(prefix === undefined ? {} : { prefix }),
    ...(stop === undefined ? {} : { stop }),
    ...(schema === undefined ? {} : { schema }),
  };
}

function toJobResult(
  model: LocalModel,
  run: {
    request: GenerateParams | JobSpec;
    result: LlamaTextResult;
    sampling: Sampling;
    attempt: number;
    json: JobResult['json'];
  },
): JobResult {
  const { attempt, json, request, result, sampling } = run;
  return {
    text: result.text,
    json,
    finishReason: result.finishReason,
    inputTokens: result.inputTokens,
    outputTokens: result.outputTokens,
    reusedTokens: result.reusedTokens,
    prefillMs: result.prefillMs,
    decodeMs: result.decodeMs,
    durationMs: result.durationMs,
    provenance: {
      model: model.id,
      modelSha: model.modelSha,
      engineRelease: model.facts.engineRelease,
      temperature: sampling.temperature,
      seed: sampling.seed ?? null,
      promptHash: hashText((request.prefix ?? '') + request.prompt),
      inputTokens: result.inputTokens,
      outputTokens: result.outputTokens,
      attempts: attempt,
    },
  };
}

function hashText(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function describeDeadline(deadlineMs: number): ElfError {
  return new ElfError('PT_ELF_DEADLINE_EXCEEDED', {
    message: `The generation did not end within ${deadlineMs} ms. Raise deadlineMs or ask for fewer tokens`,
    details: { deadlineMs },
    retryable: true,
  });
}
