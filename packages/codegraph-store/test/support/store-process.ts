import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface Reply {
  ok: boolean;
  value?: unknown;
  code?: string;
  message?: string;
}

const SCRIPT = fileURLToPath(new URL('./store-process.mjs', import.meta.url));

/** Another process that opens the graph; `replies` yields its answers in order. */
export class StoreProcess {
  readonly child: ChildProcess;
  readonly #replies: Reply[] = [];
  #wake: (() => void) | undefined;
  #hasEnded = false;

  constructor(child: ChildProcess) {
    this.child = child;
    child.on('message', (reply: Reply) => {
      this.#replies.push(reply);
      this.#wake?.();
    });
    child.on('exit', () => {
      this.#hasEnded = true;
      this.#wake?.();
    });
  }

  /** The next answer; undefined when the process ended without one. */
  async next(): Promise<Reply | undefined> {
    while (this.#replies.length === 0 && !this.#hasEnded) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#replies.shift();
  }

  async call(method: string, ...args: unknown[]): Promise<Reply | undefined> {
    if (this.child.connected) this.child.send({ method, args }, () => undefined);
    return this.next();
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }
}

export function forkStore(dir: string, userId?: number): StoreProcess {
  const args = userId === undefined ? [dir] : [dir, String(userId)];
  return new StoreProcess(fork(SCRIPT, args, { execArgv: [], serialization: 'advanced' }));
}

/** A process whose files cannot grow beyond a number of 512-byte blocks: what a full disk looks like. */
export function forkStoreWithLimit(dir: string, blocks: number): StoreProcess {
  const command = `trap '' XFSZ; ulimit -f ${blocks}; exec "$0" "$@"`;
  const args = ['-c', command, process.execPath, SCRIPT, dir];
  return new StoreProcess(
    spawn('bash', args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], serialization: 'advanced' }),
  );
}
