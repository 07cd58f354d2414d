import { createRequire } from 'node:module';
import { StoreError } from '../../errors.js';

/**
 * Refuses the native engine with what to do about it.
 *
 * @throws StoreError PT_STORE_ENGINE_MISSING when the package is not installed, PT_STORE_ENGINE_UNSUPPORTED when it is
 */
export function openCozoNode(): never {
  try {
    createRequire(import.meta.url).resolve('cozo-node');
  } catch (cause) {
    throw new StoreError('PT_STORE_ENGINE_MISSING', {
      message:
        'Cannot open the engine cozo-node: its package is not installed. Run: pnpm add cozo-node@0.7.6, or use cozo-wasm',
      details: { engine: 'cozo-node', package: 'cozo-node' },
      cause,
    });
  }
  throw new StoreError('PT_STORE_ENGINE_UNSUPPORTED', {
    message: 'This version keeps the graph with cozo-wasm only. Open the store with engine cozo-wasm',
    details: { engine: 'cozo-node' },
  });
}
