import type { EngineCapabilities } from '../cozo-engine.js';

/** What the wasm build of CozoDB can do. Its text and vector indexes work but take tens of seconds to build. */
export const COZO_WASM_CAPABILITIES: EngineCapabilities = {
  name: 'cozo-wasm',
  version: '0.7.6',
  storages: ['mem'],
  hasTextAndVectorIndex: false,
  hasGraphAlgorithms: false,
};
