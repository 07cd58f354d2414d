import { runProcess } from '../process/run-process.js';

const FILES_PER_COMMAND = 800;
const COPY_TIMEOUT_MS = 600_000;

/** True when `cp` keeps times to the nanosecond and recreates parent folders, as the one of GNU does. */
export async function canCloneFiles(env: Readonly<Record<string, string>>): Promise<boolean> {
  try {
    const result = await runProcess({ argv: ['cp', '--version'], cwd: '/', env, timeoutMs: 10_000 });
    return result.exit === 0 && /coreutils/.test(result.stdout);
  } catch {
    return false;
  }
}

/** Files to clone, relative to `from`, both folders absolute. */
export interface CloneJob {
  from: string;
  to: string;
  paths: readonly string[];
  env: Readonly<Record<string, string>>;
  signal?: AbortSignal;
}

/**
 * Copies files with modes and nanosecond times, sharing blocks where the file system can; returns false when `cp` failed.
 *
 * Node's own copy rounds times, which makes cargo rebuild what is fresh or trust what is stale.
 */
export async function cloneFiles(job: CloneJob): Promise<boolean> {
  for (let at = 0; at < job.paths.length; at += FILES_PER_COMMAND) {
    const names = job.paths.slice(at, at + FILES_PER_COMMAND);
    const result = await runProcess({
      argv: ['cp', '-p', '-d', '--reflink=auto', '--parents', '-t', job.to, '--', ...names],
      cwd: job.from,
      env: job.env,
      timeoutMs: COPY_TIMEOUT_MS,
      ...(job.signal === undefined ? {} : { signal: job.signal }),
    });
    if (result.exit !== 0) return false;
  }
  return true;
}
