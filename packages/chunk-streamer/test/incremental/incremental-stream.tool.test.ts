import { execFileSync } from 'node:child_process';
import { readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type IncrementalStream, openIncrementalStream, streamChunks } from '../../src/index.js';
import { accumulate, createAccumulated } from '../support/accumulate-stream.js';
import { openRepository } from '../support/temporary-repository.js';

const GIT = ['-c', 'user.name=t', '-c', 'user.email=t@localhost', '-c', 'commit.gpgsign=false'];

const FILES = {
  'Cargo.toml': '[package]\nname = "p"\nversion = "0.1.0"\nedition = "2021"\n',
  'src/lib.rs': 'mod a;\nmod b;\npub fn run() { a::one(); }\n',
  'src/a.rs': 'pub fn one() -> u8 { crate::b::two() }\n',
  'src/b.rs': 'pub fn two() -> u8 { 2 }\n',
};

async function tell(stream: IncrementalStream, paths?: string[]): Promise<string[]> {
  const told = await accumulate(createAccumulated(), stream.update(paths === undefined ? {} : { paths }));
  await stream.accept();
  return told;
}

/** Old enough that a stamp proves the content. */
function age(root: string, ...paths: string[]): void {
  const past = new Date(Date.now() - 60_000);
  for (const path of paths) utimesSync(join(root, path), past, past);
}

describe('incremental stream', { timeout: 180_000 }, () => {
  it('tells every file first and nothing while nothing changes', async () => {
    using repository = openRepository(FILES);
    await using stream = await openIncrementalStream(repository.root, { workers: 1 });
    expect(await tell(stream)).toEqual(['src/a.rs', 'src/b.rs', 'src/lib.rs']);
    expect(await tell(stream)).toEqual([]);
    expect(await tell(stream, ['src/a.rs'])).toEqual([]);
  });

  it('tells a file whose body changed, and nobody else', async () => {
    using repository = openRepository(FILES);
    await using stream = await openIncrementalStream(repository.root, { workers: 1 });
    await tell(stream);
    repository.write('src/b.rs', 'pub fn two() -> u8 {\n    let sum = 1 + 1;\n    sum\n}\n');
    expect(await tell(stream, ['src/b.rs'])).toEqual(['src/b.rs']);
  });

  it('tells files whose references a change elsewhere moved', async () => {
    using repository = openRepository(FILES);
    await using stream = await openIncrementalStream(repository.root, { workers: 1 });
    await tell(stream);
    repository.write('src/b.rs', 'pub fn three() -> u8 { 3 }\n');
    expect((await tell(stream)).sort()).toEqual(['src/a.rs', 'src/b.rs']);
  });

  it('tells everything again until it is accepted', async () => {
    using repository = openRepository(FILES);
    await using stream = await openIncrementalStream(repository.root, { workers: 1 });
    const first = await accumulate(createAccumulated(), stream.update());
    expect(await accumulate(createAccumulated(), stream.update())).toEqual(first);
    await stream.accept();
    expect(await accumulate(createAccumulated(), stream.update())).toEqual([]);
  });

  it('goes on in a new process from its state file, and starts over from a damaged one', async () => {
    using repository = openRepository(FILES);
    using state = openRepository();
    const stateFile = join(state.root, 'deep', 'state');
    const open = () => openIncrementalStream(repository.root, { workers: 1, stateFile });
    {
      await using stream = await open();
      expect(await tell(stream)).toHaveLength(3);
    }
    repository.write('src/b.rs', 'pub fn two() -> u8 { 22 }\n');
    {
      await using stream = await open();
      expect(await tell(stream)).toEqual(['src/b.rs']);
    }
    writeFileSync(stateFile, readFileSync(stateFile, 'utf8').replace('src/b.rs', 'src/c.rs'));
    await using stream = await open();
    expect(await tell(stream)).toHaveLength(3);
  });

  it('sees an edit that keeps size and time, made right after the first read', async () => {
    using repository = openRepository(FILES);
    await using stream = await openIncrementalStream(repository.root, { workers: 1 });
    await tell(stream);
    repository.write('src/b.rs', 'pub fn two() -> u8 { 7 }\n');
    expect(await tell(stream)).toEqual(['src/b.rs']);
  });

  it('follows renames and branch switches to what a full stream gives', async () => {
    using repository = openRepository(FILES);
    const { root } = repository;
    const git = (...args: string[]) => execFileSync('git', [...GIT, ...args], { cwd: root, stdio: 'pipe' });
    git('init', '-q', '-b', 'main');
    git('add', '.');
    git('commit', '-qm', 'one');
    git('checkout', '-qb', 'other');
    renameSync(join(root, 'src/b.rs'), join(root, 'src/c.rs'));
    repository.write('src/lib.rs', 'mod a;\nmod c;\npub fn run() { a::one(); }\n');
    repository.write('src/a.rs', 'pub fn one() -> u8 { crate::c::two() }\n');
    git('add', '.');
    git('commit', '-qm', 'two');
    await using stream = await openIncrementalStream(root, { workers: 1 });
    const model = createAccumulated();
    for (const branch of ['other', 'main', 'other', 'main']) {
      git('checkout', '-q', branch);
      await accumulate(model, stream.update());
      await stream.accept();
      const full = createAccumulated();
      await accumulate(full, streamChunks(root, { workers: 1 }));
      expect(model).toEqual(full);
    }
    expect([...model.files.keys()]).toEqual(['src/a.rs', 'src/b.rs', 'src/lib.rs']);
  });

  it('loses nothing when an update is given up half way', async () => {
    using repository = openRepository(FILES);
    await using stream = await openIncrementalStream(repository.root, { workers: 1 });
    for await (const record of stream.update()) if (record.type === 'row') break;
    repository.write('src/b.rs', 'pub fn two() -> u8 { 3 }\n');
    const controller = new AbortController();
    controller.abort(new Error('enough'));
    await expect(
      accumulate(createAccumulated(), stream.update({ signal: controller.signal })),
    ).rejects.toThrow('enough');
    const model = createAccumulated();
    await accumulate(model, stream.update({ paths: ['src/a.rs'] }));
    const full = createAccumulated();
    await accumulate(full, streamChunks(repository.root, { workers: 1 }));
    expect(model).toEqual(full);
  });

  it('announces a removed file and accounts for the whole repository', async () => {
    using repository = openRepository({ ...FILES, 'x.rs': '\u0000' });
    await using stream = await openIncrementalStream(repository.root, { workers: 1 });
    await tell(stream);
    age(repository.root, 'src/a.rs');
    rmSync(join(repository.root, 'src/b.rs'));
    const model = createAccumulated();
    const told = await accumulate(model, stream.update());
    expect(told.sort()).toEqual(['-src/b.rs', 'src/a.rs', 'src/lib.rs']);
    expect(model.ledger).toMatchObject({
      seen: 3,
      indexed: 2,
      skipped: [{ path: 'x.rs', reason: 'binary' }],
    });
  });

  it('refuses two updates at once and everything after disposal', async () => {
    using repository = openRepository(FILES);
    const stream = await openIncrementalStream(repository.root, { workers: 1 });
    const first = stream.update();
    await first.next();
    await expect(stream.update().next()).rejects.toMatchObject({ code: 'PT_STREAM_BUSY' });
    await expect(stream.accept()).rejects.toMatchObject({ code: 'PT_STREAM_BUSY' });
    await first.return();
    await stream[Symbol.asyncDispose]();
    await expect(stream.update().next()).rejects.toMatchObject({ code: 'PT_STREAM_CLOSED' });
  });
});
