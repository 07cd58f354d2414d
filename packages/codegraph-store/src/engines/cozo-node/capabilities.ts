import type { EngineCapabilities } from '../cozo-engine.js';

/** What the native build of CozoDB can do that its makers publish for Node. */
export const COZO_NODE_CAPABILITIES: EngineCapabilities = {
  name: 'cozo-node',
  version: '0.7.6',
  storages: ['mem', 'sqlite', 'rocksdb'],
  hasTextAndVectorIndex: true,
  hasGraphAlgorithms: true,
};
