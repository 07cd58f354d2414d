import { type ChildProcess, fork } from 'node:child_process';
import { ElfError } from '../../errors.js';
import { type WorkerReply, WorkerReplySchema, type WorkerRequest } from '../../worker/worker-protocol.js';
import { locateWorker } from './locate-worker.js';
import { stripDirectories } from './strip-directories.js';

/** How a worker ended. */
export interface WorkerDeath {
  exitCode: number | null;
  signal: string | null;
  /** The last lines the engine wrote, without directories. */
  engineLog: string;
}

/** A worker process as its owner sees it: messages with ids out, replies in, and one death. */
export interface WorkerProcess {
  readonly pid: number;
  /** Resolves when the process has ended, however it ended. */
  readonly died: Promise<WorkerDeath>;
  readonly isAlive: boolean;
  /** Sends a request and waits for its reply; rejects with PT_ELF_WORKER_DIED when the worker ends first. */
  request(message: WorkerRequest, onDelta?: (text: string) => void): Promise<WorkerReply>;
  /** Sends a message that has no reply of its own. */
  notify(message: WorkerRequest): void;
  /** Ends the process at once; it holds nothing that must be saved. */
  kill(): Promise<WorkerDeath>;
}

/** Settings of {@link startWorker}. */
export interface WorkerOptions {
  heartbeatMs: number;
  /** Silence after which a worker that should answer is killed. */
  silenceLimitMs: number;
}

interface Pending {
  resolve: (reply: WorkerReply) => void;
  reject: (error: ElfError) => void;
  onDelta: ((text: string) => void) | undefined;
}

const LOG_CHARS = 2_000;
const LOG_GRACE_MS = 200;
/** The reply to a load has no id. */
const LOAD_ID = 0;

/** Starts a worker process; it holds no model until it is asked to load one. */
export function startWorker(options: WorkerOptions): WorkerProcess {
  // Nothing of this process's environment is handed on: the engine needs none of it and logs what it likes.
  const child = fork(locateWorker(import.meta.url), [], {
    execArgv: ['--expose-gc'],
    env: { NODE_LLAMA_CPP_SKIP_DOWNLOAD: 'true' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  return new ForkedWorker(child, options);
}

class ForkedWorker implements WorkerProcess {
  readonly died: Promise<WorkerDeath>;
  readonly #child: ChildProcess;
  readonly #options: WorkerOptions;
  readonly #pending = new Map<number, Pending>();
  #log = '';
  #phase: 'load' | 'generate' = 'load';
  #unansweredPings = 0;
  #isAlive = true;
  #protocolProblem: string | null = null;

  constructor(child: ChildProcess, options: WorkerOptions) {
    this.#child = child;
    this.#options = options;
    child.stderr?.setEncoding('utf8');
    child.stderr?.on('data', (text: string) => {
      this.#log = (this.#log + text).slice(-LOG_CHARS);
    });
    child.on('message', (message) => this.#receive(message));
    // A message to a worker that has just died fails here; its death is reported by the exit.
    child.on('error', () => undefined);
    this.died = this.#watchDeath();
    this.#watchSilence();
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  request(message: WorkerRequest, onDelta?: (text: string) => void): Promise<WorkerReply> {
    const id = message.type === 'load' ? LOAD_ID : message.id;
    return new Promise((resolve, reject) => {
      if (!this.#isAlive) {
        reject(describeDeath(this.#phase, { exitCode: null, signal: null, engineLog: this.#readLog() }));
        return;
      }
      this.#pending.set(id, { resolve, reject, onDelta });
      this.notify(message);
    });
  }

  notify(message: WorkerRequest): void {
    if (this.#isAlive && this.#child.connected) this.#child.send(message, () => undefined);
  }

  kill(): Promise<WorkerDeath> {
    this.#child.kill('SIGKILL');
    return this.died;
  }

  #receive(message: unknown): void {
    this.#unansweredPings = 0;
    const parsed = WorkerReplySchema.safeParse(message);
    if (!parsed.success || parsed.data.type === 'protocol-error') {
      // A worker that speaks nonsense is not trusted with the next request.
      this.#protocolProblem = parsed.success
        ? 'the worker refused a message'
        : 'the worker sent a malformed message';
      void this.kill();
      return;
    }
    const reply = parsed.data;
    if (reply.type === 'loaded') this.#phase = 'generate';
    if (reply.type === 'deltas') {
      for (const { id, text } of reply.pieces) this.#pending.get(id)?.onDelta?.(text);
      return;
    }
    const id = reply.type === 'loaded' || reply.type === 'load-failed' ? LOAD_ID : reply.id;
    this.#pending.get(id)?.resolve(reply);
    this.#pending.delete(id);
  }

  async #watchDeath(): Promise<WorkerDeath> {
    const { exitCode, signal } = await waitForEnd(this.#child);
    this.#isAlive = false;
    const death = { exitCode, signal, engineLog: this.#readLog() };
    const error =
      this.#protocolProblem === null
        ? describeDeath(this.#phase, death)
        : describeProtocol(this.#protocolProblem);
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
    return death;
  }

  /** Counts pings rather than time, so that a machine that was asleep does not lose its workers on waking. */
  #watchSilence(): void {
    const { heartbeatMs, silenceLimitMs } = this.#options;
    let pingId = Number.MAX_SAFE_INTEGER;
    const timer = setInterval(() => {
      if (this.#phase === 'load') return;
      if (this.#unansweredPings * heartbeatMs >= silenceLimitMs) void this.kill();
      this.#unansweredPings += 1;
      this.notify({ type: 'ping', id: pingId-- });
    }, heartbeatMs);
    timer.unref();
    void this.died.then(() => clearInterval(timer));
  }

  #readLog(): string {
    return stripDirectories(this.#log).trim();
  }
}

/** Waits for the exit and shortly for the rest of the log, which a process of the engine may still hold open. */
function waitForEnd(child: ChildProcess): Promise<{ exitCode: number | null; signal: string | null }> {
  return new Promise((resolve) => {
    child.once('close', (exitCode, signal) => resolve({ exitCode, signal }));
    child.once('exit', (exitCode, signal) => setTimeout(() => resolve({ exitCode, signal }), LOG_GRACE_MS));
    child.once('error', () => {
      if (child.pid === undefined) resolve({ exitCode: null, signal: null });
    });
  });
}

function describeDeath(phase: 'load' | 'generate', death: WorkerDeath): ElfError {
  const how = death.signal === null ? `exit code ${String(death.exitCode)}` : `signal ${death.signal}`;
  const next = phase === 'load' ? 'Check the model file and the free memory' : 'Send the request again';
  return new ElfError('PT_ELF_WORKER_DIED', {
    message: `The model worker ended with ${how} during ${phase}. ${next}`,
    details: { phase, ...death },
    retryable: phase === 'generate',
  });
}

function describeProtocol(problem: string): ElfError {
  return new ElfError('PT_ELF_WORKER_PROTOCOL', {
    message: `The worker was ended because ${problem}. Check that one version of this package is installed, then send the request again`,
    details: { problem },
    retryable: true,
  });
}
