import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { PreflightError } from '../errors.js';
import { createLineSplitter, createOutputBuffer } from './output-buffer.js';

/** A command, its surroundings and its limits. */
export interface RunProcessOptions {
  /** Program and arguments; never a shell line. */
  argv: readonly [string, ...string[]];
  cwd: string;
  /** The whole environment of the child; nothing is inherited. Default empty. */
  env?: Readonly<Record<string, string>>;
  timeoutMs: number;
  /** Kept per stream; the rest is read and dropped. Default 8 MiB. */
  maxOutputBytes?: number;
  stdin?: string | Uint8Array;
  signal?: AbortSignal;
  /** Called for every line of standard output, also beyond the output cap. */
  onStdoutLine?: (line: string) => void;
}

/** How a command ended and what it said. */
export interface ProcessResult {
  /** Null when a signal ended it. */
  exit: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  timedOut: boolean;
  /** True when a stream was longer than the cap. */
  truncated: boolean;
  durationMs: number;
}

const DEFAULT_MAX_OUTPUT_BYTES = 8 * 1024 * 1024;
const KILL_GRACE_MS = 2000;
/** How long the pipes may stay open after the program ended, held by a child that left its process group. */
const PIPE_GRACE_MS = 500;
const GROUP_GRACE_MS = 1000;
const GROUP_POLL_MS = 5;

/**
 * Runs a program in a process group of its own and resolves once the whole group is gone.
 *
 * A non-zero exit is a result, not an error. On time-out or abort the group gets TERM, two seconds later KILL;
 * processes the program leaves behind are killed as well.
 *
 * @throws PreflightError PT_PREFLIGHT_TOOL_MISSING when the program is not found
 * @throws the reason of `signal` when it is aborted
 */
export async function runProcess(options: RunProcessOptions): Promise<ProcessResult> {
  options.signal?.throwIfAborted();
  const startedAt = performance.now();
  const child = await spawnGroup(options);
  const limit = options.maxOutputBytes ?? DEFAULT_MAX_OUTPUT_BYTES;
  const stdout = createOutputBuffer(limit);
  const stderr = createOutputBuffer(limit);
  const lines =
    options.onStdoutLine === undefined ? undefined : createLineSplitter(options.onStdoutLine, limit);
  child.stdout.on('data', (data: Buffer) => {
    stdout.push(data);
    lines?.push(data);
  });
  child.stderr.on('data', (data: Buffer) => stderr.push(data));
  child.stdin.on('error', () => undefined); // a program may end without reading its input
  child.stdin.end(options.stdin ?? '');
  const ended = await superviseGroup(child, options);
  lines?.end();
  options.signal?.throwIfAborted();
  return {
    ...ended,
    stdout: stdout.text(),
    stderr: stderr.text(),
    truncated: stdout.isTruncated() || stderr.isTruncated(),
    durationMs: performance.now() - startedAt,
  };
}

async function spawnGroup(options: RunProcessOptions): Promise<ChildProcessWithoutNullStreams> {
  const [program, ...args] = options.argv;
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: { ...options.env },
    detached: true,
    stdio: 'pipe',
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (cause) => reject(translateSpawnError(cause, program, options.cwd)));
  });
  child.on('error', () => undefined);
  return child;
}

interface Ended {
  exit: number | null;
  signal: NodeJS.Signals | null;
  timedOut: boolean;
}

async function superviseGroup(
  child: ChildProcessWithoutNullStreams,
  options: RunProcessOptions,
): Promise<Ended> {
  const pid = child.pid ?? 0;
  let timedOut = false;
  let killTimer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    killGroup(pid, 'SIGTERM');
    killTimer ??= setTimeout(() => killGroup(pid, 'SIGKILL'), KILL_GRACE_MS);
  };
  const timeout = setTimeout(() => {
    timedOut = true;
    stop();
  }, options.timeoutMs);
  const killNow = (): void => killGroup(pid, 'SIGKILL');
  options.signal?.addEventListener('abort', stop, { once: true });
  process.once('exit', killNow); // a detached group would outlive this process
  if (options.signal?.aborted === true) stop();
  try {
    const { exit, signal } = await waitForEnd(child, pid);
    await waitForGroup(pid);
    return { exit, signal, timedOut };
  } finally {
    clearTimeout(timeout);
    clearTimeout(killTimer);
    options.signal?.removeEventListener('abort', stop);
    process.removeListener('exit', killNow);
  }
}

function waitForEnd(child: ChildProcessWithoutNullStreams, pid: number): Promise<Omit<Ended, 'timedOut'>> {
  return new Promise((resolve) => {
    let drainTimer: NodeJS.Timeout | undefined;
    child.once('exit', () => {
      killGroup(pid, 'SIGKILL');
      drainTimer = setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
      }, PIPE_GRACE_MS);
    });
    child.once('close', (exit, signal) => {
      clearTimeout(drainTimer);
      resolve({ exit, signal });
    });
  });
}

/** Killed processes vanish a moment later, once their new parent has collected them. */
async function waitForGroup(pid: number): Promise<void> {
  for (const deadline = Date.now() + GROUP_GRACE_MS; Date.now() < deadline; ) {
    try {
      process.kill(-pid, 0);
    } catch {
      return;
    }
    await delay(GROUP_POLL_MS);
  }
}

function killGroup(pid: number, signal: NodeJS.Signals): void {
  if (pid <= 0) return; // 0 would be our own group
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone already.
  }
}

function translateSpawnError(cause: NodeJS.ErrnoException, program: string, cwd: string): Error {
  if (cause.code !== 'ENOENT' && cause.code !== 'EACCES') return cause;
  if (!existsSync(cwd)) return cause;
  return new PreflightError('PT_PREFLIGHT_TOOL_MISSING', {
    message: `Cannot run ${program}: it is not on the PATH. ${installHint(program)}`,
    details: { tool: program },
    cause,
  });
}

/** How to get a program that is missing. */
export function installHint(program: string): string {
  const component: Record<string, string> = {
    rustfmt: 'rustfmt',
    'cargo-clippy': 'clippy',
    'rust-analyzer': 'rust-analyzer',
  };
  const name = program.split('/').at(-1) ?? program;
  if (name === 'cargo' || name === 'rustc' || name === 'rustup')
    return 'Install Rust with rustup and run again';
  if (component[name] !== undefined) return `Run: rustup component add ${component[name]}`;
  if (name === 'git') return "Install git with your system's package manager and run again";
  return 'Install it or put it on the PATH and run again';
}
