import { type CodeGraphStore, type OpenStoreOptions, openStore } from '../../src/index.js';
import { makeDirectory } from '../graph-fixture.js';

/** An empty store in a directory of its own, which goes with it. */
export async function openScratchStore(options: Omit<OpenStoreOptions, 'dir'>): Promise<CodeGraphStore> {
  const directory = makeDirectory();
  const store = await openStore({ ...options, dir: directory.path });
  const close = store[Symbol.asyncDispose].bind(store);
  store[Symbol.asyncDispose] = async () => {
    await close();
    directory[Symbol.dispose]();
  };
  return store;
}
