import type { ProposePrompt } from '../../prompts/propose-v1.js';
import type { Finish, Reasoner, ReasonerOptions, ReasonerUsage } from '../../reasoner.js';
import { type Completion, createTextReasoner } from '../text-reasoner.js';
import { mapAnthropicError } from './error-map.js';
import { type AnthropicSdk, loadAnthropicSdk } from './load-sdk.js';

/** Dollars per million tokens; without it costs are reported as unknown. */
export interface TokenPricing {
  inputUsd: number;
  outputUsd: number;
  cacheReadUsd: number;
  cacheWriteUsd: number;
}

export interface AnthropicReasonerOptions {
  /** The key itself; no environment variable and no profile on disk is looked at. */
  apiKey: string;
  /** Default `claude-opus-5-5`. */
  model?: string;
  /** Default the public API. */
  baseURL?: string;
  effort?: 'low' | 'medium' | 'high' | 'xhigh' | 'max';
  /** Of one call, default 600,000. */
  timeoutMs?: number;
  /** Retries inside the library on overload and broken connections, default 2. */
  maxRetries?: number;
  pricing?: TokenPricing;
}

const DEFAULT_MODEL = 'claude-opus-5-5';
const DEFAULT_URL = 'https://api.anthropic.com';
const DEFAULT_TIMEOUT_MS = 600_000;

/**
 * A reasoner over the Messages API, streaming, one conversation per call, the graph block marked for caching.
 *
 * The library is loaded with the first call and writes no log. A refusal or a cut-off answer comes back without edits.
 * Calls throw SorcererError PT_SORCERER_ENGINE_MISSING, _OVERLOADED, _UNREACHABLE, _TIMEOUT, _DENIED, _REJECTED or PT_SORCERER_ABORTED.
 */
export function createAnthropicReasoner(options: AnthropicReasonerOptions): Reasoner {
  const model = options.model ?? DEFAULT_MODEL;
  return createTextReasoner({
    id: `anthropic:${model}`,
    locality: 'remote',
    async complete(prompt, { request, ...call }) {
      const sdk = await loadAnthropicSdk();
      try {
        return await streamMessage({ sdk, options, model }, prompt, {
          ...call,
          maxTokens: request.tokenBudget,
        });
      } catch (cause) {
        throw mapAnthropicError(sdk, cause, options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
      }
    },
  });
}

interface Engine {
  sdk: AnthropicSdk;
  options: AnthropicReasonerOptions;
  model: string;
}

async function streamMessage(
  { sdk, options, model }: Engine,
  prompt: ProposePrompt,
  call: ReasonerOptions & { maxTokens: number },
): Promise<Completion> {
  const client = new sdk.Anthropic({
    apiKey: options.apiKey,
    authToken: null,
    baseURL: options.baseURL ?? DEFAULT_URL,
    maxRetries: options.maxRetries ?? 2,
    timeout: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    logLevel: 'off',
    logger: SILENT,
    openTelemetry: false,
  });
  const stream = client.messages.stream(
    {
      model,
      max_tokens: call.maxTokens,
      system: [
        { type: 'text', text: prompt.instructions },
        { type: 'text', text: prompt.graph, cache_control: { type: 'ephemeral' } },
      ],
      messages: [{ role: 'user', content: prompt.task }],
      ...(options.effort === undefined ? {} : { output_config: { effort: options.effort } }),
    },
    call.signal === undefined ? {} : { signal: call.signal },
  );
  const { onDelta } = call;
  if (onDelta !== undefined) stream.on('text', (text) => onDelta(text));
  const message = await stream.finalMessage();
  const text = message.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
  return { text, finish: readFinish(message.stop_reason), usage: readUsage(message.usage, options.pricing) };
}

const ignore = (): void => undefined;
const SILENT = { error: ignore, warn: ignore, info: ignore, debug: ignore };

/** Only an answer that ended by itself is whole. */
function readFinish(stopReason: string | null): Finish {
  if (stopReason === 'refusal') return 'refused';
  return stopReason === 'end_turn' || stopReason === 'stop_sequence' ? 'complete' : 'truncated';
}

interface MessageUsage {
  input_tokens: number;
  output_tokens: number;
  cache_read_input_tokens: number | null;
  cache_creation_input_tokens: number | null;
}

function readUsage(usage: MessageUsage, pricing: TokenPricing | undefined): ReasonerUsage {
  const read = usage.cache_read_input_tokens ?? 0;
  const written = usage.cache_creation_input_tokens ?? 0;
  const cost =
    pricing === undefined
      ? null
      : (usage.input_tokens * pricing.inputUsd +
          usage.output_tokens * pricing.outputUsd +
          read * pricing.cacheReadUsd +
          written * pricing.cacheWriteUsd) /
        1_000_000;
  return {
    input_tokens: usage.input_tokens + written,
    output_tokens: usage.output_tokens,
    cache_read_tokens: read,
    cost_usd: cost,
    estimated: false,
  };
}
