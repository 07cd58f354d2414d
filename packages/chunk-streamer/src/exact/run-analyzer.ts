import { type ChildProcess, spawn } from 'node:child_process';
import { readGroupMemory } from './process-memory.js';

/** A run of the analyzer and its limits. */
export interface AnalyzerRun {
  /** Program and arguments; never a shell line. */
  argv: readonly [string, ...string[]];
  cwd: string;
  /** The whole environment of the child; nothing is inherited. */
  env: Readonly<Record<string, string>>;
  timeoutMs: number;
  /** Resident memory of the whole process group. */
  memoryBytes: number;
  signal: AbortSignal | undefined;
}

/** How the run ended; every ending is a value. */
export interface AnalyzerEnd {
  ending: 'exited' | 'not_found' | 'timed_out' | 'out_of_memory';
  /** Null when a signal ended it. */
  exit: number | null;
  /** Beginning of standard output. */
  stdout: string;
  /** End of standard error. */
  log: string;
}

const KEPT_LOG_CHARS = 4000;
const KEPT_OUTPUT_CHARS = 4000;
const MEMORY_POLL_MS = 250;

/**
 * Runs the analyzer in a process group of its own and resolves when the program has ended; what it left behind of the
 * group is killed.
 *
 * @throws the reason of the signal when it is aborted; the group is killed first
 */
export async function runAnalyzer(run: AnalyzerRun): Promise<AnalyzerEnd> {
  run.signal?.throwIfAborted();
  const [program, ...args] = run.argv;
  const child = spawn(program, args, {
    cwd: run.cwd,
    env: { ...run.env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const end: AnalyzerEnd = { ending: 'exited', exit: null, stdout: '', log: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    end.stdout = (end.stdout + text).slice(0, KEPT_OUTPUT_CHARS);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    end.log = (end.log + text).slice(-KEPT_LOG_CHARS);
  });
  await supervise(child, run, end);
  run.signal?.throwIfAborted();
  return end;
}

async function supervise(child: ChildProcess, run: AnalyzerRun, end: AnalyzerEnd): Promise<void> {
  const kill = (): void => killGroup(child);
  const stop = (ending: AnalyzerEnd['ending']): void => {
    end.ending = ending;
    kill();
  };
  const timeout = setTimeout(() => stop('timed_out'), run.timeoutMs);
  const watch = watchMemory(child, run.memoryBytes, () => stop('out_of_memory'));
  run.signal?.addEventListener('abort', kill, { once: true });
  process.once('exit', kill); // a detached group would outlive this process
  try {
    await new Promise<void>((resolve) => {
      child.once('error', () => {
        end.ending = 'not_found';
        resolve();
      });
      // pipes may stay open in a process the program left behind
      child.once('exit', (exit) => {
        end.exit = exit;
        kill();
      });
      child.once('close', () => resolve());
    });
  } finally {
    clearTimeout(timeout);
    watch.stop();
    run.signal?.removeEventListener('abort', kill);
    process.removeListener('exit', kill);
  }
}

function watchMemory(child: ChildProcess, limitBytes: number, onExceeded: () => void): { stop: () => void } {
  let isReading = false;
  const timer = setInterval(() => {
    if (isReading || child.pid === undefined) return;
    isReading = true;
    void readGroupMemory(child.pid).then((bytes) => {
      isReading = false;
      if (bytes !== null && bytes > limitBytes) onExceeded();
    });
  }, MEMORY_POLL_MS);
  return { stop: () => clearInterval(timer) };
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // nothing of the group is left
  }
}
