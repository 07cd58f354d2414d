import type { LlamaTextModel } from './llama/llama-model.js';

/**
 * One loaded model behind any backend: text, vectors, scores, tokens, health.
 *
 * What a backend cannot do it refuses with PT_ELF_ABILITY_UNSUPPORTED and says which one can.
 */
export type LocalModel = Omit<LlamaTextModel, 'header' | 'estimate' | 'modelSha'> & {
  readonly modelSha: string | null;
};

/** How a model is to be loaded. */
export interface LoadPlan {
  /** Tokens of prompt and answer together, for each sequence. */
  contextTokens: number;
  sequences: number;
  gpuLayers: number;
}
