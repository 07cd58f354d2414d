import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { lstat, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type FileChange, isInsidePath, type TreeHash } from '@parseltongue/isg-core';
import { PreflightError } from './errors.js';
import { runProcess } from './process/run-process.js';

/** Where hashes of unchanged files are remembered and how git is run. */
export interface HashTreeOptions {
  /** Environment for git; needs PATH and HOME. */
  env: Readonly<Record<string, string>>;
  /** Reused between calls to spare reading unchanged files. */
  cache?: FileHashCache;
  signal?: AbortSignal;
}

/** Hashes by path, valid while size, inode and both times of the file stay the same. */
export type FileHashCache = Map<string, { stamp: string; hash: string }>;

const GIT_TIMEOUT_MS = 60_000;
const READERS = 16;
/** A file changed less than this before it was read may change again within the same time stamp. */
const RACY_NS = 50_000_000n;
/** The folder of the tool's own state: never part of a tree. */
const OWN_FOLDER = '.parseltongue';

/**
 * Hashes the tree at `root` as it would be with `changes` written.
 *
 * The tree is what git tracks plus what it neither tracks nor ignores, without `.parseltongue`; a symbolic link counts
 * as its target's text, a submodule not at all. Sorted lines `<sha-256>  <path>` are hashed, so that equal contents
 * give equal hashes on every machine.
 *
 * @throws PreflightError PT_PREFLIGHT_NOT_GIT, PT_PREFLIGHT_TOOL_MISSING, PT_PREFLIGHT_PATH_OUTSIDE
 */
export async function hashTree(
  root: string,
  changes: readonly FileChange[] | undefined,
  options: HashTreeOptions,
): Promise<TreeHash> {
  return (await hashTrees(root, changes, options)).subject;
}

/**
 * Hashes the tree at `root` as it is and as it would be with `changes` written, both from one look at it; see `hashTree`.
 *
 * @throws PreflightError as `hashTree`
 */
export async function hashTrees(
  root: string,
  changes: readonly FileChange[] | undefined,
  options: HashTreeOptions,
): Promise<{ base: TreeHash; subject: TreeHash }> {
  const files = await hashFiles(root, options);
  const base = hashLines(files);
  if (changes === undefined || changes.length === 0) return { base, subject: base };
  for (const change of changes) {
    assertInsidePath(change.path);
    if (change.after === null) files.delete(change.path);
    else files.set(change.path, hashText(change.after));
  }
  return { base, subject: hashLines(files) };
}

function hashLines(files: ReadonlyMap<string, string>): TreeHash {
  const lines = [...files].map(([path, hash]) => `${hash}  ${path}\n`).sort(compareText);
  return hashText(lines.join('')) as TreeHash;
}

/** The hash of every file of the tree at `root`, by repo-relative path. */
async function hashFiles(root: string, options: HashTreeOptions): Promise<Map<string, string>> {
  const paths = await listTreeFiles(root, options);
  const hashes = new Map<string, string>();
  const queue = paths.values();
  const work = async (): Promise<void> => {
    for (const path of queue) {
      const hash = await hashFileOrNull(root, path, options.cache);
      if (hash !== null) hashes.set(path, hash);
    }
  };
  await Promise.all(Array.from({ length: READERS }, work));
  return hashes;
}

/** Lists the files git tracks and the ones it neither tracks nor ignores, in path order. */
async function listTreeFiles(root: string, options: HashTreeOptions): Promise<string[]> {
  const result = await runProcess({
    argv: ['git', 'ls-files', '-co', '--exclude-standard', '-z'],
    cwd: root,
    env: options.env,
    timeoutMs: GIT_TIMEOUT_MS,
    maxOutputBytes: 512 * 1024 * 1024,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  if (result.exit !== 0) {
    throw new PreflightError('PT_PREFLIGHT_NOT_GIT', {
      message: `Cannot list the files of the repository: ${result.stderr.trim() || 'git failed'}. Run it in a git repository, or run git init first`,
      details: { reason: result.stderr.trim() },
    });
  }
  const paths = result.stdout.split('\0').filter((path) => path !== '' && !isOwnPath(path));
  return [...new Set(paths)].sort(compareText);
}

/**
 * The sha-256 of one file of the tree, null when there is none (or a folder stands there).
 *
 * @throws PreflightError PT_PREFLIGHT_PATH_OUTSIDE
 */
export async function hashFileOrNull(
  root: string,
  path: string,
  cache?: FileHashCache,
): Promise<string | null> {
  const absolute = join(root, path);
  const stats = await lstat(absolute, { bigint: true }).catch(returnNullWhenAbsent);
  if (stats === null || stats.isDirectory()) return null;
  if (stats.isSymbolicLink()) return hashText(await readlink(absolute));
  const stamp = stampOf(stats);
  const known = cache?.get(path);
  if (known?.stamp === stamp) return known.hash;
  const bytes = await readFile(absolute).catch(returnNullWhenAbsent);
  if (bytes === null) return null;
  const hash = createHash('sha256').update(bytes).digest('hex');
  const isSettled = BigInt(Date.now()) * 1_000_000n - stats.ctimeNs > RACY_NS;
  if (isSettled) cache?.set(path, { stamp, hash });
  else cache?.delete(path);
  return hash;
}

/** Lower-case hex sha-256 of a text's UTF-8 bytes. */
export function hashText(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/**
 * Refuses a path that is not repo-relative or leaves the repository.
 *
 * @throws PreflightError PT_PREFLIGHT_PATH_OUTSIDE
 */
export function assertInsidePath(path: string): void {
  if (isInsidePath(path) && !isOwnPath(path) && path.split('/')[0] !== '.git') return;
  throw new PreflightError('PT_PREFLIGHT_PATH_OUTSIDE', {
    message: `"${path}" is not a path of this repository. Give a repo-relative path with "/" that stays inside it`,
    details: { path },
  });
}

function isOwnPath(path: string): boolean {
  return path === OWN_FOLDER || path.startsWith(`${OWN_FOLDER}/`);
}

function stampOf(stats: BigIntStats): string {
  return `${stats.size}:${stats.ino}:${stats.mtimeNs}:${stats.ctimeNs}`;
}

function returnNullWhenAbsent(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR' || error.code === 'EISDIR') return null;
  throw error;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
