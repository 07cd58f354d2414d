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
  loadMs: number;
}

/** A local model behind the text port; one worker process each. */
export interface LlamaTextModel extends TextModel, AsyncDisposable {
  readonly modelSha: string;
  readonly header: GgufHeader;
  readonly estimate: MemoryEstimate;
  /** Facts of the latest load. */
  readonly facts: ModelFacts;
  generate(request: TextRequest): Promise<LlamaTextResult>;
  /** Counts tokens with the model's own tokenizer, without special tokens. */
  countTokens(text: string): Promise<number>;
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
