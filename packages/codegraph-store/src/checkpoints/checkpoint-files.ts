import { linkSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Checkpoint } from '../contract-change.js';
import { mapDiskError } from '../durable/disk-error.js';
import { SNAPSHOT_FILE } from '../durable/format.js';
import { syncDirectory } from '../durable/replace-file.js';
import { StoreError } from '../errors.js';

const FOLDER = 'checkpoints';
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
const FILE = /^(.+)@(\d+)\.snapshot$/;

export interface CheckpointFile extends Checkpoint {
  path: string;
}

/** Every checkpoint below the graph's directory, by name. */
export function listCheckpointFiles(dir: string): CheckpointFile[] {
  const newest = new Map<string, CheckpointFile>();
  for (const file of listFiles(dir)) newest.set(file.name, file);
  return [...newest.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** @throws StoreError PT_STORE_CHECKPOINT_UNKNOWN */
export function findCheckpointFile(dir: string, name: string): CheckpointFile {
  const file = listCheckpointFiles(dir).find((known) => known.name === name);
  if (file !== undefined) return file;
  throw new StoreError('PT_STORE_CHECKPOINT_UNKNOWN', {
    message: `There is no checkpoint "${name.slice(0, 200)}". List the checkpoints, or create one first`,
    details: { checkpoint: name },
  });
}

/**
 * Gives the snapshot as it is a second name: snapshots are replaced, never changed, so this costs no space now.
 *
 * @throws StoreError PT_STORE_OPTION_INVALID, PT_STORE_DISK_FULL, PT_STORE_READ_ONLY, PT_STORE_IO_FAILED
 */
export function keepSnapshot(dir: string, name: string): CheckpointFile {
  assertName(name);
  const folder = join(dir, FOLDER);
  const older = listFiles(dir).filter((file) => file.name === name);
  const at = Math.max(Date.now(), ...older.map((file) => Date.parse(file.created_at) + 1));
  const path = join(folder, `${name}@${at}.snapshot`);
  try {
    mkdirSync(folder, { recursive: true });
    linkSync(join(dir, SNAPSHOT_FILE), `${path}.tmp`);
    renameSync(`${path}.tmp`, path);
    syncDirectory(folder);
    for (const file of older) rmSync(file.path, { force: true });
  } catch (cause) {
    throw mapDiskError(cause, 'keep a checkpoint');
  }
  return findCheckpointFile(dir, name);
}

export function dropCheckpointFiles(dir: string, name: string): void {
  try {
    for (const file of listFiles(dir)) if (file.name === name) rmSync(file.path, { force: true });
  } catch (cause) {
    throw mapDiskError(cause, 'drop a checkpoint');
  }
}

/** Oldest first; of one name there are two only after a crash. */
function listFiles(dir: string): CheckpointFile[] {
  return readNames(join(dir, FOLDER))
    .flatMap((file) => {
      const [, name, at] = FILE.exec(file) ?? [];
      if (name === undefined || at === undefined) return [];
      const path = join(dir, FOLDER, file);
      const createdAt = new Date(Number(at)).toISOString();
      return [{ name, created_at: createdAt, size_bytes: statSync(path).size, path }];
    })
    .sort((a, b) => (a.created_at < b.created_at ? -1 : 1));
}

function readNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (cause) {
    if ((cause as { code?: string }).code === 'ENOENT') return [];
    throw mapDiskError(cause, 'list the checkpoints');
  }
}

function assertName(name: string): void {
  if (NAME.test(name)) return;
  throw new StoreError('PT_STORE_OPTION_INVALID', {
    message: `A checkpoint's name has 1 to 100 letters, digits, "." "_" "-" and starts with a letter or digit, not "${name.slice(0, 200)}"`,
    details: { option: 'checkpoint', problem: name.slice(0, 200) },
  });
}
