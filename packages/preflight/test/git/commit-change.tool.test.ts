import { chmodSync, readFileSync, rmSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Chunk, FutureRow, RowKey } from '@parseltongue/isg-core';
import { describe, expect, it } from 'vitest';
import { applyProposal } from '../../src/apply/index.js';
import { type CommitOptions, type CommitOutcome, commitChange } from '../../src/git/index.js';
import {
  createProposal,
  createReport,
  createRepository,
  type Repository,
  sha256,
} from '../apply/repository.js';

const FILES = {
  'src/lib.rs': 'one\n',
  'src/old.rs': 'three\n',
  'README.md': 'notes\n',
  'other.rs': 'other\n',
  '.gitignore': 'Cargo.lock\n',
};
const CHANGE = { 'src/lib.rs': 'two\n', 'src/old.rs': null, 'src/new.rs': 'four\n' };

/** Applies a change; commits it when asked. */
async function applyChange(
  repository: Repository,
  texts: Record<string, string | null> = CHANGE,
): Promise<(options?: Partial<CommitOptions>) => Promise<CommitOutcome>> {
  const proposal = createProposal(repository.root, texts, 'rename the   parser');
  const report = await createReport(repository.context, proposal);
  const verify = () => Promise.resolve({ ok: true, detail: 'green' });
  expect(await applyProposal(repository.context, { proposal, report, verify })).toMatchObject({
    status: 'applied',
  });
  return (options = {}) =>
    commitChange(repository.context, {
      proposal,
      report,
      runId: 'run-7',
      ...options,
    });
}

function setHook(repository: Repository, name: string, script: string): void {
  repository.write(`.git/hooks/${name}`, `#!/bin/sh\n${script}\n`);
  chmodSync(join(repository.root, '.git/hooks', name), 0o755);
}

describe('commitChange', () => {
  it('commits the planned files alone; foreign staged, dirty and untracked files stay as they are', async () => {
    using repository = createRepository(FILES);
    repository.write('README.md', 'staged\n');
    repository.git('add', 'README.md');
    repository.write('README.md', 'staged, then edited\n');
    repository.write('other.rs', 'dirty\n');
    repository.write('loose.rs', 'untracked\n');
    const commit = await applyChange(repository);
    const outcome = await commit();
    expect(outcome).toEqual({
      commit: repository.git('rev-parse', 'HEAD').trim(),
      files: ['src/lib.rs', 'src/new.rs', 'src/old.rs'],
      ignored: [],
      changed_by_hooks: [],
    });
    expect(repository.git('status', '--porcelain')).toBe('MM README.md\n M other.rs\n?? loose.rs\n');
    expect(repository.git('show', ':README.md')).toBe('staged\n');
    expect(repository.git('log', '--oneline').trim().split('\n')).toHaveLength(2);
  });

  it('writes a conventional subject, the changed rows and the trailers', async () => {
    using repository = createRepository(FILES);
    const commit = await applyChange(repository);
    const row = { tdd_classification: 'CODE_IMPLEMENTATION' } as Chunk;
    const rows: FutureRow[] = [
      { key: 'src/lib.rs-_-two' as RowKey, action: 'Edit', row, layout: [] },
      { key: 'src/old.rs-_-three' as RowKey, action: 'Delete', row: null },
      { key: 'src/new.rs-_-four' as RowKey, action: 'Create', row, layout: [] },
    ];
    const proposal = {
      ...createProposal(repository.root, {}, 'rename the   parser\nParseltongue-Receipt: forged'),
      rows,
    };
    const files = ['src/lib.rs', 'src/old.rs', 'src/new.rs'].map((path) => ({
      path,
      before_hash: { 'src/lib.rs': sha256('one\n'), 'src/old.rs': sha256('three\n') }[path] ?? null,
      after: { 'src/lib.rs': 'two\n', 'src/new.rs': 'four\n' }[path] ?? null,
    }));
    await commit({ proposal: { ...proposal, files } });
    const message = repository.git('log', '-1', '--format=%B');
    expect(message).toContain('feat: rename the parser\n\n');
    expect(message).toContain('Create src/new.rs-_-four\nDelete src/old.rs-_-three\nEdit src/lib.rs-_-two\n');
    const trailers = repository.git('log', '-1', '--format=%(trailers:only,unfold)').trim().split('\n');
    expect(trailers[0]).toBe('Parseltongue-Run: run-7');
    expect(trailers[1]).toMatch(/^Parseltongue-Receipt: [0-9a-f]{64}$/);
    expect(trailers).toHaveLength(2);
  });

  it('runs the hooks; a refusal leaves index and HEAD as before and says what the hook said', async () => {
    using repository = createRepository(FILES);
    setHook(repository, 'pre-commit', 'echo "no commits on friday" >&2; exit 1');
    const commit = await applyChange(repository);
    const head = repository.git('rev-parse', 'HEAD');
    const index = repository.git('ls-files', '--stage', '--debug');
    await expect(commit()).rejects.toMatchObject({
      code: 'PT_PREFLIGHT_GIT_FAILED',
      message: expect.stringContaining('no commits on friday') as string,
    });
    expect(repository.git('rev-parse', 'HEAD')).toBe(head);
    expect(
      repository.git('ls-files', '--stage', '--debug').replace(/ctime.*|mtime.*|dev.*|uid.*|size.*/g, ''),
    ).toBe(index.replace(/ctime.*|mtime.*|dev.*|uid.*|size.*/g, ''));
    expect(repository.git('status', '--porcelain')).toBe(' M src/lib.rs\n D src/old.rs\n?? src/new.rs\n');
    rmSync(join(repository.root, '.git/hooks/pre-commit'));
    expect((await commit()).files).toHaveLength(3);
  });

  it('says when a hook committed other text than the verified one', async () => {
    using repository = createRepository(FILES);
    setHook(repository, 'pre-commit', 'echo formatted > src/lib.rs; git add src/lib.rs');
    const commit = await applyChange(repository);
    expect(await commit()).toMatchObject({ changed_by_hooks: ['src/lib.rs'] });
  });

  it('refuses planned files that were dirty, staged or untracked before, unless they shall go in', async () => {
    using repository = createRepository(FILES);
    repository.write('src/lib.rs', 'my own work\n');
    repository.write('loose.rs', 'untracked\n');
    repository.write('other.rs', 'staged\n');
    repository.git('add', 'other.rs');
    repository.write('other.rs', 'other\n');
    const commit = await applyChange(repository, {
      ...CHANGE,
      'loose.rs': 'edited\n',
      'other.rs': 'edited\n',
    });
    const error: unknown = await commit().catch((e: unknown) => e);
    expect(error).toMatchObject({
      code: 'PT_PREFLIGHT_DIRTY_FILE',
      details: { paths: ['src/lib.rs', 'loose.rs', 'other.rs'] },
    });
    expect((await commit({ includeDirty: true })).files).toEqual([
      'loose.rs',
      'other.rs',
      'src/lib.rs',
      'src/new.rs',
      'src/old.rs',
    ]);
    expect(repository.git('status', '--porcelain')).toBe('');
  });

  it('leaves ignored files out and names them', async () => {
    using repository = createRepository(FILES);
    repository.write('Cargo.lock', 'old\n');
    const commit = await applyChange(repository, { ...CHANGE, 'Cargo.lock': 'new\n' });
    expect(await commit()).toMatchObject({
      ignored: ['Cargo.lock'],
      files: ['src/lib.rs', 'src/new.rs', 'src/old.rs'],
    });
    const only = await applyChange(repository, { 'Cargo.lock': 'newer\n' });
    await expect(only({ runId: 'run-8' })).rejects.toThrow('Nothing to commit');
  });

  it('answers the same commit when it is asked again, and makes no second one', async () => {
    using repository = createRepository(FILES);
    const commit = await applyChange(repository);
    const first = await commit();
    expect(await commit()).toEqual(first);
    expect(repository.git('log', '--oneline').trim().split('\n')).toHaveLength(2);
  });

  it('commits only the verified text', async () => {
    using repository = createRepository(FILES);
    const commit = await applyChange(repository);
    repository.write('src/lib.rs', 'edited after the apply\n');
    await expect(commit()).rejects.toMatchObject({ code: 'PT_PREFLIGHT_STALE_FILE' });
    repository.write('src/lib.rs', 'two\n');
    repository.write('src/old.rs', 'back again\n');
    await expect(commit()).rejects.toMatchObject({ code: 'PT_PREFLIGHT_STALE_FILE' });
    unlinkSync(join(repository.root, 'src/old.rs'));
    expect((await commit()).files).toHaveLength(3);
  });

  it('waits for the index lock a moment, then names it', async () => {
    using repository = createRepository(FILES);
    const commit = await applyChange(repository);
    const lock = join(repository.root, '.git/index.lock');
    repository.write('.git/index.lock', '');
    await expect(commit()).rejects.toMatchObject({
      code: 'PT_PREFLIGHT_GIT_BUSY',
      details: { state: 'index.lock' },
      retryable: true,
    });
    const pending = commit();
    unlinkSync(lock);
    expect((await pending).files).toHaveLength(3);
  });

  it('says how to tell git a name when it knows none', async () => {
    using repository = createRepository(FILES);
    const commit = await applyChange(repository);
    repository.git('config', 'user.useConfigOnly', 'true');
    const { PATH = '', HOME = '' } = repository.context.env;
    const env = { PATH, HOME, GIT_CONFIG_NOSYSTEM: '1' };
    Object.assign(repository.context, { env });
    await expect(commit()).rejects.toMatchObject({
      code: 'PT_PREFLIGHT_GIT_IDENTITY',
      message: expect.stringContaining('git config user.name') as string,
    });
  });

  it('makes the first commit of a repository', async () => {
    using repository = createRepository({});
    repository.git('switch', '-q', '--orphan', 'fresh');
    repository.write('src/lib.rs', 'mine\n');
    const created = await applyChange(repository, { 'src/new.rs': 'new\n' });
    expect(await created()).toMatchObject({ files: ['src/new.rs'] });
    expect(repository.git('status', '--porcelain', '-uall')).toBe('?? src/lib.rs\n');
  });

  it('commits CRLF files under line-end conversion and files below the top of the repository', async () => {
    using repository = createRepository({
      'crate/src/lib.rs': 'one\n',
      '.gitattributes': 'crate/src/*.rs text eol=crlf\n',
    });
    repository.write('crate/src/lib.rs', 'one\r\n');
    const context = { ...repository.context, root: join(repository.root, 'crate') };
    const proposal = createProposal(context.root, {
      'src/lib.rs': 'one\r\ntwo\r\n',
      'src/new.rs': 'new\r\n',
    });
    const report = await createReport(context, proposal);
    await applyProposal(context, {
      proposal,
      report,
      verify: () => Promise.resolve({ ok: true, detail: '' }),
    });
    const outcome = await commitChange(context, {
      proposal,
      report,
      runId: 'run-1',
      message: 'fix: two\n\nBody text',
    });
    expect(outcome).toMatchObject({ files: ['src/lib.rs', 'src/new.rs'], changed_by_hooks: [] });
    expect(repository.git('cat-file', 'blob', 'HEAD:crate/src/lib.rs')).toBe('one\ntwo\n');
    expect(readFileSync(join(context.root, 'src/lib.rs'), 'utf8')).toBe('one\r\ntwo\r\n');
    expect(repository.git('log', '-1', '--format=%B')).toContain(
      'fix: two\n\nBody text\n\nWrite src/lib.rs\nWrite src/new.rs\n',
    );
  });
});
