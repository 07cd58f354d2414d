import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { lstat, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { isInsidePath } from '@parseltongue/isg-core';
import { z } from 'zod';
import { PreflightError } from '../errors.js';

/** What identifies one version of a file: its bytes (a link's target), permissions and owner. */
export const FileStampSchema = z.strictObject({
  kind: z.enum(['file', 'symlink']),
  /** sha-256 of the bytes, or of a link's target. */
  hash: z.string(),
  /** Permission bits; null leaves them to the process's umask. */
  mode: z.int().nullable(),
  /** Null for a file that never had another owner. */
  owner: z.strictObject({ uid: z.int(), gid: z.int() }).nullable(),
});
export type FileStamp = z.infer<typeof FileStampSchema>;

/** One version of a file with its bytes. */
export interface FileImage extends FileStamp {
  bytes: Buffer;
}

/** What stands at a path: a version, nothing, or something that is neither file nor link. */
export type PathState =
  | { is: 'image'; image: FileImage; linkCount: number }
  | { is: 'absent' | 'folder' | 'special' };

/** Creates the image of a regular file. */
export function createFileImage(
  bytes: Buffer,
  like: Pick<FileStamp, 'mode' | 'owner'> = { mode: null, owner: null },
): FileImage {
  return { kind: 'file', bytes, hash: hashBytes(bytes), mode: like.mode, owner: like.owner };
}

/** Creates the image of a symbolic link. */
export function createLinkImage(target: Buffer): FileImage {
  return { kind: 'symlink', bytes: target, hash: hashBytes(target), mode: null, owner: null };
}

/** The image without its bytes, as it goes into a journal. */
export function stampOf(image: FileImage): FileStamp {
  return { kind: image.kind, hash: image.hash, mode: image.mode, owner: image.owner };
}

/** True when both name the same version: kind, bytes and the executable bit; both null means both absent. */
export function isSameVersion(a: FileStamp | null, b: FileStamp | null): boolean {
  if (a === null || b === null) return a === b;
  if (a.kind !== b.kind || a.hash !== b.hash) return false;
  return a.kind === 'symlink' || isExecutable(a) === isExecutable(b);
}

/** True when the owner may execute the file. */
export function isExecutable(stamp: FileStamp): boolean {
  return ((stamp.mode ?? 0) & 0o100) !== 0;
}

/** Lower-case hex sha-256. */
export function hashBytes(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Reads what stands at a path of the tree; the last component is not followed when it is a link. */
export async function readPathState(root: string, path: string): Promise<PathState> {
  const absolute = join(root, path);
  const stats = await lstat(absolute).catch(returnNullWhenAbsent);
  if (stats === null) return { is: 'absent' };
  if (stats.isDirectory()) return { is: 'folder' };
  if (stats.isSymbolicLink()) {
    const image = createLinkImage(await readlink(absolute, { encoding: 'buffer' }));
    return { is: 'image', image, linkCount: 1 };
  }
  if (!stats.isFile()) return { is: 'special' };
  const bytes = await readFile(absolute);
  const image = createFileImage(bytes, {
    mode: stats.mode & 0o7777,
    owner: { uid: stats.uid, gid: stats.gid },
  });
  return { is: 'image', image, linkCount: stats.nlink };
}

/**
 * Refuses a path that is not below `root` by real folders alone.
 *
 * `removed` names paths a change takes away first: a file or link among them may still stand in the way.
 *
 * @throws PreflightError PT_PREFLIGHT_PATH_OUTSIDE, PT_PREFLIGHT_PATH_UNSAFE
 */
export async function assertSafePath(
  root: string,
  path: string,
  removed: ReadonlySet<string> = new Set(),
): Promise<void> {
  if (!isTreePath(path)) throw outsidePath(path);
  for (const folder of listAncestors(path)) {
    const stats = await lstat(join(root, folder)).catch(returnNullWhenAbsent);
    if (stats === null) return;
    if (!stats.isDirectory() && removed.has(folder)) return;
    assertRealFolder(path, folder, stats);
    const nested = await lstat(join(root, folder, '.git')).catch(returnNullWhenAbsent);
    if (nested !== null) throw unsafePath(path, `${folder} is a repository of its own`);
  }
}

/** True for a name git could track below the root: no way up, no empty part, nothing of git's own. */
export function isTreePath(path: string): boolean {
  if (path.includes('\0')) return false;
  return path.split('/').every((part) => !['', '.', '..', '.git'].includes(part.toLowerCase()));
}

/**
 * Refuses a path that no proposal may name: outside the tree, git's own, or with control characters.
 *
 * @throws PreflightError PT_PREFLIGHT_PATH_OUTSIDE
 */
export function assertPlainPath(path: string): void {
  // eslint-disable-next-line no-control-regex
  if (!isInsidePath(path) || !isTreePath(path) || /[\u0000-\u001f\u007f]/.test(path)) throw outsidePath(path);
}

/** The folders above a path inside the tree, outermost first. */
export function listAncestors(path: string): string[] {
  const segments = path.split('/').slice(0, -1);
  return segments.map((_, index) => segments.slice(0, index + 1).join('/'));
}

/** For `catch`: nothing there is an answer, any other failure is not. */
export function returnNullWhenAbsent(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
  throw error;
}

/** The error for a path that must not be written. */
export function unsafePath(path: string, reason: string): PreflightError<'PT_PREFLIGHT_PATH_UNSAFE'> {
  return new PreflightError('PT_PREFLIGHT_PATH_UNSAFE', {
    message: `Cannot change ${path}: ${reason}. Take it out of the change or replace it with a regular file`,
    details: { path, reason },
  });
}

function outsidePath(path: string): PreflightError<'PT_PREFLIGHT_PATH_OUTSIDE'> {
  return new PreflightError('PT_PREFLIGHT_PATH_OUTSIDE', {
    message: `${JSON.stringify(path)} is not a path of this repository. Give a repo-relative path with "/" that stays inside it`,
    details: { path },
  });
}

function assertRealFolder(path: string, folder: string, stats: Stats): void {
  if (stats.isSymbolicLink()) throw unsafePath(path, `${folder} is a symbolic link`);
  if (!stats.isDirectory()) throw unsafePath(path, `${folder} is not a folder`);
}
