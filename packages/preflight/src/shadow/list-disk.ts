import { type BigIntStats, type Dirent, existsSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** A file or symbolic link on disk. */
export interface DiskEntry {
  isLink: boolean;
  sizeBytes: number;
  /** Changes whenever the file is written, replaced or renamed over. */
  stamp: string;
  /** Permission bits. */
  mode: number;
  /** When the file was last written or renamed, in milliseconds since the epoch. */
  changedMs: number;
}

const SKIPPED_FOLDERS = new Set(['.git', '.parseltongue', 'node_modules']);

/**
 * Lists what lies below `root` as repo-relative paths, ignored files included: builds read those too.
 *
 * Left out: `.git`, `.parseltongue`, `node_modules`, folders marked as caches by a `CACHEDIR.TAG`, and `skipDirs`
 * (absolute).
 */
export function listDisk(root: string, skipDirs: readonly string[]): Map<string, DiskEntry> {
  const entries = new Map<string, DiskEntry>();
  const skipped = new Set(skipDirs);
  const visit = (folder: string, prefix: string): void => {
    for (const entry of readFolder(folder)) {
      if (SKIPPED_FOLDERS.has(entry.name)) continue;
      const absolute = join(folder, entry.name);
      const path = prefix + entry.name;
      if (entry.isDirectory()) {
        if (!skipped.has(absolute) && !existsSync(join(absolute, 'CACHEDIR.TAG')))
          visit(absolute, `${path}/`);
      } else if (entry.isFile() || entry.isSymbolicLink()) {
        const stats = lstatSync(absolute, { bigint: true, throwIfNoEntry: false });
        if (stats !== undefined) entries.set(path, describeEntry(stats));
      }
    }
  };
  if (existsSync(root)) visit(root, '');
  return entries;
}

/** Empty for a folder that cannot be read: what is in it no build of the user can need. */
function readFolder(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** The entry at an absolute path, null when there is no file or link. */
export function readEntry(absolute: string): DiskEntry | null {
  const stats = lstatSync(absolute, { bigint: true, throwIfNoEntry: false });
  return stats === undefined || stats.isDirectory() ? null : describeEntry(stats);
}

function describeEntry(stats: BigIntStats): DiskEntry {
  return {
    isLink: stats.isSymbolicLink(),
    sizeBytes: Number(stats.size),
    stamp: `${stats.size}:${stats.ino}:${stats.mtimeNs}:${stats.ctimeNs}:${stats.mode}`,
    mode: Number(stats.mode) & 0o777,
    changedMs: Number(stats.ctimeNs / 1_000_000n),
  };
}
