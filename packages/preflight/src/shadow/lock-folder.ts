import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PreflightError } from '../errors.js';

/**
 * Takes the lock file at `path`; disposing gives it back. A lock whose process is dead is taken over.
 *
 * @throws PreflightError PT_PREFLIGHT_SHADOW_BUSY (retryable) while another process holds it
 */
export async function lockFolder(path: string): Promise<AsyncDisposable> {
  await mkdir(dirname(path), { recursive: true });
  if (!(await tryCreate(path))) {
    const pid = Number.parseInt(await readFile(path, 'utf8').catch(() => ''), 10);
    if (pid !== process.pid && isAlive(pid)) throw busy(pid);
    await rm(path, { force: true });
    if (!(await tryCreate(path))) throw busy(pid);
  }
  return { [Symbol.asyncDispose]: () => rm(path, { force: true }) };
}

async function tryCreate(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx');
    await file.writeFile(String(process.pid));
    await file.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
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

function busy(pid: number): PreflightError {
  return new PreflightError('PT_PREFLIGHT_SHADOW_BUSY', {
    message: `Process ${pid} verifies in this repository's shadow workspace. Wait for it to end and try again`,
    details: { pid },
    retryable: true,
  });
}
