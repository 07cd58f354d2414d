import type { GgufHeader } from '../registry/gguf-header.js';

/** What a loaded model is expected to take, by part. */
export interface MemoryEstimate {
  weightsBytes: number;
  kvCacheBytes: number;
  workerBytes: number;
  totalBytes: number;
}

const WEIGHTS_MARGIN = 1.1;
const WORKER_BYTES = 100 * 1024 ** 2;
/** The engine rounds a context up to a multiple of this. */
const CONTEXT_STEP_TOKENS = 256;

/**
 * Estimates the memory of a model on the CPU: its file plus a tenth, a half-precision key-value cache for each sequence,
 * and the worker process itself. It is an estimate; admission compares it with measured use.
 */
export function estimateModelMemory(
  header: Pick<GgufHeader, 'fileSizeBytes' | 'kvBytesPerToken'>,
  context: { contextTokens: number; sequences: number },
): MemoryEstimate {
  const contextTokens = Math.ceil(context.contextTokens / CONTEXT_STEP_TOKENS) * CONTEXT_STEP_TOKENS;
  const weightsBytes = Math.ceil(header.fileSizeBytes * WEIGHTS_MARGIN);
  const kvCacheBytes = header.kvBytesPerToken * contextTokens * context.sequences;
  return {
    weightsBytes,
    kvCacheBytes,
    workerBytes: WORKER_BYTES,
    totalBytes: weightsBytes + kvCacheBytes + WORKER_BYTES,
  };
}
