import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { returnNullWhenAbsent } from '../apply/file-image.js';
import {
  CHECKPOINT_REFS,
  type Checkpoint,
  formatRecord,
  loadCheckpoints,
  type StoredCheckpoint,
} from './checkpoint-record.js';
import { type GitLayout, locateGit } from './git-layout.js';
import {
  listSnapshot,
  type SnapshotFile,
  type SnapshotList,
  storeBytes,
  storeFiles,
} from './list-snapshot.js';
import { runGit, splitZero } from './run-git.js';
import type { TreeContext } from './tree-context.js';

/** Limits of the checkpoints of a tree. */
export interface CheckpointOptions {
  /** How many checkpoints of this tree are kept; older ones are dropped. Default 100. */
  keep?: number;
  /** Older ones are dropped. Default 90 days. */
  maxAgeMs?: number;
  /** Once the newest ones together hold more, older ones are dropped; what they share counts each time. Default 20 GiB. */
  maxTotalBytes?: number;
  /** Larger files are left out and reported. Default 100 MiB. */
  maxFileBytes?: number;
}

const DEFAULT_KEEP = 100;
const DEFAULT_MAX_AGE_MS = 90 * 24 * 3_600_000;
const DEFAULT_MAX_TOTAL_BYTES = 20 * 1024 ** 3;
const DEFAULT_MAX_FILE_BYTES = 100 * 1024 * 1024;

/** In whose name checkpoints are committed; they are nobody's work. */
const IDENTITY = {
  GIT_AUTHOR_NAME: 'parseltongue',
  GIT_AUTHOR_EMAIL: 'parseltongue@localhost',
  GIT_COMMITTER_NAME: 'parseltongue',
  GIT_COMMITTER_EMAIL: 'parseltongue@localhost',
};

/**
 * Saves tracked files, untracked files that are not ignored, and the index under a private ref.
 *
 * Bytes are stored as they are, without git's filters. Index, HEAD, branches, stash and hooks stay untouched.
 *
 * @throws PreflightError PT_PREFLIGHT_NOT_GIT, PT_PREFLIGHT_GIT_FAILED
 */
export async function createCheckpoint(
  context: TreeContext,
  label: string,
  options: CheckpointOptions = {},
): Promise<Checkpoint> {
  const layout = await locateGit(context);
  const list = await listSnapshot(context, options.maxFileBytes ?? DEFAULT_MAX_FILE_BYTES);
  const checkpoint = await describeCheckpoint(context, { layout, label, list });
  const files = await writeFilesTree(context, list.files);
  const tree = await writeTopTree(context, { layout, files });
  const args = ['commit-tree', tree, '-m', formatRecord(checkpoint)];
  const commit = (await runGit(context, args, { env: IDENTITY })).stdout.trim();
  await runGit(context, ['update-ref', `${CHECKPOINT_REFS}${checkpoint.id}`, commit]);
  await dropOldest(context, checkpoint, options);
  return checkpoint;
}

/**
 * Lists the checkpoints of this tree, newest first.
 *
 * @throws PreflightError PT_PREFLIGHT_NOT_GIT
 */
export async function listCheckpoints(context: TreeContext): Promise<Checkpoint[]> {
  const stored = await loadCheckpoints(context, nameTree(await locateGit(context)));
  return stored.map((one) => one.checkpoint);
}

/** Tells trees apart that share one repository: linked worktrees, folders of it. */
export function nameTree(layout: GitLayout): string {
  return createHash('sha256').update(`${layout.gitDir}\0${layout.prefix}`).digest('hex');
}

async function describeCheckpoint(
  context: TreeContext,
  about: { layout: GitLayout; label: string; list: SnapshotList },
): Promise<Checkpoint> {
  const { layout, label, list } = about;
  const head = await runGit(context, ['rev-parse', '--verify', '--quiet', 'HEAD'], { accept: [0, 1] });
  const created = new Date().toISOString();
  return {
    contract: 'pt.checkpoint/1',
    id: `${created.replace(/[-:.]/g, '')}-${randomUUID().slice(0, 8)}`,
    label: label.replace(/\s+/g, ' ').trim(),
    head: head.stdout.trim() || null,
    created,
    file_count: list.files.length,
    size_bytes: list.files.reduce((sum, file) => sum + file.sizeBytes, 0),
    skipped: list.skipped,
    tree_id: nameTree(layout),
  };
}

/** Builds the tree of the files with an index of its own, so that the user's index is never written. */
async function writeFilesTree(context: TreeContext, files: readonly SnapshotFile[]): Promise<string> {
  const oids = await storeFiles(context, files);
  const scratch = join(context.stateDir, `checkpoint-${randomUUID()}`);
  await mkdir(scratch, { recursive: true, mode: 0o700 });
  try {
    const env = { GIT_INDEX_FILE: join(scratch, 'index') };
    const lines = files.map((file) => `${file.mode} ${oids.get(file.path) ?? ''}\t${file.path}\0`);
    await runGit(context, ['update-index', '--add', '-z', '--index-info'], { env, stdin: lines.join('') });
    return (await runGit(context, ['write-tree'], { env })).stdout.trim();
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** `files`: the tree; `index`: the bytes of the index; `staged`: the objects it needs, kept from garbage collection. */
async function writeTopTree(
  context: TreeContext,
  about: { layout: GitLayout; files: string },
): Promise<string> {
  const entries = [`040000 tree ${about.files}\tfiles`];
  const index = await readFile(join(about.layout.gitDir, 'index')).catch(returnNullWhenAbsent);
  if (index !== null) {
    entries.push(`100644 blob ${await storeBytes(context, index)}\tindex`);
    entries.push(`040000 tree ${await writeStagedTree(context, about.layout.top)}\tstaged`);
  }
  return await makeTree(context, entries);
}

async function writeStagedTree(context: TreeContext, top: string): Promise<string> {
  const { stdout } = await runGit({ ...context, root: top }, ['ls-files', '--stage', '-z']);
  // What is only intended to be added names the empty object, which may not exist yet.
  const oids = new Set([await storeBytes(context, Buffer.alloc(0))]);
  for (const line of splitZero(stdout)) {
    const [mode, oid = ''] = line.split(' ');
    if (mode !== '160000') oids.add(oid);
  }
  return await makeTree(
    context,
    [...oids].sort().map((oid) => `100644 blob ${oid}\t${oid}`),
  );
}

async function makeTree(context: TreeContext, entries: readonly string[]): Promise<string> {
  // A partial clone does not hold every object.
  const args = ['mktree', '--missing', '-z'];
  return (
    await runGit(context, args, { stdin: entries.map((entry) => `${entry}\0`).join('') })
  ).stdout.trim();
}

/** Drops what is too many, too old or too much; the one just made always stays. */
async function dropOldest(context: TreeContext, made: Checkpoint, options: CheckpointOptions): Promise<void> {
  const stored = await loadCheckpoints(context, made.tree_id);
  const oldest = Date.parse(made.created) - (options.maxAgeMs ?? DEFAULT_MAX_AGE_MS);
  const maxBytes = options.maxTotalBytes ?? DEFAULT_MAX_TOTAL_BYTES;
  let bytes = 0;
  const dropped = stored.filter(({ checkpoint }, index): boolean => {
    bytes += checkpoint.size_bytes;
    if (checkpoint.id === made.id) return false;
    const isOld = Date.parse(checkpoint.created) < oldest;
    return isOld || index >= Math.max(1, options.keep ?? DEFAULT_KEEP) || bytes > maxBytes;
  });
  for (const { checkpoint, commit } of dropped satisfies StoredCheckpoint[])
    await runGit(context, ['update-ref', '-d', `${CHECKPOINT_REFS}${checkpoint.id}`, commit]);
}
