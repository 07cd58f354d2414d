import { linkSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SorcererError } from '../errors.js';

/**
 * Takes the run for this process and returns how to give it back. A lock whose process is gone is taken over.
 *
 * @throws SorcererError PT_SORCERER_RUN_BUSY while a living process holds the run
 */
export async function acquireRunLock(folder: string, runId: string): Promise<() => void> {
  const path = join(folder, 'lock');
  for (let round = 0; round < 2; round += 1) {
    if (createLock(path)) return () => rmSync(path, { force: true });
    const pid = Number.parseInt(await readFile(path, 'utf8').catch(() => ''), 10);
    if (isAlive(pid)) throw busy(runId, pid);
    rmSync(path, { force: true });
  }
  throw busy(runId, 0);
}

/** The lock appears with its owner in it: an empty one would look like that of a dead process. */
function createLock(path: string): boolean {
  const own = `${path}.${process.pid}`;
  writeFileSync(own, String(process.pid));
  try {
    linkSync(own, path);
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw cause;
  } finally {
    rmSync(own, { force: true });
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function busy(runId: string, pid: number): SorcererError {
  return new SorcererError('PT_SORCERER_RUN_BUSY', {
    message: `Run ${runId} is being worked on by process ${pid}. Wait for it or stop it, then resume`,
    details: { runId, pid },
    retryable: true,
  });
}
