import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { PreflightError } from '../errors.js';
import { killProcessTree, readProcessTree } from '../isolation/process-tree.js';
import type { ConfinedCommand } from '../ports.js';

/** A language server as a process: its pipes, its limits, its end. */
export interface ServerProcess {
  readonly pid: number;
  readonly stdin: NodeJS.WritableStream;
  readonly stdout: NodeJS.ReadableStream;
  /** Resolves once it ended, with the reason in words. */
  readonly ended: Promise<string>;
  isRunning(): boolean;
  /** The last memory reading of the whole tree, 0 before the first. */
  residentBytes(): number;
  /** Kills the whole tree; `reason` becomes how it ended. */
  stop(reason: string): Promise<void>;
}

export interface ServerLimits {
  /** Of the server and all it started, together. */
  maxResidentBytes: number;
  pollMs: number;
}

const STDERR_TAIL_BYTES = 4000;

/**
 * Starts a server in a process group of its own and kills it when its tree takes more memory than it may.
 *
 * @throws PreflightError PT_PREFLIGHT_ANALYZER_FAILED when the program does not start
 */
export async function startServer(command: ConfinedCommand, limits: ServerLimits): Promise<ServerProcess> {
  const [program, ...args] = command.argv;
  const child = spawn(program, args, {
    cwd: command.cwd,
    env: { ...command.env },
    detached: true,
    stdio: 'pipe',
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (cause) => reject(startFailure(cause)));
  });
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined); // the server may end while something is written
  return superviseServer(child, limits);
}

function superviseServer(child: ChildProcessWithoutNullStreams, limits: ServerLimits): ServerProcess {
  const pid = child.pid ?? 0;
  const state = { reason: '', resident: 0, isRunning: true, stderr: '' };
  child.stderr.on('data', (data: Buffer) => {
    state.stderr = (state.stderr + data.toString('utf8')).slice(-STDERR_TAIL_BYTES);
  });
  const stop = async (reason: string): Promise<void> => {
    if (!state.isRunning) return;
    state.reason ||= reason;
    await killProcessTree(pid);
  };
  const timer = setInterval(() => {
    void readProcessTree(pid).then(({ residentBytes }) => {
      state.resident = residentBytes;
      if (residentBytes > limits.maxResidentBytes) return stop(describeMemory(residentBytes, limits));
      return undefined;
    });
  }, limits.pollMs);
  timer.unref();
  const killNow = (): void => killGroup(pid);
  process.once('exit', killNow); // a detached group would outlive this process
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (exit, signal) => {
      state.isRunning = false;
      clearInterval(timer);
      process.removeListener('exit', killNow);
      killGroup(pid);
      const said = state.stderr.trim().split('\n').at(-1) ?? '';
      const how = signal === null ? `it ended with exit code ${exit ?? 0}` : `it was ended by ${signal}`;
      resolve(state.reason || `${how}${said === '' ? '' : ` after saying: ${said}`}`);
    });
  });
  return {
    pid,
    stdin: child.stdin,
    stdout: child.stdout,
    ended,
    isRunning: () => state.isRunning,
    residentBytes: () => state.resident,
    async stop(reason) {
      await stop(reason);
      await ended;
    },
  };
}

function describeMemory(bytes: number, limits: ServerLimits): string {
  const [took, may] = [bytes, limits.maxResidentBytes].map((size) => Math.round(size / 2 ** 20));
  return `it took ${took} MiB of memory and may take ${may} MiB`;
}

function killGroup(pid: number): void {
  if (pid <= 0) return; // 0 would be our own group
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group is gone already.
  }
}

function startFailure(cause: NodeJS.ErrnoException): PreflightError {
  const reason = `it cannot be started (${cause.code ?? cause.message})`;
  return new PreflightError('PT_PREFLIGHT_ANALYZER_FAILED', {
    message: `rust-analyzer failed: ${reason}. Run rust-analyzer --version to see why`,
    details: { reason },
    cause,
  });
}
