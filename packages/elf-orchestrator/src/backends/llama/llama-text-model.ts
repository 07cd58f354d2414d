import type { MemoryEstimate } from '../../admit/estimate-memory.js';
import { ElfError } from '../../errors.js';
import type { GgufHeader } from '../../registry/gguf-header.js';
import type {
  GenerateRequest,
  WorkerModelFacts,
  WorkerReply,
  WorkerRequest,
} from '../../worker/worker-protocol.js';
import { assertTextRequest } from '../text-request.js';
import type {
  LlamaModelStatus,
  LlamaTextModel,
  LlamaTextRequest,
  LlamaTextResult,
  ModelHealth,
} from './llama-model.js';
import type { WorkerProcess } from './worker-process.js';
import type { WorkerSupervisor } from './worker-supervisor.js';

/** What a model is made of once it is loaded. */
export interface LlamaModelParts {
  id: string;
  modelSha: string;
  header: GgufHeader;
  estimate: MemoryEstimate;
  supervisor: WorkerSupervisor;
  removeStates: () => Promise<void>;
}

const DEFAULT_HEALTH_TIMEOUT_MS = 10_000;
const DRAIN_TIMEOUT_MS = 2_000;

/** Puts the text port on top of a supervised worker. */
export function createLlamaTextModel(parts: LlamaModelParts): LlamaTextModel {
  return new SupervisedModel(parts);
}

class SupervisedModel implements LlamaTextModel {
  readonly #parts: LlamaModelParts;
  readonly #inFlight = new Map<number, Promise<unknown>>();
  #nextId = 1;
  #isClosed = false;

  constructor(parts: LlamaModelParts) {
    this.#parts = parts;
  }

  get id(): string {
    return this.#parts.id;
  }

  get modelSha(): string {
    return this.#parts.modelSha;
  }

  get header(): GgufHeader {
    return this.#parts.header;
  }

  get estimate(): MemoryEstimate {
    return this.#parts.estimate;
  }

  get maxConcurrency(): number {
    return this.facts.sequences;
  }

  get facts(): WorkerModelFacts {
    const { facts } = this.#parts.supervisor;
    if (facts === null) throw this.#describeClosed();
    return facts;
  }

  async generate(request: LlamaTextRequest): Promise<LlamaTextResult> {
    assertTextRequest(request);
    const startedAt = performance.now();
    const worker = await this.#acquire();
    const id = this.#nextId++;
    const abort = () => worker.notify({ type: 'abort', id });
    const reply = this.#track(id, worker.request(toMessage(id, request), request.onDelta));
    request.signal?.addEventListener('abort', abort, { once: true });
    if (request.signal?.aborted === true) abort();
    try {
      const result = toResult(await reply, performance.now() - startedAt);
      this.#parts.supervisor.noteSuccess();
      return result;
    } finally {
      request.signal?.removeEventListener('abort', abort);
    }
  }

  async countTokens(text: string): Promise<number> {
    return (await this.#tokenize(text, false)).length;
  }

  async countPromptTokens(prompt: string): Promise<number> {
    return (await this.#tokenize(prompt, true)).length;
  }

  tokenize(text: string): Promise<number[]> {
    return this.#tokenize(text, false);
  }

  async embed(texts: readonly string[]): Promise<Float32Array[]> {
    const vectors: Float32Array[] = [];
    for (const text of texts) {
      const reply = await this.#ask((id) => ({ type: 'embed', id, text }));
      if (reply.type !== 'embedded') throw describeFailure(reply);
      vectors.push(Float32Array.from(reply.vector));
    }
    return vectors;
  }

  async rerank(query: string, documents: readonly string[]): Promise<number[]> {
    const reply = await this.#ask((id) => ({ type: 'rank', id, query, documents: [...documents] }));
    if (reply.type === 'ranked') return reply.scores;
    throw describeFailure(reply);
  }

  async dropPrefixes(): Promise<void> {
    const worker = this.#parts.supervisor.current;
    if (this.#isClosed || worker?.isAlive !== true) return;
    const id = this.#nextId++;
    await this.#track(id, worker.request({ type: 'drop-prefixes', id }));
  }

  async killWorker(): Promise<void> {
    await this.#parts.supervisor.current?.kill();
  }

  async checkHealth(timeoutMs = DEFAULT_HEALTH_TIMEOUT_MS): Promise<ModelHealth> {
    const startedAt = performance.now();
    const signal = AbortSignal.timeout(timeoutMs);
    const late = new Promise<'late'>((resolve) => {
      signal.addEventListener('abort', () => resolve('late'), { once: true });
    });
    const probe = this.generate({ prompt: '1', maxTokens: 1, signal });
    try {
      const outcome = await Promise.race([probe, late]);
      const isLate = outcome === 'late' || outcome.finishReason === 'aborted';
      const durationMs = performance.now() - startedAt;
      if (isLate) return { status: 'unresponsive', durationMs, problem: `no token within ${timeoutMs} ms` };
      return { status: 'healthy', durationMs, problem: null };
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      return { status: 'failed', durationMs: performance.now() - startedAt, problem };
    } finally {
      probe.catch(() => undefined);
    }
  }

  readStatus(): LlamaModelStatus {
    const { current, reloads } = this.#parts.supervisor;
    const isUp = current?.isAlive === true;
    return {
      state: this.#isClosed ? 'closed' : isUp ? 'ready' : 'down',
      workerPid: isUp ? current.pid : null,
      inFlight: this.#inFlight.size,
      reloads,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const worker = this.#parts.supervisor.current;
    for (const id of this.#inFlight.keys()) worker?.notify({ type: 'abort', id });
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise((resolve) => {
      timer = setTimeout(resolve, DRAIN_TIMEOUT_MS);
    });
    await Promise.race([Promise.allSettled(this.#inFlight.values()), limit]);
    clearTimeout(timer);
    await this.#parts.supervisor.close();
    await this.#parts.removeStates();
  }

  async #tokenize(text: string, isPrompt: boolean): Promise<number[]> {
    const reply = await this.#ask((id) => ({ type: 'tokenize', id, text, isPrompt }));
    if (reply.type === 'tokenized') return reply.tokens;
    throw describeFailure(reply);
  }

  async #ask(createMessage: (id: number) => WorkerRequest): Promise<WorkerReply> {
    const worker = await this.#acquire();
    const id = this.#nextId++;
    return this.#track(id, worker.request(createMessage(id)));
  }

  async #acquire(): Promise<WorkerProcess> {
    if (this.#isClosed) throw this.#describeClosed();
    return this.#parts.supervisor.ensure();
  }

  #track(id: number, reply: Promise<WorkerReply>): Promise<WorkerReply> {
    const tracked = reply.finally(() => this.#inFlight.delete(id));
    this.#inFlight.set(id, tracked);
    return tracked;
  }

  #describeClosed(): ElfError {
    return new ElfError('PT_ELF_MODEL_CLOSED', {
      message: `The model ${this.id} is closed. Open it again`,
      details: { model: this.id },
    });
  }
}

function toMessage(id: number, request: LlamaTextRequest): GenerateRequest {
  return {
    type: 'generate',
    id,
    prompt: (request.prefix ?? '') + request.prompt,
    prefixChars: request.prefix?.length ?? 0,
    maxTokens: request.maxTokens,
    stop: [...(request.stop ?? [])],
    temperature: request.temperature ?? 0,
    seed: request.seed ?? null,
    isStreaming: request.onDelta !== undefined,
    // What is not JSON is refused by the worker's own check of the message.
    schema: (request.schema ?? null) as GenerateRequest['schema'],
  };
}

function toResult(reply: WorkerReply, durationMs: number): LlamaTextResult {
  if (reply.type !== 'generated') throw describeFailure(reply);
  return {
    text: reply.text,
    finishReason: reply.finishReason,
    inputTokens: reply.inputTokens,
    outputTokens: reply.outputTokens,
    reusedTokens: reply.reusedTokens,
    queuedMs: reply.queuedMs,
    prefillMs: reply.prefillMs,
    decodeMs: reply.decodeMs,
    durationMs,
  };
}

function describeFailure(reply: WorkerReply): ElfError {
  if (reply.type === 'prompt-too-long') {
    const { promptTokens, maxTokens, contextTokens } = reply;
    return new ElfError('PT_ELF_CONTEXT_TOO_SMALL', {
      message: `A prompt of ${promptTokens} tokens and an answer of ${maxTokens} do not fit a context of ${contextTokens}. Split the prompt, lower maxTokens or open the model with a longer context`,
      details: { promptTokens, maxTokens, contextTokens },
    });
  }
  const problem = reply.type === 'failed' ? reply.problem : `unexpected reply ${reply.type}`;
  return new ElfError('PT_ELF_GENERATION_FAILED', {
    message: `The engine failed to generate: ${problem}. Send the request again, or verify the model`,
    details: { problem },
    retryable: true,
  });
}
