import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  openIncrementalStream,
  type WatchBatch,
  type WatchOptions,
  watchRepository,
} from '../../src/index.js';
import { accumulate, createAccumulated } from '../support/accumulate-stream.js';
import { openRepository } from '../support/temporary-repository.js';

interface Watched extends AsyncDisposable {
  next(): Promise<WatchBatch | undefined>;
}

/** Watches from now on; resolves once every folder is watched. */
async function watchFrom(root: string, options: WatchOptions = {}): Promise<Watched> {
  const controller = new AbortController();
  let batches: AsyncGenerator<WatchBatch> | undefined;
  let first: Promise<IteratorResult<WatchBatch>> | undefined;
  await new Promise<void>((resolve, reject) => {
    batches = watchRepository(root, { quietMs: 50, ...options, signal: controller.signal, onReady: resolve });
    first = batches.next();
    first.catch(reject);
  });
  return {
    async next() {
      const waited = first ?? batches?.next();
      first = undefined;
      const result = await waited;
      return result?.done === true ? undefined : result?.value;
    },
    async [Symbol.asyncDispose]() {
      controller.abort();
      await first;
      await batches?.return(undefined);
    },
  };
}

const FILES = { 'Cargo.toml': '[package]\nname = "p"\n', 'src/lib.rs': 'fn a() {}\n', 'src/m/b.rs': '' };

describe('watchRepository', { timeout: 180_000 }, () => {
  it('tells the paths that changed once they rest', async () => {
    using repository = openRepository(FILES);
    await using watched = await watchFrom(repository.root);
    repository.write('src/lib.rs', 'fn b() {}\n');
    repository.write('src/m/b.rs', 'fn c() {}\n');
    repository.write('src/m/b.rs', 'fn d() {}\n');
    rmSync(join(repository.root, 'src/lib.rs'));
    expect(await watched.next()).toEqual({ kind: 'paths', paths: ['src/lib.rs', 'src/m/b.rs'] });
  });

  it('says nothing of its own outputs, builds, version control and ignored folders', async () => {
    using repository = openRepository({
      ...FILES,
      '.gitignore': 'made/\n',
      'made/x.rs': '',
      '.git/HEAD': '',
    });
    await using watched = await watchFrom(repository.root);
    repository.write('target/debug/x.rs', 'fn x() {}\n');
    repository.write('.parseltongue/x.rs', 'fn x() {}\n');
    repository.write('.git/HEAD', 'x');
    repository.write('made/x.rs', 'fn x() {}\n');
    repository.write('README.md', 'x');
    repository.write('src/notes.txt', 'x');
    repository.write('src/lib.rs', 'fn last() {}\n');
    expect(await watched.next()).toEqual({ kind: 'paths', paths: ['src/lib.rs'] });
  });

  it('asks for a rescan when folders come or go and hears what happens inside the new ones', async () => {
    using repository = openRepository(FILES);
    await using watched = await watchFrom(repository.root);
    mkdirSync(join(repository.root, 'src/new/deep'), { recursive: true });
    expect(await watched.next()).toEqual({ kind: 'rescan', reason: 'folders' });
    repository.write('src/new/deep/c.rs', '');
    expect(await watched.next()).toEqual({ kind: 'paths', paths: ['src/new/deep/c.rs'] });
    renameSync(join(repository.root, 'src/new'), join(repository.root, 'src/old'));
    expect(await watched.next()).toEqual({ kind: 'rescan', reason: 'folders' });
    repository.write('src/old/deep/c.rs', 'fn c() {}');
    expect(await watched.next()).toEqual({ kind: 'paths', paths: ['src/old/deep/c.rs'] });
  });

  it('asks for a rescan when manifests or ignore rules change, and when there is too much to name', async () => {
    using repository = openRepository(FILES);
    await using watched = await watchFrom(repository.root, { maxPaths: 5 });
    repository.write('Cargo.toml', '[package]\nname = "q"\n');
    expect(await watched.next()).toEqual({ kind: 'rescan', reason: 'rules' });
    for (let i = 0; i < 10; i += 1) repository.write(`src/f${i}.rs`, '');
    expect(await watched.next()).toEqual({ kind: 'rescan', reason: 'overflow' });
  });

  it('tells a busy repository no later than its longest wait', async () => {
    using repository = openRepository(FILES);
    await using watched = await watchFrom(repository.root, { quietMs: 60_000, maxWaitMs: 200 });
    const file = join(repository.root, 'src/lib.rs');
    let writes = 0;
    const timer = setInterval(() => {
      writes += 1;
      writeFileSync(file, `fn a${writes}() {}\n`);
    }, 20);
    expect(await watched.next()).toEqual({ kind: 'paths', paths: ['src/lib.rs'] });
    clearInterval(timer);
    expect(writes).toBeGreaterThan(1);
  });

  it('ends without an error when its signal is aborted, before and while it waits', async () => {
    using repository = openRepository(FILES);
    const none = watchRepository(repository.root, { signal: AbortSignal.abort() });
    expect(await none.next()).toEqual({ done: true, value: undefined });
    const watched = await watchFrom(repository.root);
    const waiting = watched.next();
    await watched[Symbol.asyncDispose]();
    expect(await waiting).toBeUndefined();
  });

  it('keeps an incremental stream in step', async () => {
    using repository = openRepository(FILES);
    await using stream = await openIncrementalStream(repository.root, { workers: 1 });
    await accumulate(createAccumulated(), stream.update());
    await stream.accept();
    await using watched = await watchFrom(repository.root);
    repository.write('src/lib.rs', 'fn changed() {}\n');
    const batch = await watched.next();
    expect(batch).toEqual({ kind: 'paths', paths: ['src/lib.rs'] });
    const paths = batch?.kind === 'paths' ? batch.paths : [];
    expect(await accumulate(createAccumulated(), stream.update({ paths }))).toEqual(['src/lib.rs']);
  });

  it('refuses roots and options that make no sense', async () => {
    using repository = openRepository(FILES);
    await expect(watchRepository(join(repository.root, 'none')).next()).rejects.toMatchObject({
      code: 'PT_STREAM_ROOT_NOT_FOUND',
    });
    await expect(watchRepository(repository.root, { quietMs: -1 }).next()).rejects.toMatchObject({
      code: 'PT_STREAM_OPTION_INVALID',
    });
  });
});
