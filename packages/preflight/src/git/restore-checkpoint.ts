import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { holdTree } from '../apply/apply-lock.js';
import { assertNoLeftover, type ChangedFile, describeWrite } from '../apply/apply-proposal.js';
import {
  createFileImage,
  createLinkImage,
  type FileImage,
  isExecutable,
  listAncestors,
  readPathState,
  returnNullWhenAbsent,
} from '../apply/file-image.js';
import type { PlannedWrite } from '../apply/journal.js';
import { type JournalHome, openJournalHome } from '../apply/journal-home.js';
import type { ApplyEvent, FaultPoint } from '../apply/step.js';
import { runTransaction } from '../apply/transaction.js';
import { PreflightError } from '../errors.js';
import {
  type Checkpoint,
  listTree,
  loadCheckpoints,
  type StoredCheckpoint,
  type TreeEntry,
} from './checkpoint-record.js';
import { nameTree } from './create-checkpoint.js';
import { type GitLayout, locateGit } from './git-layout.js';
import { listIgnored } from './list-ignored.js';
import { createReachCheck, listSnapshot, type SkippedPath } from './list-snapshot.js';
import { assertGitIdle } from './read-git-state.js';
import { readObjects } from './read-objects.js';
import { runGit, splitZero } from './run-git.js';
import type { TreeContext } from './tree-context.js';

/** How to go back to a checkpoint. */
export interface RestoreOptions {
  /** Only says what would happen. */
  preview?: boolean;
  /** Puts the index back as well; by default it stays as it is now. */
  includeIndex?: boolean;
  signal?: AbortSignal;
  onEvent?: (event: ApplyEvent) => void;
  /** Awaited at every boundary of the work, for fault injection. */
  faultPoint?: FaultPoint;
}

/** What a restore did, or would do. */
export interface RestoreOutcome {
  status: 'restored' | 'preview' | 'rolled_back';
  checkpoint: Checkpoint;
  files: ChangedFile[];
  /** Files somebody edited while the restore ran and was taken back; they were left alone. */
  conflicts: string[];
  /** What no checkpoint holds; left alone. */
  skipped: SkippedPath[];
  /** Why it was taken back; null otherwise. */
  reason: string | null;
  warnings: string[];
}

/**
 * Makes the tree what it was at a checkpoint: tracked files and files git does not ignore, byte for byte.
 *
 * All or nothing, under the same journal as an apply, so that an undo takes the restore back. Files ignored then or
 * now and nested repositories are left alone; HEAD, branches, stash and, unless asked for, the index too.
 *
 * @throws PreflightError PT_PREFLIGHT_CHECKPOINT_UNKNOWN, PT_PREFLIGHT_GIT_BUSY, PT_PREFLIGHT_NOT_GIT,
 * PT_PREFLIGHT_APPLY_BUSY, PT_PREFLIGHT_JOURNAL_LEFTOVER, PT_PREFLIGHT_APPLY_FAILED, PT_PREFLIGHT_GIT_FAILED
 */
export async function restoreCheckpoint(
  context: TreeContext,
  id: string,
  options: RestoreOptions = {},
): Promise<RestoreOutcome> {
  const home = await openJournalHome(context);
  return await holdTree(home, async () => {
    await assertNoLeftover(home);
    await assertGitIdle(home);
    return await restoreLocked(context, { home, stored: await findCheckpoint(context, id) }, options);
  });
}

async function restoreLocked(
  context: TreeContext,
  found: { home: JournalHome; stored: StoredCheckpoint },
  options: RestoreOptions,
): Promise<RestoreOutcome> {
  const { home, stored } = found;
  const { writes, skipped } = await planRestore(context, home, stored);
  const { checkpoint } = stored;
  const files = writes.map(describeWrite);
  const outcome: RestoreOutcome = {
    status: 'preview',
    checkpoint,
    files,
    conflicts: [],
    skipped,
    reason: null,
    warnings: [],
  };
  if (options.preview === true) return outcome;
  const result = await runTransaction(home, {
    title: { kind: 'restore', title: checkpoint.label, proposalId: null, receiptHash: null },
    writes,
    listeners: { signal: options.signal, onEvent: options.onEvent, faultPoint: options.faultPoint },
  });
  const { warnings } = result;
  if (result.status === 'rolled_back') {
    const conflicts = result.conflicts.map((conflict) => conflict.path);
    return { ...outcome, status: 'rolled_back', conflicts, reason: result.reason, warnings };
  }
  if (options.includeIndex === true) await restoreIndex(context, home.gitDir, stored.commit);
  return { ...outcome, status: 'restored', warnings };
}

async function findCheckpoint(context: TreeContext, id: string): Promise<StoredCheckpoint> {
  const stored = await loadCheckpoints(context, nameTree(await locateGit(context)));
  const found = stored.find((one) => one.checkpoint.id === id);
  if (found !== undefined) return found;
  throw new PreflightError('PT_PREFLIGHT_CHECKPOINT_UNKNOWN', {
    message: `There is no checkpoint "${id}" of this tree. List the checkpoints and take one of them`,
    details: { id },
  });
}

interface RestorePlan {
  writes: PlannedWrite[];
  skipped: SkippedPath[];
}

async function planRestore(
  context: TreeContext,
  layout: GitLayout,
  stored: StoredCheckpoint,
): Promise<RestorePlan> {
  const entries = await listTree(context, `${stored.commit}:files`);
  const present = await listSnapshot(context, Number.POSITIVE_INFINITY);
  const saved = new Set(entries.map((entry) => entry.path));
  const kept = new Set(stored.checkpoint.skipped.map((skipped) => skipped.path));
  const extra = present.files.map((file) => file.path).filter((path) => !saved.has(path) && !kept.has(path));
  const ignoredThen = await listIgnoredThen(context, { layout, entries, paths: extra });
  const isReachable = createReachCheck(layout.root);
  const writes: PlannedWrite[] = [];
  for (const path of extra.filter((one) => !ignoredThen.has(one))) {
    const before = await readImage(layout.root, path);
    if (before !== null) writes.push({ path, before, after: null });
  }
  const changed: { entry: TreeEntry; before: FileImage | null }[] = [];
  for (const entry of entries) {
    const before = (await isReachable(entry.path)) ? await readImage(layout.root, entry.path) : null;
    if (!isEntry(entry, before)) changed.push({ entry, before });
  }
  const objects = await readObjects(
    context,
    changed.map(({ entry }) => entry.oid),
  );
  for (const [index, { entry, before }] of changed.entries()) {
    const after = createEntryImage(entry, objects[index] ?? Buffer.alloc(0), before);
    writes.push({ path: entry.path, before, after });
  }
  return {
    writes,
    skipped: [...stored.checkpoint.skipped, ...present.skipped.filter(({ path }) => !kept.has(path))],
  };
}

async function readImage(root: string, path: string): Promise<FileImage | null> {
  const state = await readPathState(root, path);
  return state.is === 'image' ? state.image : null;
}

/** True when a file on the disk is what git names by mode and object. */
function isEntry(entry: TreeEntry, image: FileImage | null): boolean {
  if (image === null) return false;
  const mode = image.kind === 'symlink' ? '120000' : isExecutable(image) ? '100755' : '100644';
  if (mode !== entry.mode) return false;
  const hash = createHash(entry.oid.length === 64 ? 'sha256' : 'sha1');
  return hash.update(`blob ${image.bytes.length}\0`).update(image.bytes).digest('hex') === entry.oid;
}

function createEntryImage(entry: TreeEntry, bytes: Buffer, before: FileImage | null): FileImage {
  if (entry.mode === '120000') return createLinkImage(bytes);
  const old = before?.kind === 'file' ? before : null;
  const isRunnable = entry.mode === '100755';
  const mode = old?.mode ?? null;
  if (mode === null) return createFileImage(bytes, { mode: isRunnable ? 0o755 : null, owner: null });
  const runBits = (mode & 0o444) >> 2;
  return createFileImage(bytes, {
    mode: isRunnable ? mode | runBits : mode & ~0o111,
    owner: old?.owner ?? null,
  });
}

/**
 * Finds the paths that the ignore rules of the checkpoint would ignore: they were in no checkpoint because of that,
 * not because they did not exist.
 */
async function listIgnoredThen(
  context: TreeContext,
  about: { layout: GitLayout; entries: readonly TreeEntry[]; paths: readonly string[] },
): Promise<Set<string>> {
  if (about.paths.length === 0) return new Set();
  const scratch = join(context.stateDir, `ignore-${randomUUID()}`);
  const root = join(scratch, about.layout.prefix);
  await mkdir(root, { recursive: true, mode: 0o700 });
  try {
    await writeIgnoreRules(context, about, { scratch, root });
    const env = { GIT_DIR: about.layout.gitDir, GIT_WORK_TREE: scratch };
    return await listIgnored({ ...context, root }, about.paths, { env });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function writeIgnoreRules(
  context: TreeContext,
  about: { layout: GitLayout; entries: readonly TreeEntry[] },
  folders: { scratch: string; root: string },
): Promise<void> {
  const rules = about.entries.filter(
    ({ path, mode }) => /(^|\/)\.gitignore$/.test(path) && mode !== '120000',
  );
  const texts = await readObjects(
    context,
    rules.map((rule) => rule.oid),
  );
  for (const [index, rule] of rules.entries()) {
    await mkdir(dirname(join(folders.root, rule.path)), { recursive: true });
    await writeFile(join(folders.root, rule.path), texts[index] ?? '');
  }
  // Above the tree no checkpoint reaches: the rules there are the ones of now.
  for (const folder of ['', ...listAncestors(about.layout.prefix.slice(0, -1))]) {
    if (about.layout.prefix === '') break;
    const text = await readFile(join(about.layout.top, folder, '.gitignore')).catch(returnNullWhenAbsent);
    if (text !== null) await writeFile(join(folders.scratch, folder, '.gitignore'), text);
  }
}

/** Replaces the index the way git does: under its lock, in one step. */
async function restoreIndex(context: TreeContext, gitDir: string, commit: string): Promise<void> {
  const top = await runGit(context, ['ls-tree', '-z', '--full-tree', commit]);
  const line = splitZero(top.stdout).find((entry) => entry.endsWith('\tindex'));
  const index = join(gitDir, 'index');
  const handle = await open(`${index}.lock`, 'wx').catch((cause: unknown) => {
    throw new PreflightError('PT_PREFLIGHT_GIT_BUSY', {
      message:
        'The files are restored, the index is not: another git command holds it (index.lock). Restore again when it has ended',
      details: { state: 'index.lock' },
      retryable: true,
      cause,
    });
  });
  try {
    const oid = line?.split(/[ \t]/)[2];
    if (oid !== undefined) await handle.writeFile((await readObjects(context, [oid]))[0] ?? '');
    await handle.sync();
    await handle.close();
    if (oid === undefined) await rm(index, { force: true });
    else await rename(`${index}.lock`, index);
  } finally {
    await handle.close().catch(() => undefined);
    await rm(`${index}.lock`, { force: true });
  }
}
