import { chmodSync, mkdirSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { undoLast } from '../../src/apply/index.js';
import { createCheckpoint, listCheckpoints, restoreCheckpoint } from '../../src/git/index.js';
import { createRepository, snapshotGit, snapshotTree } from '../apply/repository.js';

const FILES = {
  'src/lib.rs': 'one\n',
  'src/a.rs': 'two\n',
  '.gitignore': 'target/\n*.log\n',
  'README.md': 'notes\n',
};

describe('checkpoints', () => {
  it('hold dirty, untracked and staged files and leave index, HEAD, branches, stash and hooks alone', async () => {
    using repository = createRepository(FILES);
    repository.write('src/lib.rs', 'dirty\n');
    repository.write('new.rs', 'untracked\n');
    repository.write('src/a.rs', 'staged\n');
    repository.git('add', 'src/a.rs');
    repository.write('src/a.rs', 'staged, then edited\n');
    unlinkSync(join(repository.root, 'README.md'));
    repository.write('target/debug/x', 'artifact\n');
    const git = snapshotGit(repository);
    const saved = snapshotTree(repository.root);
    const checkpoint = await createCheckpoint(repository.context, '  before\nthe change ');
    expect(checkpoint).toMatchObject({ label: 'before the change', file_count: 4, skipped: [] });
    expect(snapshotGit(repository)).toEqual(git);

    repository.write('src/lib.rs', 'broken\n');
    repository.write('src/more.rs', 'more\n');
    rmSync(join(repository.root, 'new.rs'));
    repository.write('README.md', 'back\n');
    repository.write('target/debug/x', 'newer artifact\n');
    const preview = await restoreCheckpoint(repository.context, checkpoint.id, { preview: true });
    expect(preview).toMatchObject({ status: 'preview' });
    expect(preview.files).toEqual([
      { path: 'README.md', action: 'delete' },
      { path: 'src/more.rs', action: 'delete' },
      { path: 'new.rs', action: 'create' },
      { path: 'src/lib.rs', action: 'edit' },
    ]);
    const changed = snapshotTree(repository.root);
    expect(await restoreCheckpoint(repository.context, checkpoint.id)).toMatchObject({ status: 'restored' });
    expect(snapshotTree(repository.root)).toEqual({ ...saved, 'target/debug/x': '644 newer artifact\n' });
    expect(snapshotGit(repository)).toEqual(git);

    expect(await undoLast(repository.context)).toMatchObject({
      status: 'restored',
      change: { kind: 'restore' },
    });
    expect(snapshotTree(repository.root)).toEqual(changed);
  });

  it('restore the index too when asked, also after the objects were pruned from everywhere else', async () => {
    using repository = createRepository(FILES);
    repository.write('src/a.rs', 'staged only\n');
    repository.git('add', 'src/a.rs');
    repository.write('intended.rs', 'x');
    repository.git('add', '-N', 'intended.rs');
    const git = snapshotGit(repository);
    const { id } = await createCheckpoint(repository.context, 'staged');
    repository.git('reset', '-q', '--hard');
    repository.git('gc', '-q', '--prune=now');
    expect(repository.git('fsck', '--strict', '--no-dangling')).toBe('');
    await restoreCheckpoint(repository.context, id, { includeIndex: true });
    expect(snapshotGit(repository).index).toBe(git.index);
    expect(repository.git('show', ':src/a.rs')).toBe('staged only\n');
    expect(repository.git('status', '--porcelain')).toBe(' A intended.rs\nM  src/a.rs\n');
  });

  it('never delete what the ignore rules of then covered', async () => {
    using repository = createRepository(FILES);
    repository.write('target/x', 'artifact\n');
    repository.write('deep/target/y', 'artifact\n');
    repository.write('run.log', 'log\n');
    const { id } = await createCheckpoint(repository.context, 'rules');
    unlinkSync(join(repository.root, '.gitignore'));
    repository.write('extra.rs', 'x\n');
    const outcome = await restoreCheckpoint(repository.context, id);
    expect(outcome.files).toEqual([
      { path: 'extra.rs', action: 'delete' },
      { path: '.gitignore', action: 'create' },
    ]);
    expect(Object.keys(snapshotTree(repository.root))).toEqual(
      expect.arrayContaining(['target/x', 'deep/target/y', 'run.log']),
    );
  });

  it('keep bytes that git would convert, links, run bits and names that need quoting', async () => {
    using repository = createRepository({ '.gitattributes': '*.txt text eol=lf\n*.bin filter=gone\n' });
    repository.git('config', 'filter.gone.clean', 'tr a-z A-Z');
    repository.write('crlf.txt', 'a\r\nb\r\n');
    repository.write('raw.bin', Buffer.from([0xff, 0x00, 0x61, 0x0d, 0x0a]));
    repository.write('"quoted" \\ name.rs', 'q\n');
    repository.write('tab\there.rs', 't\n');
    repository.write('line\nbreak.rs', 'l\n');
    repository.write(':(top)magic.rs', 'm\n');
    repository.write('run.sh', '#!/bin/sh\n');
    chmodSync(join(repository.root, 'run.sh'), 0o755);
    symlinkSync('crlf.txt', join(repository.root, 'link'));
    symlinkSync('nowhere/at/all', join(repository.root, 'dangling'));
    const saved = snapshotTree(repository.root);
    const { id } = await createCheckpoint(repository.context, 'bytes');
    for (const path of Object.keys(saved)) rmSync(join(repository.root, path));
    mkdirSync(join(repository.root, 'link'));
    repository.write('link/inside.rs', 'x\n');
    repository.write('dangling', 'a file now\n');
    expect(await restoreCheckpoint(repository.context, id)).toMatchObject({ status: 'restored' });
    expect(snapshotTree(repository.root)).toEqual(saved);
    chmodSync(join(repository.root, 'run.sh'), 0o644);
    await restoreCheckpoint(repository.context, id);
    expect(snapshotTree(repository.root)).toEqual(saved);
  });

  it('report large files and nested repositories and leave them alone', async () => {
    using repository = createRepository(FILES);
    repository.write('large.bin', Buffer.alloc(2048));
    repository.write('vendor/inner/x.rs', 'x\n');
    repository.git('init', '-q', 'vendor/inner');
    const checkpoint = await createCheckpoint(repository.context, 'large', { maxFileBytes: 1024 });
    expect(checkpoint.skipped).toEqual([
      { path: 'large.bin', reason: 'too_large' },
      { path: 'vendor/inner/', reason: 'nested_repository' },
    ]);
    repository.write('large.bin', Buffer.alloc(4096));
    repository.write('vendor/inner/x.rs', 'changed\n');
    const outcome = await restoreCheckpoint(repository.context, checkpoint.id);
    expect(outcome).toMatchObject({ status: 'restored', files: [], skipped: checkpoint.skipped });
    expect(repository.read('vendor/inner/x.rs')).toBe('changed\n');
  });

  it('drop what is too old or too much and keep the one just made', async () => {
    using repository = createRepository(FILES);
    const { context } = repository;
    const labels = async (): Promise<string[]> => (await listCheckpoints(context)).map(({ label }) => label);
    for (const label of ['first', 'second', 'third']) await createCheckpoint(context, label);
    expect(await labels()).toEqual(['third', 'second', 'first']);
    const { size_bytes: sizeBytes } = await createCheckpoint(context, 'fourth', { maxTotalBytes: 1 });
    expect(await labels()).toEqual(['fourth']);
    await createCheckpoint(context, 'fifth', { maxTotalBytes: 2 * sizeBytes });
    await createCheckpoint(context, 'sixth', { maxTotalBytes: 2 * sizeBytes });
    expect(await labels()).toEqual(['sixth', 'fifth']);
    await createCheckpoint(context, 'last', { maxAgeMs: 0 });
    expect(await labels()).toEqual(['last']);
  });

  it('list newest first, keep the newest, and stay apart from other trees of the repository', async () => {
    using repository = createRepository({ ...FILES, 'crate/lib.rs': 'one\n', 'crate/.gitignore': '*.tmp\n' });
    const inner = { ...repository.context, root: join(repository.root, 'crate') };
    repository.write('crate/notes.log', 'ignored by the rules above\n');
    for (const label of ['first', 'second', 'third'])
      await createCheckpoint(repository.context, label, { keep: 2 });
    const own = await createCheckpoint(inner, 'inner', { keep: 1 });
    expect((await listCheckpoints(repository.context)).map(({ label }) => label)).toEqual([
      'third',
      'second',
    ]);
    expect((await listCheckpoints(inner)).map(({ label }) => label)).toEqual(['inner']);
    repository.write('crate/lib.rs', 'changed\n');
    repository.write('crate/extra.rs', 'extra\n');
    repository.write('outside.rs', 'stays\n');
    await restoreCheckpoint(inner, own.id);
    expect(snapshotTree(inner.root)).toEqual({
      '.gitignore': '644 *.tmp\n',
      'lib.rs': '644 one\n',
      'notes.log': '644 ignored by the rules above\n',
    });
    expect(repository.read('outside.rs')).toBe('stays\n');
    await expect(restoreCheckpoint(repository.context, own.id)).rejects.toMatchObject({
      code: 'PT_PREFLIGHT_CHECKPOINT_UNKNOWN',
    });
  });

  it('work before the first commit', async () => {
    using repository = createRepository({});
    repository.git('switch', '-q', '--orphan', 'fresh');
    rmSync(join(repository.root, '.git/index'), { force: true });
    repository.write('a.rs', 'a\n');
    const checkpoint = await createCheckpoint(repository.context, 'empty');
    expect(checkpoint.head).toBeNull();
    repository.write('a.rs', 'b\n');
    await restoreCheckpoint(repository.context, checkpoint.id);
    expect(repository.read('a.rs')).toBe('a\n');
  });
});
