import type { CozoEngine, EngineSetup } from './cozo-engine.js';
import { openCozoNode } from './cozo-node/open.js';
import { openCozoWasm } from './cozo-wasm/open.js';

/**
 * Prepares the engine; CozoDB itself starts with the first call that needs it.
 *
 * @throws StoreError PT_STORE_ENGINE_MISSING
 */
export async function openEngine(setup: EngineSetup, dir: string): Promise<CozoEngine> {
  return setup.name === 'cozo-node' ? openCozoNode({ storage: setup.storage, dir }) : openCozoWasm();
}
