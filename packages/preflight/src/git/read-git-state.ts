import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { PreflightError } from '../errors.js';
import { type GitLayout, locateGit } from './git-layout.js';
import { runGit } from './run-git.js';
import type { TreeContext } from './tree-context.js';

/** A git command that waits for the user to go on. */
export type GitBusy = 'merge' | 'rebase' | 'cherry-pick' | 'revert' | 'bisect' | 'am';

/** One path that differs from the last commit. */
export interface DirtyPath {
  path: string;
  /** The index differs from the last commit. */
  isStaged: boolean;
  /** The file differs from the index. */
  isModified: boolean;
  isUntracked: boolean;
  isConflicted: boolean;
}

/** What git says about a tree. */
export interface GitState {
  isRepository: boolean;
  /** The commit of HEAD; null before the first one. */
  head: string | null;
  /** The branch's short name; null when HEAD is detached. */
  branch: string | null;
  /** Paths relative to the tree, in path order; ignored files and what lies outside the tree are left out. */
  dirty: DirtyPath[];
  busy: GitBusy | null;
}

const NO_REPOSITORY: GitState = { isRepository: false, head: null, branch: null, dirty: [], busy: null };

const BUSY_MARKS: readonly (readonly [string, GitBusy])[] = [
  ['rebase-merge', 'rebase'],
  ['rebase-apply/applying', 'am'],
  ['rebase-apply', 'rebase'],
  ['MERGE_HEAD', 'merge'],
  ['CHERRY_PICK_HEAD', 'cherry-pick'],
  ['REVERT_HEAD', 'revert'],
  ['BISECT_LOG', 'bisect'],
];

/**
 * Reads head, branch, dirty paths and a command in progress, without taking any lock.
 *
 * A folder outside git answers `isRepository: false`.
 *
 * @throws PreflightError PT_PREFLIGHT_GIT_FAILED, PT_PREFLIGHT_TOOL_MISSING
 */
export async function readGitState(context: TreeContext): Promise<GitState> {
  const layout = await locateGitOrNull(context);
  if (layout === null) return NO_REPOSITORY;
  const args = [
    'status',
    '--porcelain=v2',
    '--branch',
    '--untracked-files=all',
    '--no-renames',
    '-z',
    '--',
    '.',
  ];
  const { stdout } = await runGit(context, args);
  return { isRepository: true, ...parseStatus(stdout, layout.prefix), busy: await findBusy(layout.gitDir) };
}

/** The layout of the tree's repository, null outside git. */
export async function locateGitOrNull(context: TreeContext): Promise<GitLayout | null> {
  try {
    return await locateGit(context);
  } catch (error) {
    if (PreflightError.isInstance(error) && error.code === 'PT_PREFLIGHT_NOT_GIT') return null;
    throw error;
  }
}

/**
 * Refuses while git waits in the middle of a merge, rebase, cherry-pick, revert, am or bisect.
 *
 * @throws PreflightError PT_PREFLIGHT_GIT_BUSY
 */
export async function assertGitIdle(layout: GitLayout): Promise<void> {
  const busy = await findBusy(layout.gitDir);
  if (busy === null) return;
  throw new PreflightError('PT_PREFLIGHT_GIT_BUSY', {
    message: `The repository is in the middle of a ${busy}. Finish it or run git ${busy}${busy === 'bisect' ? ' reset' : ' --abort'}, then try again`,
    details: { state: busy },
  });
}

async function findBusy(gitDir: string): Promise<GitBusy | null> {
  for (const [mark, busy] of BUSY_MARKS) {
    const isThere = await access(join(gitDir, mark)).then(
      () => true,
      () => false,
    );
    if (isThere) return busy;
  }
  return null;
}

/** Reads `git status --porcelain=v2 --branch --no-renames -z`. */
function parseStatus(text: string, prefix: string): Pick<GitState, 'head' | 'branch' | 'dirty'> {
  const dirty: DirtyPath[] = [];
  let head: string | null = null;
  let branch: string | null = null;
  for (const line of text.split('\0')) {
    if (line.startsWith('# branch.oid ')) head = nullWhen(line.slice(13), '(initial)');
    else if (line.startsWith('# branch.head ')) branch = nullWhen(line.slice(14), '(detached)');
    else if (line !== '' && !line.startsWith('#')) dirty.push(parseDirty(line, prefix));
  }
  dirty.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { head, branch, dirty };
}

/** Fields before the path: `1 XY sub mH mI mW hH hI path`, `u XY sub m1 m2 m3 mW h1 h2 h3 path`, `? path`. */
function parseDirty(line: string, prefix: string): DirtyPath {
  const kind = line[0];
  const fieldCount = kind === '1' ? 8 : kind === 'u' ? 10 : 1;
  const path = dropFields(line, fieldCount).slice(prefix.length);
  const [index, worktree] = [line[2], line[3]];
  return {
    path,
    isStaged: kind !== '?' && index !== '.',
    isModified: kind !== '?' && worktree !== '.',
    isUntracked: kind === '?',
    isConflicted: kind === 'u',
  };
}

function dropFields(line: string, count: number): string {
  let at = 0;
  for (let dropped = 0; dropped < count; dropped++) at = line.indexOf(' ', at) + 1;
  return line.slice(at);
}

function nullWhen(text: string, empty: string): string | null {
  return text === empty ? null : text;
}
