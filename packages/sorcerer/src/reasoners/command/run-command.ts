import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';

export interface CommandRequest {
  /** Program and arguments; no shell reads them. */
  argv: readonly [string, ...string[]];
  stdin: string;
  cwd: string;
  /** The whole environment of the child. */
  env: Readonly<Record<string, string>>;
  timeoutMs: number;
  maxOutputBytes: number;
  signal?: AbortSignal;
  onText?: (text: string) => void;
}

/** How a command ended; a program that cannot be started rejects with the system's error. */
export interface CommandResult {
  end: 'exited' | 'timed_out' | 'output_capped' | 'aborted';
  exit: number | null;
  stdout: string;
  /** The last 2,000 characters. */
  stderr: string;
}

const STDERR_LIMIT = 2_000;
const KILL_AFTER_MS = 500;

/** Runs a program in a process group of its own; whatever ends it early ends the whole group. */
export function runCommand(request: CommandRequest): Promise<CommandResult> {
  const [program, ...args] = request.argv;
  const child = spawn(program, args, {
    cwd: request.cwd,
    env: request.env,
    detached: true,
    stdio: 'pipe',
    shell: false,
  });
  return new Promise((resolve, reject) => {
    const stop = createStopper(child);
    const output = collectOutput(child, request, () => stop.now('output_capped'));
    const timer = setTimeout(() => stop.now('timed_out'), request.timeoutMs);
    const abort = (): void => stop.now('aborted');
    request.signal?.addEventListener('abort', abort, { once: true });
    if (request.signal?.aborted === true) abort();
    const settle = (): void => {
      clearTimeout(timer);
      stop.settle();
      request.signal?.removeEventListener('abort', abort);
    };
    child.once('error', (cause) => {
      settle();
      reject(cause);
    });
    child.once('close', (exit) => {
      settle();
      resolve({ end: stop.reason() ?? 'exited', exit, ...output() });
    });
    child.stdin.on('error', () => undefined); // a program may end without reading its input
    child.stdin.end(request.stdin);
  });
}

function collectOutput(
  child: ChildProcessWithoutNullStreams,
  { maxOutputBytes, onText }: CommandRequest,
  onCap: () => void,
): () => { stdout: string; stderr: string } {
  const parts: string[] = [];
  let bytes = 0;
  let stderr = '';
  child.stdout.setEncoding('utf8');
  child.stderr.setEncoding('utf8');
  child.stdout.on('data', (text: string) => {
    bytes += Buffer.byteLength(text);
    if (bytes > maxOutputBytes) {
      onCap();
      return;
    }
    parts.push(text);
    onText?.(text);
  });
  child.stderr.on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_LIMIT);
  });
  return () => ({ stdout: parts.join(''), stderr });
}

/** Asks the group to end, then makes it. The first reason counts. */
function createStopper(child: ChildProcessWithoutNullStreams): {
  now(reason: CommandResult['end']): void;
  reason(): CommandResult['end'] | undefined;
  settle(): void;
} {
  let reason: CommandResult['end'] | undefined;
  let timer: NodeJS.Timeout | undefined;
  return {
    now(why) {
      if (reason !== undefined) return;
      reason = why;
      signalGroup(child, 'SIGTERM');
      timer = setTimeout(() => signalGroup(child, 'SIGKILL'), KILL_AFTER_MS);
    },
    reason: () => reason,
    settle() {
      clearTimeout(timer);
      if (reason !== undefined) signalGroup(child, 'SIGKILL'); // what outlived its leader
    },
  };
}

function signalGroup(child: ChildProcessWithoutNullStreams, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    child.kill(signal);
  }
}
