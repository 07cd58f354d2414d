import type * as Engine from 'node-llama-cpp';
import type { Llama, LlamaModel } from 'node-llama-cpp';
import { orderByPlace } from './batch-order.js';
import { type GenerateTokensOptions, generateTokens } from './generate-tokens.js';
import { openPrefixStates, type PrefixStates } from './prefix-states.js';
import { createPromptEncoder, type PromptEncoder } from './prompt-encoder.js';
import { openSequencePool, type SequencePool } from './sequence-pool.js';
import { createStepPacer, type StepPacer } from './step-pacer.js';
import { openVectorContext, type VectorContext } from './vector-context.js';
import type { GenerateRequest, LoadRequest, WorkerModelFacts, WorkerReply } from './worker-protocol.js';

/** The engine's module, as far as a session uses it. */
export type LlamaEngine = typeof Engine;

/** One loaded model with its context; lives in the worker process only. */
export interface LlamaSession {
  readonly facts: WorkerModelFacts;
  /** Tokens of a text alone, or of a prompt as a generation would evaluate it. */
  tokenize(text: string, isPrompt: boolean): number[];
  generate(request: GenerateRequest, options: GenerateContext): Promise<WorkerReply>;
  embed(text: string): Promise<number[]>;
  rank(query: string, documents: readonly string[]): Promise<number[]>;
  dropPrefixes(): Promise<void>;
}

/** What a generation reports to while it runs. */
export interface GenerateContext {
  signal: AbortSignal;
  onDelta: (text: string) => void;
}

/** Prompt tokens evaluated at once: longer slices would stop the other sequences for longer. */
const PREFILL_SLICE_TOKENS = 64;
/** Shorter prefixes are evaluated faster than they are read. */
const MIN_SHARED_TOKENS = 64;

/** Loads a model, never downloading or building anything. */
export async function openLlamaSession(
  engine: LlamaEngine,
  load: LoadRequest,
  onLog: (line: string) => void,
): Promise<LlamaSession> {
  const startedAt = performance.now();
  const llama = await engine.getLlama({
    gpu: load.gpuLayers > 0 ? 'auto' : false,
    build: 'never',
    skipDownload: true,
    progressLogs: false,
    maxThreads: load.threads,
    logLevel: engine.LlamaLogLevel.warn,
    logger: (_level, message) => onLog(message),
  });
  const model = await llama.loadModel({
    modelPath: load.modelPath,
    useMmap: load.useMmap,
    checkTensors: load.checkTensors,
    gpuLayers: load.gpuLayers,
  });
  const encoder = createPromptEncoder(engine, model, load.promptFormat);
  const pool = load.purpose === 'text' ? await openPool(model, load) : null;
  const vectors = load.purpose === 'text' ? null : await openVectorContext(model, load);
  const pacer = createStepPacer({
    sliceTokens: PREFILL_SLICE_TOKENS,
    batchTokens: countBatchTokens(load),
  });
  const isShared = load.stateDir !== null && load.sequences > 1 && pool !== null;
  return createSession({
    engine,
    llama,
    model,
    encoder,
    pool,
    vectors,
    states: isShared && load.stateDir !== null ? openPrefixStates(load.stateDir, pacer) : null,
    pacer,
    facts: {
      engineRelease: `llama.cpp ${llama.llamaCppRelease.release}`,
      contextTokens: load.contextTokens,
      trainContextTokens: model.trainContextSize,
      sequences: load.sequences,
      threads: load.threads,
      usesChatTemplate: encoder.usesChatTemplate,
      gpuLayers: model.gpuLayers,
      dimension: load.purpose === 'embedding' ? model.embeddingVectorSize : null,
      loadMs: performance.now() - startedAt,
    },
  });
}

/** A slice of every sequence. */
function countBatchTokens({ contextTokens, sequences }: LoadRequest): number {
  return Math.min(contextTokens, PREFILL_SLICE_TOKENS * sequences);
}

async function openPool(model: LlamaModel, load: LoadRequest): Promise<SequencePool> {
  const context = await model.createContext({
    contextSize: load.contextTokens,
    sequences: load.sequences,
    batchSize: countBatchTokens(load),
    threads: load.threads,
    batching: { itemPrioritizationStrategy: orderByPlace },
  });
  return openSequencePool(Array.from({ length: load.sequences }, () => context.getSequence()));
}

interface SessionParts {
  engine: LlamaEngine;
  llama: Llama;
  model: LlamaModel;
  facts: WorkerModelFacts;
  encoder: PromptEncoder;
  pool: SequencePool | null;
  vectors: VectorContext | null;
  states: PrefixStates | null;
  pacer: StepPacer;
}

function createSession(parts: SessionParts): LlamaSession {
  const { encoder, facts, model, states, vectors } = parts;
  const requireVectors = (): VectorContext => {
    if (vectors === null) throw new Error('the model was loaded to write text, not to embed or rank');
    return vectors;
  };
  return {
    facts,
    tokenize: (text, isPrompt) => (isPrompt ? encoder.encode(text, []).tokens : model.tokenize(text, false)),
    generate: (request, context) => generate(parts, request, context),
    embed: (text) => requireVectors().embed(text),
    rank: (query, documents) => requireVectors().rank(query, documents),
    dropPrefixes: async () => states?.drop(),
  };
}

async function generate(
  parts: SessionParts,
  request: GenerateRequest,
  context: GenerateContext,
): Promise<WorkerReply> {
  const { encoder, facts, pool } = parts;
  if (pool === null) throw new Error('the model was loaded to embed or rank, not to write text');
  const queuedAt = performance.now();
  const { tokens, stop } = encoder.encode(request.prompt, request.stop);
  const { contextTokens } = facts;
  if (tokens.length === 0) throw new Error('the prompt holds no token');
  if (tokens.length + request.maxTokens > contextTokens) {
    const { id, maxTokens } = request;
    return { type: 'prompt-too-long', id, promptTokens: tokens.length, maxTokens, contextTokens };
  }
  const options: GenerateTokensOptions = {
    model: parts.model,
    stop,
    signal: context.signal,
    maxTokens: request.maxTokens,
    sliceTokens: PREFILL_SLICE_TOKENS,
    pacer: parts.pacer,
    sampling: await createSampling(parts, request),
    ...describeShared(parts, request, tokens),
    ...(request.isStreaming ? { onDelta: context.onDelta } : {}),
  };
  const slot = await pool.acquire(tokens, context.signal);
  const queuedMs = performance.now() - queuedAt;
  if (slot === null) return abortedInQueue(request.id, tokens.length, queuedMs);
  try {
    const result = await generateTokens(slot, tokens, options);
    return { type: 'generated', id: request.id, inputTokens: tokens.length, queuedMs, ...result };
  } finally {
    pool.release(slot);
  }
}

async function createSampling(
  { engine, llama, model }: SessionParts,
  { schema, seed, temperature }: GenerateRequest,
): Promise<GenerateTokensOptions['sampling']> {
  const base = { temperature, ...(seed === null ? {} : { seed }) };
  if (schema === null) return base;
  // The schema was checked to be one that a grammar can say before it was sent.
  const grammar = await llama.createGrammarForJsonSchema(schema as { type: 'object' });
  return { ...base, grammarEvaluationState: new engine.LlamaGrammarEvaluationState({ model, grammar }) };
}

function describeShared(
  { encoder, states }: SessionParts,
  { prefixChars, prompt }: GenerateRequest,
  tokens: Engine.Token[],
): Pick<GenerateTokensOptions, 'shared'> {
  if (states === null || prefixChars === 0) return {};
  const shared = Math.min(encoder.countShared(prompt, prefixChars, tokens), tokens.length - 1);
  return shared < MIN_SHARED_TOKENS ? {} : { shared: { tokens: shared, states } };
}

function abortedInQueue(id: number, inputTokens: number, queuedMs: number): WorkerReply {
  const none = { text: '', outputTokens: 0, reusedTokens: 0, prefillMs: 0, decodeMs: 0 };
  return { type: 'generated', id, finishReason: 'aborted', inputTokens, queuedMs, ...none };
}
