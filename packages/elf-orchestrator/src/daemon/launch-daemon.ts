import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ElfError } from '../errors.js';
import { probeSocket } from '../rpc/listen-on-socket.js';
import { connectDaemon } from './connect-daemon.js';
import type { DaemonPaths } from './daemon-paths.js';

/** What a program can say about a daemon without starting one. */
export interface DaemonStatus {
  /** `stale`: a socket file is left and nobody answers at it. */
  state: 'running' | 'stale' | 'absent';
  pid: number | null;
  uptimeMs: number | null;
  limitBytes: number | null;
  modelsLoaded: readonly string[];
  problem: string | null;
}

const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 30_000;
const POLL_MS = 25;

/**
 * Starts a daemon in the background unless one answers already.
 *
 * @throws ElfError PT_ELF_DAEMON_UNREACHABLE when it does not answer in time; its log says why
 */
export async function launchDaemon(
  paths: DaemonPaths,
  options: { arguments?: readonly string[]; timeoutMs?: number } = {},
): Promise<{ pid: number; isNew: boolean }> {
  const running = await readDaemonStatus(paths.socketPath);
  if (running.pid !== null) return { pid: running.pid, isNew: false };
  await mkdir(paths.stateDir, { recursive: true, mode: 0o700 });
  const { logPath, socketPath, stateDir } = paths;
  const places = ['--socket', socketPath, '--state-dir', stateDir, '--log', logPath];
  const child = spawn(
    process.execPath,
    [fileURLToPath(locateDaemon(import.meta.url)), 'serve', ...places, ...(options.arguments ?? [])],
    { detached: true, stdio: 'ignore' },
  );
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  child.unref();
  const deadline = performance.now() + (options.timeoutMs ?? START_TIMEOUT_MS);
  let exitCode: number | null | undefined;
  void ended.then((code) => {
    exitCode = code;
  });
  while (performance.now() < deadline) {
    const { pid } = await readDaemonStatus(socketPath);
    if (pid !== null) return { pid, isNew: pid === child.pid };
    if (exitCode !== undefined) throw describeFailedStart(`it ended with exit code ${String(exitCode)}`);
    await delay(POLL_MS);
  }
  throw describeFailedStart('it did not answer in time');
}

/** Asks a daemon to stop and waits until it is gone; false when none answers. */
export async function stopDaemon(socketPath: string, timeoutMs = STOP_TIMEOUT_MS): Promise<boolean> {
  const { pid } = await readDaemonStatus(socketPath);
  if (pid === null) return false;
  const client = await connectDaemon({ socketPath });
  await client.call('system.shutdown', {});
  await client.closed;
  const deadline = performance.now() + timeoutMs;
  while (isAlive(pid) && performance.now() < deadline) await delay(POLL_MS);
  return true;
}

/** Says whether a daemon runs at a socket; never throws. */
export async function readDaemonStatus(socketPath: string): Promise<DaemonStatus> {
  const none = { pid: null, uptimeMs: null, limitBytes: null, modelsLoaded: [], problem: null };
  const state = await probeSocket(socketPath);
  if (state !== 'running') return { state, ...none };
  try {
    await using client = await connectDaemon({ socketPath });
    const { limitBytes, pid, uptimeMs } = await client.call('system.info', {});
    const { models } = await client.call('system.health', {});
    return { state, pid, uptimeMs, limitBytes, modelsLoaded: models.map(({ id }) => id), problem: null };
  } catch (error) {
    return { state, ...none, problem: error instanceof Error ? error.message : String(error) };
  }
}

/** The built program's address, whether this module runs built or from source. */
function locateDaemon(moduleUrl: string): URL {
  return new URL(moduleUrl.endsWith('.ts') ? '../../dist/bin.js' : './bin.js', moduleUrl);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function describeFailedStart(problem: string): ElfError {
  return new ElfError('PT_ELF_DAEMON_UNREACHABLE', {
    message: `The daemon did not start: ${problem}. Read its log with: local-orchestrator-daemon logs`,
    details: { problem },
  });
}
