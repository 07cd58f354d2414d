import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { StoreError } from '../errors.js';
import { mapDiskError } from './disk-error.js';

/** Who owns the directory. `started` tells a reused process id from the process that took the lock. */
interface LockOwner {
  pid: number;
  started: string | null;
  since: string;
  token: string;
}

export interface HeldLock {
  path: string;
  token: string;
}

const ATTEMPTS = 5;

/**
 * Takes the directory for this process; a lock whose process is gone is broken.
 *
 * @throws StoreError PT_STORE_LOCKED naming the owner
 */
export function takeLock(path: string): HeldLock {
  const token = randomUUID();
  const owner: LockOwner = {
    pid: process.pid,
    started: readStartTime(process.pid),
    since: new Date().toISOString(),
    token,
  };
  const claim = `${path}.${token}`;
  try {
    writeFileSync(claim, JSON.stringify(owner), { mode: 0o600 });
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      if (tryLink(claim, path)) return { path, token };
      const holder = readOwner(path);
      if (holder !== undefined && isAlive(holder)) throw reportLocked(holder);
      breakLock(path, holder, token);
    }
    throw reportLocked(readOwner(path) ?? owner);
  } catch (cause) {
    throw StoreError.isInstance(cause) ? cause : mapDiskError(cause, 'lock the directory');
  } finally {
    rmSync(claim, { force: true });
  }
}

/** Gives the directory back; a lock that someone else has taken since stays. */
export function releaseLock(lock: HeldLock): void {
  if (readOwner(lock.path)?.token === lock.token) rmSync(lock.path, { force: true });
}

function tryLink(claim: string, path: string): boolean {
  try {
    linkSync(claim, path);
    return true;
  } catch (cause) {
    if ((cause as { code?: string }).code === 'EEXIST') return false;
    throw cause;
  }
}

/** Moves a dead lock away; if another process replaced it meanwhile, the live one is put back. */
function breakLock(path: string, holder: LockOwner | undefined, token: string): void {
  const aside = `${path}.stale.${token}`;
  try {
    renameSync(path, aside);
  } catch (cause) {
    if ((cause as { code?: string }).code === 'ENOENT') return;
    throw cause;
  }
  if (readOwner(aside)?.token !== holder?.token) tryLink(aside, path);
  rmSync(aside, { force: true });
}

function readOwner(path: string): LockOwner | undefined {
  try {
    const owner = JSON.parse(readFileSync(path, 'utf8')) as LockOwner;
    return Number.isInteger(owner.pid) ? owner : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(owner: LockOwner): boolean {
  try {
    process.kill(owner.pid, 0);
  } catch (cause) {
    if ((cause as { code?: string }).code === 'ESRCH') return false;
  }
  const started = readStartTime(owner.pid);
  return started === null || owner.started === null || started === owner.started;
}

/** Start time of a process in clock ticks since boot, where the system tells; a zombie counts as gone. */
function readStartTime(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? 'zombie' : (fields[19] ?? null);
  } catch {
    return null;
  }
}

function reportLocked(owner: LockOwner): StoreError<'PT_STORE_LOCKED'> {
  return new StoreError('PT_STORE_LOCKED', {
    message: `The graph is in use by process ${owner.pid} since ${owner.since}. Close it there, or open with readOnly`,
    details: { pid: owner.pid, since: owner.since },
    retryable: true,
  });
}
