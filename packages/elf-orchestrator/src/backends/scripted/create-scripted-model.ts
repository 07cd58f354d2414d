import {
  estimateTokenCount,
  type TextModel,
  type TextRequest,
  type TextResult,
} from '@parseltongue/isg-core';
import { ElfError } from '../../errors.js';
import { assertTextRequest } from '../text-request.js';

/** One answer: a text, or an error that is thrown in its place. */
export type ScriptedReply = string | Error;

/** Settings of {@link createScriptedModel}. */
export interface ScriptedModelOptions {
  id?: string;
  /** Answers in order, or a function of the request and its number, counted from zero. */
  replies:
    | readonly ScriptedReply[]
    | ((request: TextRequest, call: number) => ScriptedReply | Promise<ScriptedReply>);
  maxConcurrency?: number;
}

/** A text model without a model: it answers from a script and remembers what it was asked. */
export interface ScriptedModel extends TextModel {
  /** Every request so far, in order. */
  readonly requests: readonly TextRequest[];
}

/**
 * Creates a scripted model for tests; it keeps the rules of the text port: stop texts cut, a long answer ends by length,
 * an aborted request answers `aborted`. Token counts are estimates.
 */
export function createScriptedModel(options: ScriptedModelOptions): ScriptedModel {
  const requests: TextRequest[] = [];
  return {
    id: options.id ?? 'scripted',
    modelSha: null,
    maxConcurrency: options.maxConcurrency ?? 1,
    requests,
    async generate(request) {
      assertTextRequest(request);
      const call = requests.push(request) - 1;
      const reply = await pickReply(options.replies, request, call);
      if (reply instanceof Error) throw reply;
      return toResult(reply, request);
    },
  };
}

function pickReply(
  replies: ScriptedModelOptions['replies'],
  request: TextRequest,
  call: number,
): ScriptedReply | Promise<ScriptedReply> {
  if (typeof replies === 'function') return replies(request, call);
  const reply = replies[call];
  if (reply !== undefined) return reply;
  throw new ElfError('PT_ELF_SCRIPT_EXHAUSTED', {
    message: `The script has ${replies.length} replies, but call ${call + 1} was made. Add a reply`,
    details: { calls: call + 1 },
  });
}

function toResult(reply: string, request: TextRequest): TextResult {
  const base = { inputTokens: estimateTokenCount((request.prefix ?? '') + request.prompt), durationMs: 0 };
  if (request.signal?.aborted === true)
    return { ...base, text: '', finishReason: 'aborted', outputTokens: 0 };
  const ends = (request.stop ?? []).map((stop) => reply.indexOf(stop)).filter((index) => index >= 0);
  const stopped = ends.length === 0 ? reply : reply.slice(0, Math.min(...ends));
  const text = cutToTokens(stopped, request.maxTokens);
  const finishReason = text === stopped ? 'stop' : 'length';
  return { ...base, text, finishReason, outputTokens: estimateTokenCount(text) };
}

function cutToTokens(text: string, maxTokens: number): string {
  let kept = text;
  while (estimateTokenCount(kept) > maxTokens) kept = Array.from(kept).slice(0, -1).join('');
  return kept;
}
