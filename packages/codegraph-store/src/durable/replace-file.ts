import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { mapDiskError } from './disk-error.js';

/** Writes every byte; `writeSync` alone may write fewer. */
export function writeFully(fd: number, buffer: Buffer, position: number): number {
  let done = 0;
  while (done < buffer.length) done += writeSync(fd, buffer, done, buffer.length - done, position + done);
  return position + done;
}

/**
 * Replaces a file as one step: temporary file, fsync, rename, fsync of the directory.
 *
 * @throws StoreError PT_STORE_DISK_FULL, PT_STORE_READ_ONLY, PT_STORE_IO_FAILED; the old file is then untouched
 */
export function replaceFile(path: string, operation: string, parts: Iterable<Buffer>): void {
  const temporary = `${path}.tmp`;
  try {
    const fd = openSync(temporary, 'w', 0o600);
    try {
      let position = 0;
      for (const part of parts) position = writeFully(fd, part, position);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, path);
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw mapDiskError(cause, operation);
  }
  syncDirectory(dirname(path));
}

/** Makes a rename durable. Windows has no such call and refuses to open a directory. */
export function syncDirectory(dir: string): void {
  let fd: number;
  try {
    fd = openSync(dir, 'r');
  } catch {
    return;
  }
  try {
    fsyncSync(fd);
  } catch {
    return;
  } finally {
    closeSync(fd);
  }
}
