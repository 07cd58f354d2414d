import { describe, expect, it } from 'vitest';
import { openStore } from '../src/index.js';
import { runEngineContract } from './engine-contract.js';
import { runStoreContract } from './store-contract.js';
import { openScratchStore } from './support/open-scratch-store.js';

describe('a store on cozo-wasm', () => {
  const contract = {
    it: (title: string, run: () => Promise<void>) => it(title, { timeout: 60_000 }, run),
    expect,
    open: () => openScratchStore({}),
  };
  runStoreContract(contract);
  runEngineContract(contract);

  it('keeps its copy in memory and nowhere else', async () => {
    await using store = await openScratchStore({});
    expect(await store.status()).toMatchObject({ engine: 'cozo-wasm', engine_storage: 'mem' });
    await expect(openStore({ dir: 'unused', cozoStorage: 'sqlite' })).rejects.toMatchObject({
      code: 'PT_STORE_ENGINE_UNSUPPORTED',
    });
  });
});
