import { Worker } from 'node:worker_threads';
import { StreamError } from '../errors.js';
import { locateWorker } from './locate-asset.js';
import type { ParseOutcome, ParseRequest, WorkerMessage, WorkerSettings } from './worker-protocol.js';

/** Worker threads that read and parse files. */
export interface ParsePool extends AsyncDisposable {
  /** How many threads run. */
  readonly size: number;
  /**
   * Parses one file. A file that makes a worker crash or hang twice is skipped as `unreadable`; the others go on in a
   * new worker.
   *
   * @throws StreamError PT_STREAM_WORKERS_LOST when no worker can be started, PT_STREAM_CLOSED after disposal
   */
  parse(request: ParseRequest): Promise<ParseOutcome>;
}

/** How many threads, and what they are told at start. */
export interface ParsePoolOptions extends WorkerSettings {
  workers: number;
}

/** Starts a pool; the threads load their grammar while the first files wait. */
export function openParsePool(options: ParsePoolOptions): ParsePool {
  return new WorkerPool(options);
}

// A second file waits in each worker, so that it never idles while the main thread is busy.
const FILES_PER_WORKER = 2;
const MAX_CRASHES_PER_FILE = 2;
// The largest file the default limit admits parses in seconds; a worker that is silent this long hangs.
const SILENCE_MS = 60_000;

interface Job {
  request: ParseRequest;
  crashes: number;
  resolve(outcome: ParseOutcome): void;
  reject(reason: unknown): void;
}

interface Lane {
  worker: Worker;
  isReady: boolean;
  jobs: Map<number, Job>;
  /** Runs while files are with the worker; starts again with every answer. */
  silence: NodeJS.Timeout | undefined;
}

class WorkerPool implements ParsePool {
  readonly size: number;
  readonly #settings: WorkerSettings;
  readonly #lanes = new Set<Lane>();
  readonly #queue: Job[] = [];
  #nextId = 0;
  #closed: StreamError | null = null;

  constructor({ workers, ...settings }: ParsePoolOptions) {
    this.size = workers;
    this.#settings = settings;
    for (let i = 0; i < workers; i += 1) this.#startLane();
  }

  parse(request: ParseRequest): Promise<ParseOutcome> {
    if (this.#closed !== null) return Promise.reject(this.#closed);
    return new Promise((resolve, reject) => {
      this.#queue.push({ request, crashes: 0, resolve, reject });
      this.#feed();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const lanes = [...this.#lanes];
    this.#fail(
      new StreamError('PT_STREAM_CLOSED', {
        message: 'The parse pool is closed. Open another',
        details: { what: 'parse pool' },
      }),
    );
    await Promise.all(lanes.map(({ worker }) => worker.terminate()));
  }

  #startLane(): void {
    const lane: Lane = {
      // Flags of the caller's process, such as import conditions, do not fit built code.
      worker: new Worker(locateWorker(), { workerData: this.#settings, execArgv: [] }),
      isReady: false,
      jobs: new Map(),
      silence: undefined,
    };
    this.#lanes.add(lane);
    lane.worker.on('message', (message: WorkerMessage) => {
      this.#receive(lane, message);
    });
    lane.worker.on('error', (error) => {
      this.#crash(lane, error);
    });
    lane.worker.on('exit', (code) => {
      this.#crash(lane, new Error(`worker ended with ${code}`));
    });
  }

  #receive(lane: Lane, message: WorkerMessage): void {
    if (message.type === 'failed') {
      this.#crash(lane, new Error(message.message));
      return;
    }
    if (message.type === 'done') {
      lane.jobs.get(message.id)?.resolve(message.outcome);
      lane.jobs.delete(message.id);
      clearTimeout(lane.silence);
      lane.silence = undefined;
    }
    lane.isReady = true;
    this.#feed();
  }

  #crash(lane: Lane, error: unknown): void {
    if (!this.#lanes.delete(lane) || this.#closed !== null) return;
    clearTimeout(lane.silence);
    void lane.worker.terminate();
    const reason = error instanceof Error ? error.message : String(error);
    if (!lane.isReady) {
      const message = `A parse worker did not start: ${reason}. Rebuild or reinstall the package`;
      this.#fail(new StreamError('PT_STREAM_WORKERS_LOST', { message, details: { reason }, cause: error }));
      return;
    }
    for (const job of lane.jobs.values()) this.#retry(job, reason);
    this.#startLane();
  }

  #retry(job: Job, reason: string): void {
    job.crashes += 1;
    if (job.crashes < MAX_CRASHES_PER_FILE) {
      this.#queue.unshift(job);
      return;
    }
    const detail = `the parser crashed on it: ${reason}`;
    job.resolve({ status: 'skipped', skipped: { path: job.request.path, reason: 'unreadable', detail } });
  }

  #feed(): void {
    for (const lane of this.#lanes) {
      while (this.#canTake(lane)) {
        const job = this.#queue.shift();
        if (job === undefined) break;
        this.#nextId += 1;
        lane.jobs.set(this.#nextId, job);
        lane.worker.postMessage({ id: this.#nextId, request: job.request });
      }
      if (lane.jobs.size > 0) this.#watch(lane);
    }
  }

  #watch(lane: Lane): void {
    lane.silence ??= setTimeout(() => {
      this.#crash(lane, new Error(`no answer for ${SILENCE_MS} ms`));
    }, SILENCE_MS);
  }

  // A file that was in a crashed worker runs alone, so that a second crash names the right one.
  #canTake(lane: Lane): boolean {
    if (!lane.isReady || lane.jobs.size >= FILES_PER_WORKER) return false;
    if (lane.jobs.size === 0) return true;
    const isSuspectInside = [...lane.jobs.values()].some((job) => job.crashes > 0);
    return !isSuspectInside && (this.#queue[0]?.crashes ?? 0) === 0;
  }

  #fail(error: StreamError): void {
    this.#closed = error;
    const jobs = [...this.#queue.splice(0), ...[...this.#lanes].flatMap((lane) => [...lane.jobs.values()])];
    for (const { worker, silence } of this.#lanes) {
      clearTimeout(silence);
      void worker.terminate();
    }
    this.#lanes.clear();
    for (const job of jobs) job.reject(error);
  }
}
