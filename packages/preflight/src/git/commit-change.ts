import { setTimeout as delay } from 'node:timers/promises';
import type { FileChange, GateReport, Proposal } from '@parseltongue/isg-core';
import { assertPassed } from '../apply/check-receipt.js';
import { assertSafePath, hashBytes, readPathState } from '../apply/file-image.js';
import { staleFile } from '../apply/stale-file.js';
import { PreflightError } from '../errors.js';
import type { ProcessResult } from '../process/run-process.js';
import { hashText } from '../tree-hash.js';
import { formatCommitMessage } from './format-message.js';
import { type GitLayout, locateGit } from './git-layout.js';
import { isCommittedBy } from './is-committed-by.js';
import { listIgnored } from './list-ignored.js';
import { assertGitIdle } from './read-git-state.js';
import { readObjects } from './read-objects.js';
import { gitFailure, type RunGitOptions, runGit, splitZero } from './run-git.js';
import type { TreeContext } from './tree-context.js';

/** The applied proposal, its proof, and how to commit it. */
export interface CommitOptions {
  proposal: Proposal;
  report: GateReport;
  runId: string;
  /** Subject and text of the message instead of the proposal's title; rows and trailers are added anyway. */
  message?: string;
  /** The user's own earlier changes to the planned files go into the commit too. Default false. */
  includeDirty?: boolean;
  signal?: AbortSignal;
}

/** A commit that was made. */
export interface CommitOutcome {
  /** Full object name. */
  commit: string;
  /** What the commit changed, relative to the tree. */
  files: string[];
  /** Planned files that git ignores: written, but in no commit. */
  ignored: string[];
  /** Files whose committed text is not the verified one because a hook changed it. */
  changed_by_hooks: string[];
}

const COMMIT_TIMEOUT_MS = 20 * 60_000;
const LOCK_RETRIES = 10;
const LOCK_DELAY_MS = 150;

/**
 * Commits exactly the files of an applied proposal; other staged, dirty and untracked files stay as they are.
 *
 * The user's hooks run and may refuse. When the commit fails, the index is as before. When HEAD is already the commit of
 * this run, it is answered and nothing is committed again.
 *
 * @throws PreflightError PT_PREFLIGHT_NO_RECEIPT, PT_PREFLIGHT_STALE_FILE when a file no longer holds the proposal's
 * text, PT_PREFLIGHT_DIRTY_FILE, PT_PREFLIGHT_GIT_IDENTITY, PT_PREFLIGHT_GIT_BUSY, PT_PREFLIGHT_GIT_FAILED with what
 * a hook said, PT_PREFLIGHT_NOT_GIT
 */
export async function commitChange(context: TreeContext, options: CommitOptions): Promise<CommitOutcome> {
  assertPassed(options.report);
  const layout = await locateGit(context);
  await assertGitIdle(layout);
  await assertIdentity(context);
  await assertApplied(layout, options.proposal.files);
  const plan = await planCommit(context, options.proposal.files);
  if (await isCommittedBy(context, options.runId))
    return await describeCommit(context, { plan, proposal: options.proposal });
  if (options.includeDirty !== true) assertClean(plan.dirty);
  if (plan.paths.length === 0) throw nothingToCommit(options.proposal);
  await runCommit(context, { plan, options });
  return await describeCommit(context, { plan, proposal: options.proposal });
}

interface CommitPlan {
  /** What goes into the commit. */
  paths: string[];
  /** Of these, what the index does not know yet. */
  added: string[];
  ignored: string[];
  dirty: string[];
}

async function assertIdentity(context: TreeContext): Promise<void> {
  for (const variable of ['GIT_AUTHOR_IDENT', 'GIT_COMMITTER_IDENT']) {
    const result = await runGit(context, ['var', variable], { accept: [0, 1, 128] });
    if (result.exit === 0) continue;
    throw new PreflightError('PT_PREFLIGHT_GIT_IDENTITY', {
      message:
        'git does not know in whose name to commit. Run: git config user.name "Your Name" and git config user.email you@example.org',
      details: { missing: result.stderr.trim().split('\n').at(-1) ?? variable },
    });
  }
}

/** Only what was verified is committed: every file must still hold the proposal's text. */
async function assertApplied(layout: GitLayout, files: readonly FileChange[]): Promise<void> {
  for (const { path, after } of files) {
    await assertSafePath(layout.root, path);
    const state = await readPathState(layout.root, path);
    const current = state.is === 'image' && state.image.kind === 'file' ? state.image : null;
    const expected = after === null ? null : { hash: hashText(after) };
    const isExpected = state.is !== 'special' && state.is !== 'folder' && current?.hash === expected?.hash;
    if (!isExpected) throw staleFile(path, expected, current);
  }
}

async function planCommit(context: TreeContext, files: readonly FileChange[]): Promise<CommitPlan> {
  const paths = files.map((file) => file.path);
  const inHead = await listHead(context, paths);
  const inIndex = new Set(await listPaths(context, ['ls-files', '-z', '--cached'], paths));
  const staged = new Set(await listStaged(context, paths, inHead.size));
  const ignored = await listIgnored(
    context,
    paths.filter((path) => !inIndex.has(path)),
  );
  const plan: CommitPlan = { paths: [], added: [], ignored: [...ignored], dirty: [] };
  const before = new Map(files.map((file) => [file.path, file.before_hash]));
  const changedBefore = await findDifferent(context, inHead, before);
  for (const file of files) {
    if (ignored.has(file.path)) continue;
    const isInGit = inHead.has(file.path) || inIndex.has(file.path);
    if (file.after === null && !isInGit) continue;
    plan.paths.push(file.path);
    if (!inIndex.has(file.path) && file.after !== null) plan.added.push(file.path);
    if (changedBefore.has(file.path) || staged.has(file.path)) plan.dirty.push(file.path);
  }
  return plan;
}

function assertClean(dirty: readonly string[]): void {
  if (dirty.length === 0) return;
  throw new PreflightError('PT_PREFLIGHT_DIRTY_FILE', {
    message: `Your own uncommitted changes to ${dirty.join(', ')} would go into this commit. Commit them first, or ask for them to be included`,
    details: { paths: dirty },
  });
}

/** Path to object name of what HEAD holds at the paths; empty before the first commit. */
async function listHead(context: TreeContext, paths: readonly string[]): Promise<Map<string, string>> {
  const head = await runGit(context, ['rev-parse', '--verify', '--quiet', 'HEAD'], { accept: [0, 1] });
  if (head.exit !== 0) return new Map();
  const { stdout } = await runGit(context, ['ls-tree', '-z', 'HEAD', '--', ...paths]);
  return new Map(
    splitZero(stdout).map((line) => {
      const [info = '', path = ''] = line.split('\t');
      return [path, info.split(' ')[2] ?? ''];
    }),
  );
}

/** The planned files that HEAD does not hold with the given text, line ends and filters of git taken into account. */
async function findDifferent(
  context: TreeContext,
  head: ReadonlyMap<string, string>,
  expected: ReadonlyMap<string, string | null>,
): Promise<Set<string>> {
  const entries = [...head];
  const objects = await readObjects(
    context,
    entries.map(([, oid]) => oid),
  );
  const raw = new Map(entries.map(([path], index) => [path, hashBytes(objects[index] ?? Buffer.alloc(0))]));
  const different = new Set<string>();
  for (const [path, hash] of expected) {
    if ((raw.get(path) ?? null) === hash) continue;
    const oid = head.get(path);
    const isSame = oid !== undefined && hash !== null && (await hashWritten(context, oid, path)) === hash;
    if (!isSame) different.add(path);
  }
  return different;
}

/** The sha-256 of an object as git would write it to a path. */
async function hashWritten(context: TreeContext, oid: string, path: string): Promise<string> {
  // Attributes are looked up from the top of the worktree.
  const { prefix } = await locateGit(context);
  const { stdout } = await runGit(context, ['cat-file', '--filters', `--path=${prefix}${path}`, oid]);
  return hashBytes(Buffer.from(stdout, 'utf8'));
}

async function listStaged(
  context: TreeContext,
  paths: readonly string[],
  headCount: number,
): Promise<string[]> {
  if (headCount === 0) return await listPaths(context, ['ls-files', '-z', '--cached'], paths);
  return await listPaths(
    context,
    ['diff', '--cached', '--name-only', '--no-renames', '--relative', '-z', 'HEAD'],
    paths,
  );
}

async function listPaths(
  context: TreeContext,
  args: readonly string[],
  paths: readonly string[],
): Promise<string[]> {
  return splitZero((await runGit(context, [...args, '--', ...paths])).stdout);
}

async function runCommit(
  context: TreeContext,
  input: { plan: CommitPlan; options: CommitOptions },
): Promise<void> {
  const { plan, options } = input;
  const { proposal, report, runId, message } = options;
  const text = formatCommitMessage({ proposal, runId, receiptHash: report.receipt_hash, message });
  const fromStdin = ['--pathspec-from-file=-', '--pathspec-file-nul'];
  const toStdin = (paths: readonly string[]): string => paths.map((path) => `${path}\0`).join('');
  const extra = options.signal === undefined ? {} : { signal: options.signal };
  if (plan.added.length > 0) {
    // A commit of named paths takes only paths the index knows.
    await runLocked(context, ['add', '--intent-to-add', ...fromStdin], {
      stdin: toStdin(plan.added),
      ...extra,
    });
  }
  const args = ['commit', '--quiet', '--only', '--cleanup=whitespace', '-m', text, ...fromStdin];
  const runOptions = { stdin: toStdin(plan.paths), withHooks: true, timeoutMs: COMMIT_TIMEOUT_MS, ...extra };
  try {
    await runLocked(context, args, runOptions);
  } catch (error) {
    if (plan.added.length > 0) {
      const forget = ['update-index', '--force-remove', '-z', '--stdin'];
      await runLocked(context, forget, { stdin: toStdin(plan.added) });
    }
    throw error;
  }
}

/** Runs a command that takes the index lock; waits a moment for another git command to end. */
async function runLocked(
  context: TreeContext,
  args: readonly string[],
  options: RunGitOptions,
): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const result = await runGit(context, args, { ...options, accept: [0, 1, 128] });
    if (result.exit === 0) return;
    if (!isLockFailure(result)) throw gitFailure(args.slice(0, 1), result);
    if (attempt === LOCK_RETRIES) {
      throw new PreflightError('PT_PREFLIGHT_GIT_BUSY', {
        message:
          'Another git command holds the index (index.lock). Wait for it to end; if none runs, remove index.lock from the git folder',
        details: { state: 'index.lock' },
        retryable: true,
      });
    }
    await delay(LOCK_DELAY_MS, undefined, options.signal === undefined ? {} : { signal: options.signal });
  }
}

function isLockFailure(result: ProcessResult): boolean {
  return result.exit === 128 && /\bindex\.lock\b/.test(result.stderr);
}

async function describeCommit(
  context: TreeContext,
  made: { plan: CommitPlan; proposal: Proposal },
): Promise<CommitOutcome> {
  const commit = (await runGit(context, ['rev-parse', '--verify', 'HEAD'])).stdout.trim();
  const args = [
    'diff-tree',
    '--root',
    '--no-commit-id',
    '--no-renames',
    '--name-only',
    '--relative',
    '-r',
    '-z',
    commit,
  ];
  const files = splitZero((await runGit(context, args)).stdout);
  const { paths, ignored } = made.plan;
  const planned = made.proposal.files.filter((file) => paths.includes(file.path));
  const verified = new Map(planned.map(({ path, after }) => [path, after === null ? null : hashText(after)]));
  const changed = await findDifferent(context, await listHead(context, paths), verified);
  return { commit, files, ignored, changed_by_hooks: [...changed] };
}

function nothingToCommit(proposal: Proposal): PreflightError<'PT_PREFLIGHT_GIT_FAILED'> {
  return new PreflightError('PT_PREFLIGHT_GIT_FAILED', {
    message: `Nothing to commit: git ignores or does not know the files of "${proposal.title}". Check .gitignore`,
    details: { argv: ['git', 'commit'], exit: null, stderr: '' },
  });
}
