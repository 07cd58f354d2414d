import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ElfError } from '../errors.js';

const LOCK_NAME = 'lock';
const ATTEMPTS = 5;

/**
 * Locks a directory for this process and returns what unlocks it. The lock of a process that is gone is taken over.
 *
 * @throws ElfError PT_ELF_QUEUE_LOCKED when a living process holds it
 */
export async function lockQueueDir(dir: string): Promise<() => Promise<void>> {
  const path = join(dir, LOCK_NAME);
  const ticket = `${process.pid} ${readStartTime(await readStat(process.pid))} ${randomUUID()}`;
  const own = join(dir, `${LOCK_NAME}.${randomUUID()}`);
  await writeFile(own, ticket);
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      if (await tryLink(own, path)) return () => releaseLock(path, ticket);
      const holder = await readFile(path, 'utf8').catch(() => null);
      if (holder === null) continue;
      const ownerPid = Number(holder.split(' ')[0]);
      if (await isHeld(holder)) throw describeLocked(ownerPid);
      await removeStale(path, holder);
    }
    throw describeLocked(0);
  } finally {
    await rm(own, { force: true });
  }
}

/** Linking is atomic: of two processes only one succeeds, and the file is complete from its first moment. */
async function tryLink(own: string, path: string): Promise<boolean> {
  try {
    await link(own, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function isHeld(holder: string): Promise<boolean> {
  const [pid = '', startTime = ''] = holder.split(' ');
  if (!isAlive(Number(pid))) return false;
  // Process ids are reused; the start time tells the new process from the one that locked.
  const now = readStartTime(await readStat(Number(pid)));
  return now === '-' || startTime === '-' || now === startTime;
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Moves the stale lock aside first: if another process was faster, its fresh lock is put back. */
async function removeStale(path: string, holder: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch {
    return;
  }
  if ((await readFile(aside, 'utf8')) !== holder) await tryLink(aside, path);
  await rm(aside, { force: true });
}

async function releaseLock(path: string, ticket: string): Promise<void> {
  const holder = await readFile(path, 'utf8').catch(() => null);
  if (holder === ticket) await rm(path, { force: true });
}

async function readStat(pid: number): Promise<string | null> {
  return readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
}

/** The 22nd field counts from the end of the command, which may hold spaces; `-` where there is no /proc. */
function readStartTime(stat: string | null): string {
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '-';
}

function describeLocked(ownerPid: number): ElfError {
  return new ElfError('PT_ELF_QUEUE_LOCKED', {
    message: `The queue is open in process ${ownerPid}. Use that process, or end it first`,
    details: { ownerPid },
    retryable: true,
  });
}
