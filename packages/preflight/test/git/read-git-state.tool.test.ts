import { renameSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readGitState } from '../../src/git/index.js';
import { createRepository, sha256, snapshotGit } from '../apply/repository.js';

describe('readGitState', () => {
  it('reads head, branch and every kind of dirt without touching the index', async () => {
    using repository = createRepository({
      'a.rs': 'a',
      'b.rs': 'b',
      'c.rs': 'c',
      'd e.rs': 'd',
      '.gitignore': 'target/\n',
    });
    repository.write('a.rs', 'changed');
    repository.write('b.rs', 'staged');
    repository.git('add', 'b.rs');
    repository.write('b.rs', 'staged and changed');
    repository.write('new/ümlaut.rs', 'n');
    repository.write('target/x', 'ignored');
    unlinkSync(join(repository.root, 'c.rs'));
    renameSync(join(repository.root, 'd e.rs'), join(repository.root, 'f g.rs'));
    const git = snapshotGit(repository);
    const state = await readGitState(repository.context);
    const clean = { isStaged: false, isModified: false, isUntracked: false, isConflicted: false };
    expect(state).toEqual({
      isRepository: true,
      head: repository.git('rev-parse', 'HEAD').trim(),
      branch: 'main',
      busy: null,
      dirty: [
        { ...clean, path: 'a.rs', isModified: true },
        { ...clean, path: 'b.rs', isStaged: true, isModified: true },
        { ...clean, path: 'c.rs', isModified: true },
        { ...clean, path: 'd e.rs', isModified: true },
        { ...clean, path: 'f g.rs', isUntracked: true },
        { ...clean, path: 'new/ümlaut.rs', isUntracked: true },
      ],
    });
    expect(snapshotGit(repository)).toEqual(git);
  });

  it('reads a detached head, a merge with conflicts, and a folder of the repository alone', async () => {
    using repository = createRepository({ 'crate/a.rs': 'a\n', 'b.rs': 'b\n' });
    repository.git('switch', '-q', '-c', 'other');
    repository.write('crate/a.rs', 'other\n');
    repository.git('commit', '-qam', 'other');
    repository.git('switch', '-q', 'main');
    repository.write('crate/a.rs', 'main\n');
    repository.git('commit', '-qam', 'main');
    repository.git('checkout', '-q', '--detach');
    expect(() => repository.git('merge', 'other')).toThrow();
    repository.write('b.rs', 'dirty\n');
    const state = await readGitState({ ...repository.context, root: join(repository.root, 'crate') });
    expect(state).toMatchObject({ branch: null, busy: 'merge' });
    expect(state.dirty).toMatchObject([{ path: 'a.rs', isConflicted: true }]);
  });

  it('answers for a repository without a commit and for a folder outside git', async () => {
    using repository = createRepository({});
    repository.git('switch', '-q', '--orphan', 'fresh');
    repository.write('a.rs', 'a');
    expect(await readGitState(repository.context)).toMatchObject({
      head: null,
      branch: 'fresh',
      dirty: [{ path: 'a.rs' }],
    });
    const outside = { ...repository.context, root: repository.context.stateDir };
    expect(await readGitState(outside)).toEqual({
      isRepository: false,
      head: null,
      branch: null,
      dirty: [],
      busy: null,
    });
  });

  it('reads the tree it is given although the environment names another repository', async () => {
    using repository = createRepository({ 'a.rs': 'a' });
    using other = createRepository({ 'b.rs': 'b' });
    repository.write('c.rs', 'c');
    const env = { ...repository.context.env, GIT_DIR: join(other.root, '.git'), GIT_INDEX_FILE: sha256('x') };
    expect((await readGitState({ ...repository.context, env })).dirty).toMatchObject([{ path: 'c.rs' }]);
  });
});
