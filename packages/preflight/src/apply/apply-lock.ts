import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { PreflightError } from '../errors.js';
import { clearTrash, type JournalHome } from './journal-home.js';

const OwnerSchema = z.strictObject({
  pid: z.int(),
  host: z.string(),
  /** When the process started, as the system counts it; tells a reused pid apart. Null where it is unknown. */
  born: z.string().nullable(),
});
type Owner = z.infer<typeof OwnerSchema>;

/**
 * Does work that changes the tree; at most one live process does so at a time.
 *
 * The lock of a process that died is taken over.
 *
 * @throws PreflightError PT_PREFLIGHT_APPLY_BUSY
 */
export async function holdTree<Result>(home: JournalHome, work: () => Promise<Result>): Promise<Result> {
  await openLock(home);
  try {
    return await work();
  } finally {
    await releaseLock(home);
  }
}

async function openLock(home: JournalHome): Promise<void> {
  const prepared = join(home.dir, `lock.${randomUUID()}`);
  await mkdir(prepared, { mode: 0o700 });
  await writeFile(join(prepared, 'owner.json'), JSON.stringify(await describeSelf()));
  try {
    await takeLock(home, prepared);
  } catch (error) {
    await rm(prepared, { recursive: true, force: true });
    throw error;
  }
  await clearTrash(home).catch(async (error: unknown) => {
    await releaseLock(home);
    throw error;
  });
}

async function takeLock(home: JournalHome, prepared: string): Promise<void> {
  for (let attempt = 0; attempt < 5; attempt++) {
    if (await tryRename(prepared, home.lockDir)) return;
    const owner = await readOwner(home.lockDir);
    if (owner === 'gone') continue;
    if (owner !== null && (await isAlive(owner))) throw busyError(owner.pid);
    await breakLock(home, owner);
  }
  throw busyError(0);
}

/** Moves a dead lock aside; puts it back when another process was quicker and the lock is alive again. */
async function breakLock(home: JournalHome, dead: Owner | null): Promise<void> {
  const aside = join(home.dir, `lock.${randomUUID()}`);
  if (!(await tryRename(home.lockDir, aside))) return;
  const moved = await readOwner(aside);
  const isDeadOne =
    moved === null || (moved !== 'gone' && moved.pid === dead?.pid && moved.born === dead.born);
  if (!isDeadOne && (await tryRename(aside, home.lockDir))) throw busyError(moved === 'gone' ? 0 : moved.pid);
  await rm(aside, { recursive: true, force: true });
}

async function releaseLock(home: JournalHome): Promise<void> {
  const aside = join(home.dir, `lock.${randomUUID()}`);
  if (await tryRename(home.lockDir, aside)) await rm(aside, { recursive: true, force: true });
}

/** Renames a folder unless something already stands at the new name or nothing at the old one. */
async function tryRename(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'EPERM' || code === 'ENOENT') return false;
    throw error;
  }
}

async function readOwner(lockDir: string): Promise<Owner | null | 'gone'> {
  try {
    return OwnerSchema.parse(JSON.parse(await readFile(join(lockDir, 'owner.json'), 'utf8')));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'gone' : null;
  }
}

async function describeSelf(): Promise<Owner> {
  return { pid: process.pid, host: hostname(), born: (await readProcessFields(process.pid))[19] ?? null };
}

async function isAlive(owner: Owner): Promise<boolean> {
  if (owner.host !== hostname()) return true; // its processes cannot be seen from here
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const fields = await readProcessFields(owner.pid);
  if (fields[0] === 'Z') return false; // ended, only its parent has not looked yet
  const born = fields[19] ?? null;
  return born === null || owner.born === null || born === owner.born;
}

/** The fields of `/proc/<pid>/stat` from the state on; field 19 is the start time in ticks since boot. */
async function readProcessFields(pid: number): Promise<string[]> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return text === '' ? [] : text.slice(text.lastIndexOf(')') + 2).split(' ');
}

function busyError(pid: number): PreflightError<'PT_PREFLIGHT_APPLY_BUSY'> {
  return new PreflightError('PT_PREFLIGHT_APPLY_BUSY', {
    message: `Another process${pid === 0 ? '' : ` (pid ${pid})`} is changing this tree. Wait for it to end and try again`,
    details: { pid },
    retryable: true,
  });
}
