import {
  estimateTokenCount,
  type TextModel,
  type TextRequest,
  type TextResult,
} from '@parseltongue/isg-core';
import { ElfError } from '../../errors.js';
import { assertTextRequest } from '../text-request.js';
import { type Completion, CompletionSchema } from './completion-schema.js';
import { postJson } from './post-json.js';
import { createGate, type Gate } from './request-gate.js';

/** Settings of {@link createOpenAiHttpModel}. */
export interface OpenAiHttpOptions {
  /** The API's root, e.g. `http://127.0.0.1:8080/v1`. */
  baseUrl: string;
  /** The model's name on the server. */
  model: string;
  /** `chat` sends the prompt as one user message, `completions` as plain text. */
  endpoint?: 'chat' | 'completions';
  /** Sent as a bearer token; never logged and never part of an error. */
  apiKey?: string;
  /** Allows hosts other than this machine; prompts leave the machine then. */
  isRemoteAllowed?: boolean;
  maxConcurrency?: number;
  timeoutMs?: number;
  /** Fields that every request carries beside the standard ones. */
  extraBody?: Readonly<Record<string, unknown>>;
}

/** A request with the JSON schema that its answer is to follow. */
export interface HttpTextRequest extends TextRequest {
  schema?: Readonly<Record<string, unknown>>;
}

/** A generation with the origin of its token counts. */
export interface HttpTextResult extends TextResult {
  /** `estimated` when the server reported no usage. */
  tokenCounts: 'reported' | 'estimated';
}

/** A model behind an OpenAI-compatible server. */
export interface OpenAiHttpModel extends TextModel {
  readonly modelSha: null;
  generate(request: HttpTextRequest): Promise<HttpTextResult>;
}

const DEFAULT_TIMEOUT_MS = 120_000;

/**
 * Creates a text model on top of an OpenAI-compatible server such as llama-server, Ollama, LM Studio or vLLM.
 *
 * Nothing is sent before the first request. Only this machine is talked to unless remote hosts are allowed, and
 * redirects are never followed.
 *
 * @throws ElfError PT_ELF_HTTP_REMOTE_REFUSED, PT_ELF_REQUEST_INVALID
 */
export function createOpenAiHttpModel(options: OpenAiHttpOptions): OpenAiHttpModel {
  const root = parseRoot(options.baseUrl);
  if (!isLoopback(root.hostname) && options.isRemoteAllowed !== true) {
    throw new ElfError('PT_ELF_HTTP_REMOTE_REFUSED', {
      message: `${root.host} is not this machine. Allow remote hosts explicitly if prompts may leave it`,
      details: { host: root.host },
    });
  }
  const endpoint = options.endpoint ?? 'chat';
  const url = new URL(
    `${root.pathname.replace(/\/$/, '')}/${endpoint === 'chat' ? 'chat/completions' : 'completions'}`,
    root,
  );
  const maxConcurrency = options.maxConcurrency ?? 1;
  const gate = createGate(maxConcurrency);
  return {
    id: options.model,
    modelSha: null,
    maxConcurrency,
    generate: (request) => generate({ options, endpoint, url, gate }, request),
  };
}

interface ModelParts {
  options: OpenAiHttpOptions;
  endpoint: 'chat' | 'completions';
  url: URL;
  gate: Gate;
}

async function generate(parts: ModelParts, request: HttpTextRequest): Promise<HttpTextResult> {
  assertTextRequest(request);
  const startedAt = performance.now();
  const prompt = (request.prefix ?? '') + request.prompt;
  const leave = await parts.gate.enter(request.signal);
  try {
    if (leave === null) return describeAbort(prompt, startedAt);
    const answer = await postJson(parts.url, createBody(parts, request, prompt), {
      apiKey: parts.options.apiKey,
      timeoutMs: parts.options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      signal: request.signal,
    });
    if (answer === null) return describeAbort(prompt, startedAt);
    return toResult(parseCompletion(answer, parts.url.host), { prompt, startedAt, request });
  } finally {
    leave?.();
  }
}

function createBody(parts: ModelParts, request: HttpTextRequest, prompt: string): object {
  return {
    ...parts.options.extraBody,
    ...describeFormat(request),
    model: parts.options.model,
    ...(parts.endpoint === 'chat' ? { messages: [{ role: 'user', content: prompt }] } : { prompt }),
    max_tokens: request.maxTokens,
    temperature: request.temperature ?? 0,
    stream: false,
    ...(request.stop === undefined || request.stop.length === 0 ? {} : { stop: request.stop }),
    ...(request.seed === undefined ? {} : { seed: request.seed }),
  };
}

function describeFormat({ schema }: HttpTextRequest): object {
  if (schema === undefined) return {};
  return { response_format: { type: 'json_schema', json_schema: { name: 'answer', schema } } };
}

function parseCompletion(body: string, host: string): Completion {
  try {
    return CompletionSchema.parse(JSON.parse(body));
  } catch (cause) {
    throw new ElfError('PT_ELF_HTTP_MALFORMED', {
      message: `${host} did not answer with a completion. Check that it is an OpenAI-compatible server`,
      details: { host, problem: 'the body is not a completion' },
      cause,
    });
  }
}

function toResult(
  { choices, usage }: Completion,
  context: { prompt: string; startedAt: number; request: TextRequest },
): HttpTextResult {
  const [choice] = choices;
  const text = cutAtStop(choice === undefined ? '' : readText(choice), context.request.stop ?? []);
  return {
    text,
    finishReason: choice?.finish_reason === 'length' ? 'length' : 'stop',
    inputTokens: usage?.prompt_tokens ?? estimateTokenCount(context.prompt),
    outputTokens: usage?.completion_tokens ?? estimateTokenCount(text),
    durationMs: performance.now() - context.startedAt,
    tokenCounts: usage == null ? 'estimated' : 'reported',
  };
}

function readText({ message, text }: Completion['choices'][number]): string {
  return message?.content ?? text ?? '';
}

/** Some servers ignore stop texts or leave them at the end. */
function cutAtStop(text: string, stop: readonly string[]): string {
  const ends = stop.map((each) => text.indexOf(each)).filter((index) => index >= 0);
  return ends.length === 0 ? text : text.slice(0, Math.min(...ends));
}

function describeAbort(prompt: string, startedAt: number): HttpTextResult {
  return {
    text: '',
    finishReason: 'aborted',
    inputTokens: estimateTokenCount(prompt),
    outputTokens: 0,
    durationMs: performance.now() - startedAt,
    tokenCounts: 'estimated',
  };
}

function parseRoot(baseUrl: string): URL {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : null;
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:') && url.username === '')
    return url;
  throw new ElfError('PT_ELF_REQUEST_INVALID', {
    message: 'baseUrl is not an http address without a user name. Give one such as http://127.0.0.1:8080/v1',
    details: { field: 'baseUrl', problem: 'not an http address' },
  });
}

/** Names that only look like this machine, such as `localhost.example.org`, are remote. */
function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
