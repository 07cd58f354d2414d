import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { applyProposal, undoLast } from '../../src/apply/index.js';
import { commitChange } from '../../src/git/index.js';
import {
  createProposal,
  createReport,
  createRepository,
  listFolders,
  type Repository,
  snapshotGit,
  snapshotTree,
} from './repository.js';

const FILES = { 'src/lib.rs': 'one\n', 'src/old/mod.rs': 'three\n', 'README.md': 'notes\n' };
const CHANGE = { 'src/lib.rs': 'two\n', 'src/old/mod.rs': null, 'src/new/mod.rs': 'four\n' };

async function apply(repository: Repository, texts: Record<string, string | null>, title?: string) {
  const proposal = createProposal(repository.root, texts, title);
  const report = await createReport(repository.context, proposal);
  const verify = () => Promise.resolve({ ok: true, detail: 'green' });
  const outcome = await applyProposal(repository.context, { proposal, report, verify });
  expect(outcome.status).toBe('applied');
  return { proposal, report };
}

describe('undoLast', () => {
  it('shows what it would do and changes nothing', async () => {
    using repository = createRepository(FILES);
    await apply(repository, CHANGE);
    const after = snapshotTree(repository.root);
    const outcome = await undoLast(repository.context, { preview: true });
    expect(outcome).toMatchObject({
      status: 'preview',
      is_committed: false,
      conflicts: [],
      change: { kind: 'apply', title: 'fix: names' },
    });
    expect(outcome.files).toEqual([
      { path: 'src/lib.rs', action: 'edit' },
      { path: 'src/old/mod.rs', action: 'create' },
      { path: 'src/new/mod.rs', action: 'delete' },
    ]);
    expect(snapshotTree(repository.root)).toEqual(after);
  });

  it('restores the tree before the apply, and done again redoes the apply', async () => {
    using repository = createRepository(FILES);
    const before = snapshotTree(repository.root);
    const folders = listFolders(repository.root);
    const git = snapshotGit(repository);
    await apply(repository, CHANGE);
    const after = snapshotTree(repository.root);
    expect(await undoLast(repository.context)).toMatchObject({
      status: 'restored',
      change: { kind: 'apply' },
    });
    expect(snapshotTree(repository.root)).toEqual(before);
    expect(listFolders(repository.root)).toEqual(folders);
    expect(await undoLast(repository.context)).toMatchObject({
      status: 'restored',
      change: { kind: 'undo' },
    });
    expect(snapshotTree(repository.root)).toEqual(after);
    expect(await undoLast(repository.context)).toMatchObject({ status: 'restored' });
    expect(snapshotTree(repository.root)).toEqual(before);
    expect(snapshotGit(repository)).toEqual(git);
  });

  it('takes back only the newest change', async () => {
    using repository = createRepository(FILES);
    await apply(repository, { 'README.md': 'first\n' }, 'docs: first');
    await apply(repository, { 'src/lib.rs': 'second\n' }, 'fix: second');
    expect((await undoLast(repository.context)).change.title).toBe('fix: second');
    expect(repository.read('README.md')).toBe('first\n');
    expect(repository.read('src/lib.rs')).toBe('one\n');
  });

  it('changes nothing when a file was edited since', async () => {
    using repository = createRepository(FILES);
    await apply(repository, CHANGE);
    repository.write('src/new/mod.rs', 'mine\n');
    const tree = snapshotTree(repository.root);
    const outcome = await undoLast(repository.context);
    expect(outcome).toMatchObject({ status: 'conflict', conflicts: ['src/new/mod.rs'] });
    expect(outcome.message).toContain('Nothing was changed: src/new/mod.rs');
    expect(snapshotTree(repository.root)).toEqual(tree);
  });

  it('takes itself back when a file changes in the last moment', async () => {
    using repository = createRepository(FILES);
    await apply(repository, CHANGE);
    const outcome = await undoLast(repository.context, {
      faultPoint: (step) => {
        if (step.startsWith('old-removed')) repository.write('src/lib.rs', 'mine\n');
      },
    });
    expect(outcome).toMatchObject({ status: 'rolled_back', conflicts: ['src/lib.rs'] });
    expect(outcome.reason).toContain('src/lib.rs has changed');
    expect(repository.read('src/lib.rs')).toBe('mine\n');
    expect(repository.read('src/new/mod.rs')).toBe('four\n');
    expect(existsSync(join(repository.root, 'src/old'))).toBe(false);
  });

  it('leaves the commit alone and says so when the change is committed', async () => {
    using repository = createRepository(FILES);
    const { proposal, report } = await apply(repository, CHANGE);
    const { commit } = await commitChange(repository.context, { proposal, report, runId: 'run-1' });
    const git = snapshotGit(repository);
    const outcome = await undoLast(repository.context);
    expect(outcome).toMatchObject({ status: 'restored', is_committed: true });
    expect(outcome.message).toContain('only the working tree changed, the commit is still there');
    expect(repository.read('src/lib.rs')).toBe('one\n');
    expect(repository.git('rev-parse', 'HEAD').trim()).toBe(commit);
    expect(snapshotGit(repository)).toEqual(git);
  });

  it('keeps the newest fifty changes', { timeout: 60_000 }, async () => {
    using repository = createRepository(FILES);
    await apply(repository, { 'README.md': 'new\n' });
    for (let count = 0; count < 52; count++) await undoLast(repository.context);
    const history = readdirSync(join(repository.root, '.git/parseltongue/history')).sort();
    expect(history).toHaveLength(50);
    expect(history.at(-1)).toMatch(/^00000053-/);
    expect(repository.read('README.md')).toBe('new\n');
  });

  it('says that there is nothing to undo', async () => {
    using repository = createRepository(FILES);
    await expect(undoLast(repository.context)).rejects.toMatchObject({
      code: 'PT_PREFLIGHT_NOTHING_TO_UNDO',
    });
  });
});
