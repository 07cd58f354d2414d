import type * as Engine from 'node-llama-cpp';
import type { ChatWrapper, Llama, LlamaModel, Token } from 'node-llama-cpp';
import { generateTokens, type StopRules } from './generate-tokens.js';
import { openSequencePool, type SequencePool } from './sequence-pool.js';
import type { GenerateRequest, LoadRequest, WorkerModelFacts, WorkerReply } from './worker-protocol.js';

/** The engine's module, as far as a session uses it. */
export type LlamaEngine = typeof Engine;

/** One loaded model with its context; lives in the worker process only. */
export interface LlamaSession {
  readonly facts: WorkerModelFacts;
  countTokens(text: string): number;
  generate(request: GenerateRequest, signal: AbortSignal): Promise<WorkerReply>;
}

/** Prompt tokens evaluated at once: longer slices would stop the other sequences for longer. */
const PREFILL_SLICE_TOKENS = 64;

/** Loads a model on the CPU, never downloading or building anything. */
export async function openLlamaSession(
  engine: LlamaEngine,
  load: LoadRequest,
  onLog: (line: string) => void,
): Promise<LlamaSession> {
  const startedAt = performance.now();
  const llama = await engine.getLlama({
    gpu: false,
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
  });
  const context = await model.createContext({
    contextSize: load.contextTokens,
    sequences: load.sequences,
    batchSize: Math.min(load.contextTokens, PREFILL_SLICE_TOKENS * load.sequences),
    threads: load.threads,
  });
  const sequences = Array.from({ length: load.sequences }, () => context.getSequence());
  const wrapper = load.promptFormat === 'auto' ? resolveTemplate(engine, model) : null;
  const facts = describeModel(llama, model, { load, wrapper, startedAt });
  return createSession({ engine, model, facts, wrapper, pool: openSequencePool(sequences) });
}

interface SessionParts {
  engine: LlamaEngine;
  model: LlamaModel;
  facts: WorkerModelFacts;
  wrapper: ChatWrapper | null;
  pool: SequencePool;
}

function createSession(parts: SessionParts): LlamaSession {
  const { facts, model, pool } = parts;
  const generate = async (request: GenerateRequest, signal: AbortSignal): Promise<WorkerReply> => {
    const queuedAt = performance.now();
    const { tokens, stop } = encodePrompt(parts, request);
    const { contextTokens } = facts;
    if (tokens.length === 0) throw new Error('the prompt holds no token');
    if (tokens.length + request.maxTokens > contextTokens) {
      const { id, maxTokens } = request;
      return { type: 'prompt-too-long', id, promptTokens: tokens.length, maxTokens, contextTokens };
    }
    const slot = await pool.acquire(tokens, signal);
    const queuedMs = performance.now() - queuedAt;
    if (slot === null) return abortedInQueue(request.id, tokens.length, queuedMs);
    try {
      const result = await generateTokens(slot, tokens, {
        model,
        stop,
        signal,
        maxTokens: request.maxTokens,
        sliceTokens: PREFILL_SLICE_TOKENS,
        sampling: {
          temperature: request.temperature,
          ...(request.seed === null ? {} : { seed: request.seed }),
        },
      });
      return { type: 'generated', id: request.id, inputTokens: tokens.length, queuedMs, ...result };
    } finally {
      pool.release(slot);
    }
  };
  return { facts, countTokens: (text) => model.tokenize(text, false).length, generate };
}

/** Prompt text is never parsed for special tokens: what a repository says stays text. */
function encodePrompt(parts: SessionParts, request: GenerateRequest): { tokens: Token[]; stop: StopRules } {
  const { engine, model, wrapper } = parts;
  const stop: StopRules = { texts: [...request.stop], tokens: new Set() };
  if (wrapper === null) {
    const { bos, shouldPrependBosToken } = model.tokens;
    const head = shouldPrependBosToken && bos !== null ? [bos] : [];
    return { tokens: [...head, ...model.tokenize(request.prompt, false)], stop };
  }
  const { contextText, stopGenerationTriggers } = wrapper.generateContextState({
    chatHistory: [
      { type: 'user', text: request.prompt },
      { type: 'model', response: [''] },
    ],
  });
  for (const trigger of stopGenerationTriggers)
    addTrigger(stop, engine.LlamaText(trigger).tokenize(model.tokenizer), model);
  return { tokens: contextText.tokenize(model.tokenizer), stop };
}

function addTrigger(stop: StopRules, tokens: readonly Token[], model: LlamaModel): void {
  const [only] = tokens;
  if (tokens.length === 1 && only !== undefined) {
    stop.tokens.add(only);
    return;
  }
  const text = model.detokenize(tokens, true);
  if (text !== '') stop.texts.push(text);
}

function resolveTemplate(engine: LlamaEngine, model: LlamaModel): ChatWrapper | null {
  const hasTemplate = typeof model.fileInfo.metadata.tokenizer.chat_template === 'string';
  return hasTemplate ? engine.resolveChatWrapper(model, { warningLogs: false }) : null;
}

function describeModel(
  llama: Llama,
  model: LlamaModel,
  parts: { load: LoadRequest; wrapper: ChatWrapper | null; startedAt: number },
): WorkerModelFacts {
  const { load, wrapper, startedAt } = parts;
  return {
    engineRelease: `llama.cpp ${llama.llamaCppRelease.release}`,
    contextTokens: load.contextTokens,
    trainContextTokens: model.trainContextSize,
    sequences: load.sequences,
    threads: load.threads,
    usesChatTemplate: wrapper !== null,
    loadMs: performance.now() - startedAt,
  };
}

function abortedInQueue(id: number, inputTokens: number, queuedMs: number): WorkerReply {
  const none = { text: '', outputTokens: 0, reusedTokens: 0, prefillMs: 0, decodeMs: 0 };
  return { type: 'generated', id, finishReason: 'aborted', inputTokens, queuedMs, ...none };
}
