import { lstat, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { listAncestors, returnNullWhenAbsent } from '../apply/file-image.js';
import { runGit, splitZero } from './run-git.js';
import type { TreeContext } from './tree-context.js';

/** git's modes of what a checkpoint can hold. */
export type EntryMode = '100644' | '100755' | '120000';

/** One file of the tree as git would name it. */
export interface SnapshotFile {
  path: string;
  mode: EntryMode;
  sizeBytes: number;
}

/** Why a path is in no checkpoint. */
export type SkipReason = 'too_large' | 'nested_repository' | 'special_file' | 'name_not_utf8';

/** A path that a checkpoint leaves out; a restore leaves it alone. */
export interface SkippedPath {
  path: string;
  reason: SkipReason;
}

/** The files a checkpoint is made of, in path order. */
export interface SnapshotList {
  files: SnapshotFile[];
  skipped: SkippedPath[];
}

const OWN_FOLDER = '.parseltongue';

/** Lists tracked files and the ones git neither tracks nor ignores, as they are on the disk. */
export async function listSnapshot(context: TreeContext, maxFileBytes: number): Promise<SnapshotList> {
  const { stdout } = await runGit(context, ['ls-files', '-z', '--cached', '--others', '--exclude-standard']);
  const paths = [...new Set(splitZero(stdout))].sort();
  const list: SnapshotList = { files: [], skipped: [] };
  const isReachable = createReachCheck(context.root);
  for (const path of paths) {
    if (path === OWN_FOLDER || path.startsWith(`${OWN_FOLDER}/`) || !(await isReachable(path))) continue;
    const found = await describePath(context.root, path, maxFileBytes);
    if (found !== null && 'reason' in found) list.skipped.push(found);
    else if (found !== null) list.files.push(found);
  }
  return list;
}

/** Creates a check whether a path lies below `root` by real folders alone; folders are looked at once. */
export function createReachCheck(root: string): (path: string) => Promise<boolean> {
  const known = new Map<string, boolean>();
  return async (path) => {
    for (const folder of listAncestors(path)) {
      const isReal = known.get(folder) ?? (await isRealFolder(join(root, folder)));
      known.set(folder, isReal);
      if (!isReal) return false;
    }
    return true;
  };
}

async function isRealFolder(folder: string): Promise<boolean> {
  return (await lstat(folder).catch(returnNullWhenAbsent))?.isDirectory() === true;
}

async function describePath(
  root: string,
  path: string,
  maxFileBytes: number,
): Promise<SnapshotFile | SkippedPath | null> {
  if (path.includes('\uFFFD')) return { path, reason: 'name_not_utf8' };
  const stats = await lstat(join(root, path)).catch(returnNullWhenAbsent);
  if (stats === null) return null;
  if (stats.isDirectory()) return { path, reason: 'nested_repository' };
  if (stats.isSymbolicLink()) return { path, mode: '120000', sizeBytes: stats.size };
  if (!stats.isFile()) return { path, reason: 'special_file' };
  if (stats.size > maxFileBytes) return { path, reason: 'too_large' };
  return { path, mode: (stats.mode & 0o100) === 0 ? '100644' : '100755', sizeBytes: stats.size };
}

/** The object name of every file, written to git's object store byte for byte: no filters, no line-end conversion. */
export async function storeFiles(
  context: TreeContext,
  files: readonly SnapshotFile[],
): Promise<Map<string, string>> {
  const oids = new Map<string, string>();
  const regular = files.filter((file) => file.mode !== '120000');
  const input = regular.map((file) => `${quotePath(join(context.root, file.path))}\n`).join('');
  const args = ['hash-object', '-w', '--no-filters', '--stdin-paths'];
  const lines =
    regular.length === 0 ? [] : (await runGit(context, args, { stdin: input })).stdout.split('\n');
  for (const [index, file] of regular.entries()) oids.set(file.path, lines[index] ?? '');
  for (const file of files.filter((one) => one.mode === '120000')) {
    const target = await readlink(join(context.root, file.path), { encoding: 'buffer' });
    oids.set(file.path, await storeBytes(context, target));
  }
  return oids;
}

/** Writes bytes to git's object store and answers their name. */
export async function storeBytes(context: TreeContext, bytes: Uint8Array): Promise<string> {
  return (await runGit(context, ['hash-object', '-w', '--stdin'], { stdin: bytes })).stdout.trim();
}

/** `--stdin-paths` reads one path a line and undoes C quoting. */
function quotePath(path: string): string {
  if (!path.includes('\n')) return path;
  return `"${path.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n')}"`;
}
