import type { TextModel, TextRequest, TextResult } from '@parseltongue/isg-core';
import type { MemoryEstimate } from '../../admit/estimate-memory.js';
import type { GgufHeader } from '../../registry/gguf-header.js';

/** A generation with what it cost, phase by phase. */
export interface LlamaTextResult extends TextResult {
  /** Prompt tokens taken over from the request before in the same sequence. */
  reusedTokens: number;
  queuedMs: number;
  /** Until the first token. */
  prefillMs: number;
  /** From the first token to the last. */
  decodeMs: number;
}

/** A request with what a local model can do beyond the text port. */
export interface LlamaTextRequest extends TextRequest {
  /** Receives pieces of the text in order; together they are the text of the result. */
  onDelta?: (text: string) => void;
  /** A JSON schema; a grammar steers the model, the caller validates. */
  schema?: JsonObject;
}

/** A JSON object. */
export type JsonObject = Record<string, unknown>;

/** What a real generation of one token said about a model. */
export interface ModelHealth {
  status: 'healthy' | 'unresponsive' | 'failed';
  durationMs: number;
  problem: string | null;
}

/** What the engine said about a loaded model. */
export interface ModelFacts {
  /** Name and release of the engine. */
  engineRelease: string;
  contextTokens: number;
  trainContextTokens: number;
  sequences: number;
  threads: number;
  usesChatTemplate: boolean;
  /** Layers on the graphics processor. */
  gpuLayers: number;
  /** Length of the vectors of an embedding model, null for others. */
  dimension: number | null;
  loadMs: number;
}

/** A local model behind the text port; one worker process each. */
export interface LlamaTextModel extends TextModel, AsyncDisposable {
  readonly modelSha: string;
  readonly header: GgufHeader;
  readonly estimate: MemoryEstimate;
  /** Facts of the latest load. */
  readonly facts: ModelFacts;
  generate(request: LlamaTextRequest): Promise<LlamaTextResult>;
  /** Counts tokens with the model's own tokenizer, without special tokens. */
  countTokens(text: string): Promise<number>;
  /** Counts the tokens that a generation would report as its input, template and special tokens included. */
  countPromptTokens(prompt: string): Promise<number>;
  tokenize(text: string): Promise<number[]>;
  /** A vector a text, in order; only of a model that was opened to embed. */
  embed(texts: readonly string[]): Promise<Float32Array[]>;
  /** Scores in the order of the documents; only of a model that was opened to rank. */
  rerank(query: string, documents: readonly string[]): Promise<number[]>;
  /** Removes the saved prefixes; the next request evaluates its own again. */
  dropPrefixes(): Promise<void>;
  /** Ends the worker at once; what it was doing fails with PT_ELF_WORKER_DIED. */
  killWorker(): Promise<void>;
  /** Generates one token for real; a model that only listens is not healthy. */
  checkHealth(timeoutMs?: number): Promise<ModelHealth>;
  readStatus(): LlamaModelStatus;
}

/** The state of a model at one moment; `down` means that the next request loads it again. */
export interface LlamaModelStatus {
  state: 'ready' | 'down' | 'closed';
  workerPid: number | null;
  /** Requests that were sent and not answered, running or queued. */
  inFlight: number;
  reloads: number;
}
