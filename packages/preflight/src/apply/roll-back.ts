import { lstat, mkdir, rename, rm, rmdir, unlink, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncFolder, writeImage } from './durable-file.js';
import {
  assertSafePath,
  isSameVersion,
  listAncestors,
  readPathState,
  returnNullWhenAbsent,
} from './file-image.js';
import {
  discardJournal,
  type Journal,
  type JournalFile,
  keepConflicts,
  loadBackup,
  nameTemp,
} from './journal.js';
import type { JournalHome } from './journal-home.js';
import type { Reach } from './step.js';

/** A file that was neither old nor new when a change was rolled back: it was left alone. */
export interface FileConflict {
  path: string;
  /** Folder with the old bytes, relative to the git folder; null when the file did not exist before. */
  kept_in: string | null;
}

/**
 * Takes back a change that was begun: every file of the plan is as before, except the ones somebody edited meanwhile.
 *
 * Can be interrupted and repeated at any point. Old bytes get a new modification time: with the old one cargo would
 * take artifacts of the rolled-back text for fresh.
 */
export async function rollBack(home: JournalHome, journal: Journal, reach: Reach): Promise<FileConflict[]> {
  for (const [index, file] of journal.files.entries()) await removeTemps(home, { journal, file, index });
  await reach('temps-removed');
  const conflicts: JournalFile[] = [];
  for (const file of journal.files.filter((one) => one.before === null)) {
    if (!(await removeCreated(home.root, file, reach))) conflicts.push(file);
  }
  for (const folder of [...journal.created_folders].reverse()) await removeIfEmpty(join(home.root, folder));
  await reach('created-folders-removed');
  for (const [index, file] of journal.files.entries()) {
    if (file.before === null) continue;
    if (!(await restoreOld(home, { journal, file, index }, reach))) conflicts.push(file);
  }
  await syncParents(home.root, journal, reach);
  return await closeJournal(home, { journal, conflicts }, reach);
}

/** Removes a folder when it is empty; anything else stays as it is. */
export async function removeIfEmpty(folder: string): Promise<void> {
  await rmdir(folder).catch(() => undefined);
}

/** Waits until all renames and removals of a change are on the disk. */
export async function syncParents(root: string, journal: Journal, reach: Reach): Promise<void> {
  const folders = new Set(journal.files.flatMap((file) => ['', ...listAncestors(file.path)]));
  for (const folder of folders) {
    await syncFolder(join(root, folder));
    await reach('folder-synced', folder);
  }
}

interface PlannedFile {
  journal: Journal;
  file: JournalFile;
  index: number;
}

async function removeTemps(home: JournalHome, { journal, file, index }: PlannedFile): Promise<void> {
  if (file.temp !== null) await rm(join(home.root, file.temp), { force: true }).catch(ignoreAbsent);
  await rm(join(home.root, nameOldTemp(journal, file, index)), { force: true }).catch(ignoreAbsent);
}

function nameOldTemp(journal: Journal, file: JournalFile, index: number): string {
  return nameTemp(listAncestors(file.path).at(-1) ?? '', `${journal.id}-${index}.old`);
}

async function removeCreated(root: string, file: JournalFile, reach: Reach): Promise<boolean> {
  const state = await compare(root, file);
  if (state === 'new') {
    await unlink(join(root, file.path));
    await reach('created-removed', file.path);
  }
  return state !== 'other';
}

async function restoreOld(home: JournalHome, planned: PlannedFile, reach: Reach): Promise<boolean> {
  const { journal, file, index } = planned;
  const state = await compare(home.root, file);
  if (state !== 'new') return state === 'old';
  const old = await loadBackup(home.journalDir, file);
  if (old === null) return true;
  const target = join(home.root, file.path);
  const temp = join(home.root, nameOldTemp(journal, file, index));
  await mkdir(dirname(target), { recursive: true });
  await writeImage(temp, old, { reach: (step) => reach(step, file.path), name: 'old-temp' });
  await rename(temp, target);
  await reach('old-renamed', file.path);
  await touch(target);
  await reach('old-touched', file.path);
  return true;
}

/** Sets the modification time to now: bytes may have waited while a build looked at the old file. */
export async function touch(file: string): Promise<void> {
  const stats = await lstat(file).catch(returnNullWhenAbsent);
  if (stats?.isFile() !== true) return;
  const now = new Date();
  await utimes(file, now, now);
}

/** Which version stands at a path now. */
async function compare(root: string, file: JournalFile): Promise<'old' | 'new' | 'other'> {
  // Below a link, or where a folder stands, there is no file of ours.
  const whenUnreachable = file.before === null ? 'old' : 'other';
  try {
    await assertSafePath(root, file.path);
  } catch {
    return whenUnreachable;
  }
  const state = await readPathState(root, file.path);
  if (state.is === 'folder') return whenUnreachable;
  if (state.is === 'special') return 'other';
  const current = state.is === 'image' ? state.image : null;
  if (isSameVersion(current, file.before)) return 'old';
  return isSameVersion(current, file.after) ? 'new' : 'other';
}

async function closeJournal(
  home: JournalHome,
  ended: { journal: Journal; conflicts: readonly JournalFile[] },
  reach: Reach,
): Promise<FileConflict[]> {
  if (ended.conflicts.length === 0) {
    await discardJournal(home, reach);
    return [];
  }
  const kept = await keepConflicts(home, ended.journal, reach);
  return ended.conflicts.map(({ path, backup }) => ({
    path,
    kept_in: backup === null ? null : `${kept}/${backup}`,
  }));
}

function ignoreAbsent(error: NodeJS.ErrnoException): void {
  returnNullWhenAbsent(error);
}
