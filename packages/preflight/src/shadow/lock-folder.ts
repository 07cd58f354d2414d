import { readFileSync, statSync } from 'node:fs';
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PreflightError } from '../errors.js';

const CLOCK_TOLERANCE_MS = 5000;

/**
 * Does `work` while holding the lock file at `path`. A lock whose process is dead is taken over.
 *
 * @throws PreflightError PT_PREFLIGHT_SHADOW_BUSY (retryable) while another process holds it
 */
export async function withFolderLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  await takeLock(path);
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

/** True while a living process holds the lock file at `path`. */
export function isFolderLocked(path: string): boolean {
  try {
    const text = readFileSync(path, 'utf8');
    return text === '' ? isBeingTaken(path) : isHolderAlive(text);
  } catch {
    return false;
  }
}

async function takeLock(path: string): Promise<void> {
  if (await tryCreate(path)) return;
  const pid = Number.parseInt(await readFile(path, 'utf8').catch(() => ''), 10) || 0;
  if (isFolderLocked(path)) throw busy(pid);
  await rm(path, { force: true });
  if (!(await tryCreate(path))) throw busy(pid);
}

async function tryCreate(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx');
    await file.writeFile(`${process.pid} ${startOfProcessMs()}`);
    await file.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** A lock file is empty for the moment between its creation and its first line. */
function isBeingTaken(path: string): boolean {
  return Date.now() - statSync(path).mtimeMs < CLOCK_TOLERANCE_MS;
}

function isHolderAlive(text: string): boolean {
  const [pid = 0, startedAtMs = 0] = text.split(' ').map(Number);
  return isAlive(pid) && !isReusedPid(pid, startedAtMs);
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

/** In a container every run may have the same pid; only our own start can be compared. */
function isReusedPid(pid: number, startedAtMs: number): boolean {
  return pid === process.pid && Math.abs(startedAtMs - startOfProcessMs()) > CLOCK_TOLERANCE_MS;
}

function startOfProcessMs(): number {
  return Math.round(Date.now() - process.uptime() * 1000);
}

function busy(pid: number): PreflightError {
  return new PreflightError('PT_PREFLIGHT_SHADOW_BUSY', {
    message: `${pid === 0 ? 'Another process' : `Process ${pid}`} verifies in this repository's shadow workspace. Wait for it to end and try again`,
    details: { pid },
    retryable: true,
  });
}
