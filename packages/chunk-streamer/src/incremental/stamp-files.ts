import { stat } from 'node:fs/promises';
import { join } from 'node:path';

/** What the file system says of a file: while it holds, the content is the same. */
export interface FileStamp {
  sizeBytes: number;
  mtimeMs: number;
  ctimeMs: number;
  inode: number;
  /** False when the file was written so shortly before that another write may leave the same stamp. */
  isSettled: boolean;
}

const FILES_AT_ONCE = 64;
// The coarsest clock of a file system in use counts seconds in twos.
const SETTLED_AFTER_MS = 2000;

/** The stamps of the files that exist, in the order given. */
export async function stampFiles(
  root: string,
  paths: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Map<string, FileStamp>> {
  const stamps = new Map<string, FileStamp>();
  for (let start = 0; start < paths.length; start += FILES_AT_ONCE) {
    signal?.throwIfAborted();
    const part = paths.slice(start, start + FILES_AT_ONCE);
    const found = await Promise.all(part.map((path) => stampFile(join(root, path))));
    part.forEach((path, index) => {
      const stamp = found[index];
      if (stamp !== undefined) stamps.set(path, stamp);
    });
  }
  return stamps;
}

async function stampFile(file: string): Promise<FileStamp | undefined> {
  const found = await stat(file).catch(() => undefined);
  if (found === undefined) return undefined;
  const { size: sizeBytes, mtimeMs, ctimeMs, ino: inode } = found;
  const isSettled = Date.now() - Math.max(mtimeMs, ctimeMs) > SETTLED_AFTER_MS;
  return { sizeBytes, mtimeMs, ctimeMs, inode, isSettled };
}

/** True when the file has not been written between the two stamps. */
export function isSameStamp(before: FileStamp | undefined, now: FileStamp | undefined): boolean {
  return (
    before !== undefined &&
    now !== undefined &&
    before.isSettled &&
    before.sizeBytes === now.sizeBytes &&
    before.mtimeMs === now.mtimeMs &&
    before.ctimeMs === now.ctimeMs &&
    before.inode === now.inode
  );
}
