import { estimateTokenCount } from '@parseltongue/isg-core';
import { SorcererError } from '../../errors.js';
import type { Finish, Reasoner, ReasonerUsage } from '../../reasoner.js';
import { type Completion, createTextReasoner } from '../text-reasoner.js';
import { mapFetchError, mapHttpStatus } from './error-map.js';
import { readServerEvents } from './read-server-events.js';

export interface OpenAiReasonerOptions {
  /** Up to and including the version, for example `http://127.0.0.1:8080/v1`. Plain http only to this machine when a key is given. */
  baseUrl: string;
  model: string;
  /** Sent as a bearer token; many local servers need none. */
  apiKey?: string;
  /** Of one call, default 600,000. */
  timeoutMs?: number;
  /** Dollars per million tokens; without it costs are reported as unknown. */
  pricing?: { inputUsd: number; outputUsd: number };
  /** Local servers get the small step budget. Default `remote`. */
  locality?: Reasoner['locality'];
}

const DEFAULT_TIMEOUT_MS = 600_000;
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * A reasoner over any server that speaks chat completions with server-sent events (OpenAI, vLLM, llama.cpp, Ollama, LM Studio).
 *
 * One conversation per call. An answer that ends for any other reason than by itself is cut off and carries no edits.
 * Calls throw SorcererError PT_SORCERER_ENGINE_OVERLOADED, _UNREACHABLE, _TIMEOUT, _DENIED, _REJECTED or PT_SORCERER_ABORTED.
 *
 * @throws SorcererError PT_SORCERER_OPTION_INVALID for an address that is none, or a key over plain http to another machine
 */
export function createOpenAiReasoner(options: OpenAiReasonerOptions): Reasoner {
  const url = readAddress(options);
  return createTextReasoner({
    id: `openai:${options.model}`,
    locality: options.locality ?? 'remote',
    async complete(prompt, { request, signal, onDelta }) {
      const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
      const timeout = AbortSignal.timeout(timeoutMs);
      const body = {
        model: options.model,
        stream: true,
        stream_options: { include_usage: true },
        max_tokens: request.tokenBudget,
        messages: [
          { role: 'system', content: `${prompt.instructions}\n\n${prompt.graph}` },
          { role: 'user', content: prompt.task },
        ],
      };
      try {
        const response = await fetch(url, {
          method: 'POST',
          headers: createHeaders(options),
          body: JSON.stringify(body),
          redirect: 'error',
          signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
        });
        if (!response.ok) throw await mapHttpStatus(response);
        return await readStream(response, { options, sent: JSON.stringify(body), onDelta });
      } catch (cause) {
        if (SorcererError.isInstance(cause)) throw cause;
        throw mapFetchError(cause, {
          isAborted: signal?.aborted === true,
          isTimedOut: timeout.aborted,
          timeoutMs,
        });
      }
    },
  });
}

function readAddress({ baseUrl, apiKey }: OpenAiReasonerOptions): URL {
  const url = URL.canParse(baseUrl) ? new URL(`${baseUrl.replace(/\/+$/, '')}/chat/completions`) : undefined;
  const isSafe =
    url?.protocol === 'https:' ||
    (url?.protocol === 'http:' && (apiKey === undefined || LOOPBACK.has(url.hostname)));
  if (url !== undefined && isSafe) return url;
  throw new SorcererError('PT_SORCERER_OPTION_INVALID', {
    message: `The address of the model server cannot be used. Give an https address, or http to this machine`,
    details: { option: 'baseUrl', value: url?.origin ?? '' },
  });
}

function createHeaders({ apiKey }: OpenAiReasonerOptions): Record<string, string> {
  return {
    'content-type': 'application/json',
    accept: 'text/event-stream',
    ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
  };
}

/** The parts of a streamed chunk this engine reads. */
interface Chunk {
  choices?: { delta?: { content?: string | null }; finish_reason?: string | null }[];
  usage?: {
    prompt_tokens?: number;
    completion_tokens?: number;
    prompt_tokens_details?: { cached_tokens?: number };
  } | null;
  error?: unknown;
}

interface StreamSource {
  options: OpenAiReasonerOptions;
  sent: string;
  onDelta: ((text: string) => void) | undefined;
}

async function readStream(response: Response, { options, sent, onDelta }: StreamSource): Promise<Completion> {
  let text = '';
  let reason: string | null = null;
  let usage: Chunk['usage'] = null;
  for await (const data of readServerEvents(response)) {
    if (data === '[DONE]') break;
    const chunk = parseChunk(data);
    const choice = chunk.choices?.[0];
    const piece = choice?.delta?.content ?? '';
    if (piece !== '') onDelta?.(piece);
    text += piece;
    reason = choice?.finish_reason ?? reason;
    usage = chunk.usage ?? usage;
  }
  return { text, finish: readFinish(reason), usage: readUsage(usage, { options, sent, text }) };
}

function parseChunk(data: string): Chunk {
  let chunk: Chunk;
  try {
    chunk = JSON.parse(data) as Chunk;
  } catch (cause) {
    throw broken('a chunk that is no JSON', cause);
  }
  if (chunk.error === undefined) return chunk;
  throw broken('an error in the middle of its answer', chunk.error);
}

function broken(what: string, cause: unknown): SorcererError {
  return new SorcererError('PT_SORCERER_ENGINE_UNREACHABLE', {
    message: `The model server sent ${what}. Resume the run to try again`,
    details: { engine: 'openai' },
    retryable: true,
    cause,
  });
}

/** Only an answer that ended by itself is whole. */
function readFinish(reason: string | null): Finish {
  if (reason === 'content_filter') return 'refused';
  return reason === 'stop' ? 'complete' : 'truncated';
}

function readUsage(
  usage: Chunk['usage'],
  { options, sent, text }: { options: OpenAiReasonerOptions; sent: string; text: string },
): ReasonerUsage {
  const isReported = usage?.prompt_tokens !== undefined && usage.completion_tokens !== undefined;
  const input = usage?.prompt_tokens ?? estimateTokenCount(sent);
  const output = usage?.completion_tokens ?? estimateTokenCount(text);
  const cached = Math.min(input, usage?.prompt_tokens_details?.cached_tokens ?? 0);
  const { pricing } = options;
  return {
    input_tokens: input - cached,
    output_tokens: output,
    cache_read_tokens: cached,
    cost_usd:
      pricing === undefined ? null : (input * pricing.inputUsd + output * pricing.outputUsd) / 1_000_000,
    estimated: !isReported,
  };
}
