import { z } from 'zod';
import { ElfError } from '../../errors.js';
import type { ModelServer } from '../../registry/installed-model.js';
import type { LlamaTextRequest, LlamaTextResult, ModelHealth } from '../llama/llama-model.js';
import type { LocalModel } from '../local-model.js';
import { createOpenAiHttpModel, type OpenAiHttpModel } from './create-openai-http-model.js';
import { postJson } from './post-json.js';
import { SERVER_PRESETS } from './server-presets.js';

const EmbeddingsSchema = z.object({
  data: z.array(z.object({ index: z.int(), embedding: z.array(z.number()) })),
});
const RerankSchema = z.object({
  results: z.array(z.object({ index: z.int(), relevance_score: z.number() })),
});
const TokenizeSchema = z.object({ tokens: z.array(z.int()) });
const HEALTH_TIMEOUT_MS = 10_000;
const CALL_TIMEOUT_MS = 120_000;

/** Opens a model that a server runs; nothing is sent before the first request. */
export function openHttpModel(id: string, server: ModelServer, contextTokens: number): LocalModel {
  return new HttpModel(id, server, contextTokens);
}

class HttpModel implements LocalModel {
  readonly id: string;
  readonly modelSha = null;
  readonly facts: LocalModel['facts'];
  readonly #server: ModelServer;
  readonly #model: OpenAiHttpModel;
  #inFlight = 0;
  #isClosed = false;

  constructor(id: string, server: ModelServer, contextTokens: number) {
    this.id = id;
    this.#server = server;
    const preset = SERVER_PRESETS[server.preset];
    this.#model = createOpenAiHttpModel({ ...server, extraBody: preset.extraBody });
    this.facts = {
      engineRelease: `${server.preset} over http`,
      contextTokens,
      trainContextTokens: contextTokens,
      sequences: server.maxConcurrency,
      threads: 0,
      usesChatTemplate: true,
      gpuLayers: 0,
      dimension: null,
      loadMs: 0,
    };
  }

  get maxConcurrency(): number {
    return this.#server.maxConcurrency;
  }

  async generate(request: LlamaTextRequest): Promise<LlamaTextResult> {
    this.#inFlight += 1;
    try {
      const result = await this.#model.generate(request);
      // The answer comes in one piece: its text is one delta and its phases are not told apart.
      request.onDelta?.(result.text);
      return { ...result, reusedTokens: 0, queuedMs: 0, prefillMs: 0, decodeMs: result.durationMs };
    } finally {
      this.#inFlight -= 1;
    }
  }

  async embed(texts: readonly string[]): Promise<Float32Array[]> {
    const { data } = await this.#post('embeddings', { input: texts }, EmbeddingsSchema);
    const ordered = [...data].sort((a, b) => a.index - b.index);
    return ordered.map(({ embedding }) => Float32Array.from(embedding));
  }

  async rerank(query: string, documents: readonly string[]): Promise<number[]> {
    const { results } = await this.#post('rerank', { query, documents }, RerankSchema);
    const scores = new Map(results.map(({ index, relevance_score }) => [index, relevance_score]));
    return documents.map((_, index) => scores.get(index) ?? 0);
  }

  async tokenize(text: string): Promise<number[]> {
    const { tokenizePath } = SERVER_PRESETS[this.#server.preset];
    if (tokenizePath === null) throw this.#describeUnsupported('tokenize');
    const body = this.#server.preset === 'vllm' ? { prompt: text } : { content: text };
    const url = new URL(tokenizePath, this.#server.baseUrl);
    return (await this.#send(url, body, TokenizeSchema)).tokens;
  }

  async countTokens(text: string): Promise<number> {
    return (await this.tokenize(text)).length;
  }

  countPromptTokens(): Promise<number> {
    return Promise.reject(this.#describeUnsupported('count the tokens of a prompt with its template'));
  }

  async checkHealth(timeoutMs = HEALTH_TIMEOUT_MS): Promise<ModelHealth> {
    const startedAt = performance.now();
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const { finishReason } = await this.generate({ prompt: '1', maxTokens: 1, signal });
      const durationMs = performance.now() - startedAt;
      if (finishReason === 'aborted')
        return { status: 'unresponsive', durationMs, problem: `no token within ${timeoutMs} ms` };
      return { status: 'healthy', durationMs, problem: null };
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      return { status: 'failed', durationMs: performance.now() - startedAt, problem };
    }
  }

  readStatus(): ReturnType<LocalModel['readStatus']> {
    const state = this.#isClosed ? 'closed' : 'ready';
    return { state, workerPid: null, inFlight: this.#inFlight, reloads: 0 };
  }

  dropPrefixes(): Promise<void> {
    return Promise.resolve();
  }

  killWorker(): Promise<void> {
    return Promise.resolve();
  }

  /** Asks a server that keeps models loaded to let this one go. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    const { unload } = SERVER_PRESETS[this.#server.preset];
    if (unload === null) return;
    const url = new URL(unload.path, this.#server.baseUrl);
    const body = unload.body(this.#server.model);
    await postJson(url, body, { apiKey: undefined, timeoutMs: HEALTH_TIMEOUT_MS, signal: undefined }).catch(
      () => undefined,
    );
  }

  #post<T>(path: string, body: object, schema: z.ZodType<T>): Promise<T> {
    const root = this.#server.baseUrl.replace(/\/$/, '');
    return this.#send(new URL(`${root}/${path}`), body, schema);
  }

  async #send<T>(url: URL, body: object, schema: z.ZodType<T>): Promise<T> {
    const answer = await postJson(
      url,
      { model: this.#server.model, ...body },
      { apiKey: undefined, timeoutMs: CALL_TIMEOUT_MS, signal: undefined },
    );
    try {
      return schema.parse(JSON.parse(answer ?? ''));
    } catch (cause) {
      throw new ElfError('PT_ELF_HTTP_MALFORMED', {
        message: `${url.host} did not answer ${url.pathname} as its preset expects. Check the preset and the server's release`,
        details: { host: url.host, problem: 'unexpected body' },
        cause,
      });
    }
  }

  #describeUnsupported(ability: string): ElfError {
    return new ElfError('PT_ELF_ABILITY_UNSUPPORTED', {
      message: `A ${this.#server.preset} server cannot ${ability}. Use a model in a worker, llama-server or vLLM`,
      details: { model: this.id, ability },
    });
  }
}
