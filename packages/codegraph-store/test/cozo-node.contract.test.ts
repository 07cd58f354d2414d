import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openStore } from '../src/index.js';
import { runEngineContract } from './engine-contract.js';
import { keyOf, makeDirectory, makeFile, makeRecords } from './graph-fixture.js';
import { runStoreContract } from './store-contract.js';
import { openScratchStore } from './support/open-scratch-store.js';

type Storage = 'mem' | 'sqlite' | 'rocksdb';

/** The storages of the build that is installed; none where there is no build. */
function findStorages(): Storage[] {
  try {
    const { CozoDb } = createRequire(import.meta.url)('cozo-node') as {
      CozoDb: new (storage: string, path: string) => { close: () => void };
    };
    using directory = makeDirectory();
    mkdirSync(directory.path, { recursive: true });
    return (['mem', 'sqlite', 'rocksdb'] as const).filter((storage) => {
      try {
        new CozoDb(storage, join(directory.path, storage)).close();
        return true;
      } catch {
        return false;
      }
    });
  } catch {
    return [];
  }
}

const STORAGES = findStorages();

for (const cozoStorage of ['mem', 'sqlite', 'rocksdb'] as const) {
  describe.runIf(STORAGES.includes(cozoStorage))(`a store on cozo-node with ${cozoStorage}`, () => {
    const contract = {
      it: (title: string, run: () => Promise<void>) => it(title, { timeout: 60_000 }, run),
      expect,
      open: () => openScratchStore({ engine: 'cozo-node', cozoStorage }),
    };
    runStoreContract(contract);
    runEngineContract(contract);

    it('is opened anew with what an earlier opening left behind, which it does not believe', async () => {
      using directory = makeDirectory();
      const options = { dir: directory.path, engine: 'cozo-node', cozoStorage } as const;
      const script = '?[name] := *rows{name, kind}, kind != "file"';
      for (const name of ['first', 'second']) {
        await using store = await openStore(options);
        await store.ingest(makeRecords([makeFile('src/lib.rs', [{ name, code: `fn ${name}() {}` }])]));
        expect((await store.runQuery(script)).rows).toEqual([[name]]);
      }
      const isKept = readdirSync(directory.path).some((file) => file.startsWith(`cozo.${cozoStorage}`));
      expect(isKept).toBe(cozoStorage !== 'mem');
    });

    it('lets a reader ask beside the owner', async () => {
      using directory = makeDirectory();
      await using store = await openStore({ dir: directory.path, engine: 'cozo-node', cozoStorage });
      await store.ingest(makeRecords([makeFile('src/lib.rs', [{ name: 'read', code: 'fn read() {}' }])]));
      await store.runQuery('?[key] := *rows{key}');
      await using reader = await openStore({ dir: directory.path, engine: 'cozo-node', readOnly: true });
      expect((await reader.status()).engine_storage).toBe('mem');
      const answer = await reader.runQuery('?[key] := *code{key}, key = $key', {
        key: keyOf('src/lib.rs', 'read'),
      });
      expect(answer.rows).toHaveLength(1);
    });
  });
}

describe.runIf(STORAGES.length > 0)('a build of cozo-node', () => {
  it('refuses a storage it was built without, and the store goes on', async () => {
    const missing = (['mem', 'sqlite', 'rocksdb'] as const).find((storage) => !STORAGES.includes(storage));
    await using store = await openScratchStore({ engine: 'cozo-node', cozoStorage: missing ?? 'mem' });
    const asked = store.runQuery('?[key] := *rows{key}');
    if (missing === undefined) expect((await asked).rows).toEqual([]);
    else await expect(asked).rejects.toMatchObject({ code: 'PT_STORE_ENGINE_UNSUPPORTED' });
    expect(await store.plans()).toEqual([]);
  });
});

describe.runIf(STORAGES.length === 0)('a machine without cozo-node', () => {
  it('is told which package to install, and the directory stays free', async () => {
    using directory = makeDirectory();
    await expect(openStore({ dir: directory.path, engine: 'cozo-node' })).rejects.toMatchObject({
      code: 'PT_STORE_ENGINE_MISSING',
      message: expect.stringContaining('pnpm add cozo-node') as string,
    });
    expect(existsSync(join(directory.path, 'lock'))).toBe(false);
    await (await openStore({ dir: directory.path }))[Symbol.asyncDispose]();
  });
});
