import { basename } from 'node:path';
import { ParseltongueError } from '@parseltongue/isg-core';
import type { LlamaTextModel, LlamaTextResult } from '../backends/llama/llama-model.js';
import { type LlamaModelOptions, openLlamaModel } from '../backends/llama/open-llama-model.js';
import { readGgufHeader } from './gguf-header.js';
import { hashFile } from './hash-file.js';

/** Why a model did not pass, in the order in which it is checked. */
export type VerifyFailureCode =
  | 'header_refused'
  | 'sha_mismatch'
  | 'not_admitted'
  | 'weights_invalid'
  | 'load_failed'
  | 'generation_failed'
  | 'too_few_lines'
  | 'text_invalid'
  | 'repetitive'
  | 'not_repeatable'
  | 'too_slow';

/** One failed check with one sentence for a person. */
export interface VerifyFailure {
  code: VerifyFailureCode;
  message: string;
}

/** What the 20-line verification found; measured figures are null where it did not get that far. */
export interface ModelVerification {
  file: string;
  isPassed: boolean;
  failure: VerifyFailure | null;
  sha256: string | null;
  engineRelease: string | null;
  lines: readonly string[];
  loadMs: number | null;
  prefillTokensPerSecond: number | null;
  decodeTokensPerSecond: number | null;
}

/** Settings of {@link verifyModel}. */
export interface VerifyModelOptions extends Pick<LlamaModelOptions, 'admission' | 'signal' | 'threads'> {
  modelPath: string;
  /** The digest the weights must have. */
  expectedSha?: string;
  minDecodeTokensPerSecond?: number;
}

const PROMPT =
  'Write 20 different lines. Each line is one short fact about the Rust programming language, without numbering.\n';
const REQUIRED_LINES = 20;
const MIN_DISTINCT_SHARE = 0.5;
const MAX_TOKENS = 768;
const CONTEXT_TOKENS = 1_024;
const DEFAULT_MIN_SPEED = 1;

/**
 * Verifies an installed model for real: header, digest, every weight, then twenty lines of text, twice the same.
 *
 * A model that does not pass is a finding, not an error; each reason has its own code.
 *
 * @throws ElfError PT_ELF_ENGINE_MISSING
 */
export async function verifyModel(options: VerifyModelOptions): Promise<ModelVerification> {
  const blank: ModelVerification = {
    file: basename(options.modelPath),
    isPassed: false,
    failure: null,
    sha256: null,
    engineRelease: null,
    lines: [],
    loadMs: null,
    prefillTokensPerSecond: null,
    decodeTokensPerSecond: null,
  };
  const header = await readGgufHeader(options.modelPath);
  if (!header.ok) return { ...blank, failure: { code: 'header_refused', message: header.refusal.message } };
  const sha256 = await hashFile(options.modelPath, options.signal);
  const hashed = { ...blank, sha256 };
  if (options.expectedSha !== undefined && options.expectedSha.toLowerCase() !== sha256) {
    const message = `The weights have the digest ${sha256}, expected ${options.expectedSha}`;
    return { ...hashed, failure: { code: 'sha_mismatch', message } };
  }
  const opened = await openForTest({ ...options, modelSha: sha256 });
  if ('code' in opened) return { ...hashed, failure: opened };
  await using model = opened;
  return { ...hashed, ...(await testText(model, options.minDecodeTokensPerSecond ?? DEFAULT_MIN_SPEED)) };
}

async function openForTest(
  options: Pick<LlamaModelOptions, 'admission' | 'signal' | 'threads' | 'modelPath' | 'modelSha'>,
): Promise<LlamaTextModel | VerifyFailure> {
  try {
    return await openLlamaModel({ ...options, contextTokens: CONTEXT_TOKENS, checkTensors: true });
  } catch (error) {
    if (!ParseltongueError.isInstance(error) || error.code === 'PT_ELF_ENGINE_MISSING') throw error;
    return { code: nameLoadFailure(error), message: error.message };
  }
}

function nameLoadFailure({ code, details }: ParseltongueError): VerifyFailureCode {
  if (code === 'PT_ELF_ADMISSION_REFUSED') return 'not_admitted';
  if (code === 'PT_ELF_MODEL_REFUSED') return 'header_refused';
  return 'reason' in details && details.reason === 'tensor_data_invalid' ? 'weights_invalid' : 'load_failed';
}

type TestedText = Omit<ModelVerification, 'file' | 'sha256'>;

async function testText(model: LlamaTextModel, minSpeed: number): Promise<TestedText> {
  const { engineRelease, loadMs } = model.facts;
  const base = {
    engineRelease,
    loadMs,
    lines: [],
    prefillTokensPerSecond: null,
    decodeTokensPerSecond: null,
  };
  try {
    const first = await model.generate({ prompt: PROMPT, maxTokens: MAX_TOKENS });
    const second = await model.generate({ prompt: PROMPT, maxTokens: MAX_TOKENS });
    const speeds = measureSpeeds(first);
    const failure = judge(first, second, { speed: speeds.decodeTokensPerSecond, minSpeed });
    return { ...base, ...speeds, lines: splitLines(first.text), isPassed: failure === null, failure };
  } catch (error) {
    if (!ParseltongueError.isInstance(error)) throw error;
    return { ...base, isPassed: false, failure: { code: 'generation_failed', message: error.message } };
  }
}

function judge(
  first: LlamaTextResult,
  second: LlamaTextResult,
  { minSpeed, speed }: { minSpeed: number; speed: number | null },
): VerifyFailure | null {
  if (/[\0\uFFFD]/.test(first.text)) {
    return { code: 'text_invalid', message: 'The text holds NUL or bytes that are not UTF-8' };
  }
  const lines = splitLines(first.text);
  const distinct = new Set(lines).size;
  if (lines.length > 0 && distinct / lines.length < MIN_DISTINCT_SHARE) {
    return { code: 'repetitive', message: `Only ${distinct} of ${lines.length} lines are distinct` };
  }
  if (lines.length < REQUIRED_LINES) {
    return {
      code: 'too_few_lines',
      message: `The model wrote ${lines.length} lines, expected ${REQUIRED_LINES}`,
    };
  }
  if (first.text !== second.text) {
    return { code: 'not_repeatable', message: 'Two greedy runs of the same prompt differ' };
  }
  if (speed !== null && speed < minSpeed) {
    return {
      code: 'too_slow',
      message: `${speed.toFixed(2)} tokens a second, expected ${minSpeed} at least`,
    };
  }
  return null;
}

function splitLines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function measureSpeeds(
  result: LlamaTextResult,
): Pick<TestedText, 'prefillTokensPerSecond' | 'decodeTokensPerSecond'> {
  const evaluated = result.inputTokens - result.reusedTokens;
  return {
    prefillTokensPerSecond: perSecond(evaluated, result.prefillMs),
    decodeTokensPerSecond: perSecond(result.outputTokens - 1, result.decodeMs),
  };
}

function perSecond(count: number, ms: number): number | null {
  return count > 0 && ms > 0 ? (count / ms) * 1_000 : null;
}
