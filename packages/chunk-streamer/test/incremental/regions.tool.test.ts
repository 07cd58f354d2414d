import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type IncrementalStream, openIncrementalStream, streamChunks } from '../../src/index.js';
import { accumulate, createAccumulated } from '../support/accumulate-stream.js';
import { openRepository } from '../support/temporary-repository.js';

const manifest = (name: string, rest = ''): string =>
  `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2021"\n${rest}`;

// `app` depends on `base`; `alone` knows of neither, and borrows a module from a folder without a package.
const FILES = {
  'alone/Cargo.toml': manifest('alone'),
  'alone/src/lib.rs': '#[path = "../../shared/words.rs"]\nmod words;\npub fn run() { words::say(); }\n',
  'app/Cargo.toml': manifest('app', '[dependencies]\nbase = { path = "../base" }\n'),
  'app/src/lib.rs': 'pub fn run() { base::start(); }\n',
  'base/Cargo.toml': manifest('base'),
  'base/src/lib.rs': 'mod inner;\npub fn start() { inner::go(); }\n',
  'base/src/inner.rs': 'pub fn go() {}\n',
  'shared/words.rs': 'pub fn say() {}\n',
};

interface Update {
  told: string[];
  read: number;
}

async function update(stream: IncrementalStream): Promise<Update> {
  let read = 0;
  const records = stream.update({
    onProgress: ({ stage, total }) => {
      if (stage === 'parse') read = total ?? 0;
    },
  });
  const told = await accumulate(createAccumulated(), records);
  await stream.accept();
  return { told, read };
}

async function edgesOf(root: string, workers: number): Promise<string[]> {
  const edges: string[] = [];
  for await (const record of streamChunks(root, { workers })) {
    if (record.type === 'edge' && record.edge.kind === 'calls')
      edges.push(`${record.edge.from} ${record.edge.to}`);
  }
  return edges;
}

describe('packages that know of each other', { timeout: 120_000 }, () => {
  it('are resolved together, with the modules that stand outside of them', async () => {
    using repository = openRepository(FILES);
    const edges = await edgesOf(repository.root, 1);
    expect([...edges].sort()).toEqual([
      'alone/src/lib.rs-_-run shared/words.rs-_-say',
      'app/src/lib.rs-_-run base/src/lib.rs-_-start',
      'base/src/lib.rs-_-start base/src/inner.rs-_-go',
    ]);
    expect(await edgesOf(repository.root, 3)).toEqual(edges);
  });

  it('are told when a change of one reaches another, also in a new process that reads them alone', async () => {
    using repository = openRepository(FILES);
    using state = openRepository();
    const stateFile = join(state.root, 'state');
    {
      await using stream = await openIncrementalStream(repository.root, { workers: 1, stateFile });
      await update(stream);
    }
    repository.write('base/src/lib.rs', 'mod inner;\npub fn begin() { inner::go(); }\n');
    await using stream = await openIncrementalStream(repository.root, { workers: 1, stateFile });
    const { told, read } = await update(stream);
    expect(told.sort()).toEqual(['app/src/lib.rs', 'base/src/lib.rs']);
    expect(read).toBe(3);
  });

  it('are read by a new process when all it must tell is what was offered and not accepted', async () => {
    using repository = openRepository(FILES);
    using state = openRepository();
    const stateFile = join(state.root, 'state');
    {
      await using stream = await openIncrementalStream(repository.root, { workers: 1, stateFile });
      await update(stream);
      repository.write('base/src/inner.rs', 'pub fn go() { let a = 1; }\n');
      await accumulate(createAccumulated(), stream.update());
    }
    writeFileSync(join(repository.root, 'base/src/inner.rs'), FILES['base/src/inner.rs']);
    await using stream = await openIncrementalStream(repository.root, { workers: 1, stateFile });
    const accumulated = createAccumulated();
    expect(await accumulate(accumulated, stream.update())).toEqual(['base/src/inner.rs']);
    expect(accumulated.files.get('base/src/inner.rs')?.join()).toContain('"kind":"contains"');
  });
});
