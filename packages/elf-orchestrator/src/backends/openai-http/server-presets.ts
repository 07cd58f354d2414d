import type { ModelServer } from '../../registry/installed-model.js';

/** Where a kind of server differs from the plain OpenAI endpoints. */
export interface ServerPreset {
  /** Fields that every completion request carries. */
  extraBody: Readonly<Record<string, unknown>>;
  /** Absolute path that turns text into tokens; null where there is none. */
  tokenizePath: string | null;
  /** How the server is told to let a model go; null where it decides by itself. */
  unload: { path: string; body: (model: string) => object } | null;
}

/** Presets by the server's name. */
export const SERVER_PRESETS: Readonly<Record<ModelServer['preset'], ServerPreset>> = {
  openai: { extraBody: {}, tokenizePath: null, unload: null },
  // Without it the server unloads a model after five idle minutes; unloading is this orchestrator's decision.
  ollama: {
    extraBody: { keep_alive: -1 },
    tokenizePath: null,
    unload: { path: '/api/generate', body: (model) => ({ model, keep_alive: 0 }) },
  },
  'llama-server': { extraBody: { cache_prompt: true }, tokenizePath: '/tokenize', unload: null },
  'lm-studio': { extraBody: { ttl: 3_600 }, tokenizePath: null, unload: null },
  vllm: { extraBody: {}, tokenizePath: '/tokenize', unload: null },
  'ray-serve': { extraBody: {}, tokenizePath: null, unload: null },
};
