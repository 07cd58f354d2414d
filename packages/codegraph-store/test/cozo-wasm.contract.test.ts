import { describe, expect, it } from 'vitest';
import { openStore } from '../src/index.js';
import { makeDirectory } from './graph-fixture.js';
import { runStoreContract } from './store-contract.js';

describe('a store on cozo-wasm', () => {
  runStoreContract({
    it: (title, run) => it(title, run),
    expect,
    open: async () => {
      const directory = makeDirectory();
      const store = await openStore({ dir: directory.path });
      const close = store[Symbol.asyncDispose].bind(store);
      store[Symbol.asyncDispose] = async () => {
        await close();
        directory[Symbol.dispose]();
      };
      return store;
    },
  });
});
