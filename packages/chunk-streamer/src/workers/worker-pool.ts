import { Worker } from 'node:worker_threads';
import { StreamError } from '../errors.js';
import type { PackedGraph } from '../graph/pack-graph.js';
import type { ResolveRequest } from '../graph/resolve-region.js';
import { locateWorker } from '../parse/locate-asset.js';
import type { ParseRequest } from '../parse/parse-file.js';
import type { PackedOutcome, WorkerMessage, WorkerSettings } from './worker-protocol.js';

/** Worker threads that read and parse files, and resolve regions. */
export interface WorkerPool extends AsyncDisposable {
  /** How many threads run. */
  readonly size: number;
  /**
   * Parses one file. A file that makes a worker crash or hang twice is skipped as `unreadable`; the others go on in a
   * new worker.
   *
   * @throws StreamError PT_STREAM_WORKERS_LOST when no worker can be started, PT_STREAM_CLOSED after disposal
   */
  parse(request: ParseRequest): Promise<PackedOutcome>;
  /**
   * Resolves a region and hands over each file's graph as soon as there is one. It has a worker of its own meanwhile. Files
   * go first unless regions wait with more than 16 MiB.
   *
   * @throws StreamError PT_STREAM_RESOLVER_FAILED when two workers ended at it, and those of `parse`
   */
  resolve(request: ResolveRequest, take: (path: string, graph: PackedGraph) => void): Promise<void>;
}

/** How many threads, and what they are told at start. */
export interface WorkerPoolOptions extends WorkerSettings {
  workers: number;
  /**
   * MiB of heap a worker; default 512. With a limit V8 lets a heap grow to about half as much again as what is alive in it,
   * without one to four times as much. A worker that needs more ends, its job goes on, and later ones have no limit.
   */
  heapLimitMiB?: number;
}

/** Starts a pool; the threads load their grammar while the first files wait. */
export function openWorkerPool(options: WorkerPoolOptions): WorkerPool {
  return new LanePool(options);
}

// A second file waits in each worker, so that it never idles while the main thread is busy.
const FILES_PER_WORKER = 2;
const MAX_CRASHES_PER_JOB = 2;
// What is read and waits to be resolved stays in memory.
const MAX_WAITING_BYTES = 16 << 20;
const DEFAULT_HEAP_LIMIT_MIB = 512;
// The largest file the default limit admits parses in seconds; a worker that is silent this long hangs.
const SILENCE_MS = 60_000;

interface ParseJob {
  type: 'parse';
  request: ParseRequest;
  crashes: number;
  resolve(outcome: PackedOutcome): void;
  reject(reason: unknown): void;
}

interface ResolveJob {
  type: 'resolve';
  request: ResolveRequest;
  crashes: number;
  take(path: string, graph: PackedGraph): void;
  resolve(): void;
  reject(reason: unknown): void;
}

type Job = ParseJob | ResolveJob;

interface Lane {
  worker: Worker;
  isReady: boolean;
  heapLimitMiB: number | null;
  jobs: Map<number, Job>;
  /** Runs while files are with the worker; starts again with every answer. */
  silence: NodeJS.Timeout | undefined;
}

class LanePool implements WorkerPool {
  readonly size: number;
  readonly #settings: WorkerSettings;
  readonly #lanes = new Set<Lane>();
  readonly #queue: ParseJob[] = [];
  readonly #regions: ResolveJob[] = [];
  #nextId = 0;
  /** Of workers that are started from now on; null is none. */
  #heapLimitMiB: number | null;
  #closed: StreamError | null = null;

  constructor({ workers, heapLimitMiB = DEFAULT_HEAP_LIMIT_MIB, ...settings }: WorkerPoolOptions) {
    this.size = workers;
    this.#heapLimitMiB = heapLimitMiB;
    this.#settings = settings;
    for (let i = 0; i < workers; i += 1) this.#startLane();
  }

  parse(request: ParseRequest): Promise<PackedOutcome> {
    if (this.#closed !== null) return Promise.reject(this.#closed);
    return new Promise((resolve, reject) => {
      this.#queue.push({ type: 'parse', request, crashes: 0, resolve, reject });
      this.#feed();
    });
  }

  resolve(request: ResolveRequest, take: ResolveJob['take']): Promise<void> {
    if (this.#closed !== null) return Promise.reject(this.#closed);
    return new Promise((resolve, reject) => {
      this.#regions.push({ type: 'resolve', request, crashes: 0, take, resolve, reject });
      this.#feed();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const lanes = [...this.#lanes];
    this.#fail(
      new StreamError('PT_STREAM_CLOSED', {
        message: 'The worker pool is closed. Open another',
        details: { what: 'worker pool' },
      }),
    );
    await Promise.all(lanes.map(({ worker }) => worker.terminate()));
  }

  #startLane(): void {
    const heapLimitMiB = this.#heapLimitMiB;
    const lane: Lane = {
      // Flags of the caller's process, such as import conditions, do not fit built code.
      worker: new Worker(locateWorker(), {
        workerData: this.#settings,
        execArgv: [],
        ...(heapLimitMiB === null ? {} : { resourceLimits: { maxOldGenerationSizeMb: heapLimitMiB } }),
      }),
      heapLimitMiB,
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
    if (message.type !== 'ready') {
      clearTimeout(lane.silence);
      lane.silence = undefined;
      answer(lane, message);
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
      const message = `A worker did not start: ${reason}. Rebuild or reinstall the package`;
      this.#fail(new StreamError('PT_STREAM_WORKERS_LOST', { message, details: { reason }, cause: error }));
      return;
    }
    const wasTooSmall = lane.heapLimitMiB !== null && isOutOfMemory(error);
    if (wasTooSmall) this.#heapLimitMiB = null;
    for (const job of lane.jobs.values()) this.#retry(job, wasTooSmall ? null : reason);
    this.#startLane();
  }

  /** Without a reason the job is not to blame. */
  #retry(job: Job, reason: string | null): void {
    if (reason !== null) job.crashes += 1;
    const isHopeless = reason !== null && job.crashes >= MAX_CRASHES_PER_JOB;
    if (job.type === 'resolve') {
      if (isHopeless) job.reject(resolverFailed(job.request, reason));
      else this.#regions.unshift(job);
      return;
    }
    if (!isHopeless) {
      this.#queue.unshift(job);
      return;
    }
    const detail = `the parser crashed on it: ${reason}`;
    job.resolve({ status: 'skipped', skipped: { path: job.request.path, reason: 'unreadable', detail } });
  }

  #feed(): void {
    for (const lane of this.#lanes) {
      for (let job = this.#takeJob(lane); job !== undefined; job = this.#takeJob(lane)) {
        this.#nextId += 1;
        lane.jobs.set(this.#nextId, job);
        lane.worker.postMessage({ type: job.type, id: this.#nextId, request: job.request });
      }
      if (lane.jobs.size > 0) this.#watch(lane);
    }
  }

  #watch(lane: Lane): void {
    lane.silence ??= setTimeout(() => {
      this.#crash(lane, new Error(`no answer for ${SILENCE_MS} ms`));
    }, SILENCE_MS);
  }

  // A file that was in a crashed worker runs alone, so that a second crash names the right one; behind a region nothing waits.
  #takeJob({ isReady, jobs }: Lane): Job | undefined {
    if (!isReady || jobs.size >= FILES_PER_WORKER) return undefined;
    const isUrgent = this.#isRegionUrgent();
    if (jobs.size === 0) {
      const region = isUrgent || this.#queue.length === 0 ? this.#regions.shift() : undefined;
      return region ?? this.#queue.shift();
    }
    const isAlone = [...jobs.values()].some((job) => job.crashes > 0 || job.type === 'resolve');
    // the place behind a file is left free for a region that cannot wait
    return isAlone || isUrgent || (this.#queue[0]?.crashes ?? 0) > 0 ? undefined : this.#queue.shift();
  }

  #isRegionUrgent(): boolean {
    let waitingBytes = 0;
    for (const { request } of this.#regions) {
      for (const { length } of request.files) waitingBytes += length;
      if (waitingBytes > MAX_WAITING_BYTES) return true;
    }
    return false;
  }

  #fail(error: StreamError): void {
    this.#closed = error;
    const jobs = [
      ...this.#queue.splice(0),
      ...this.#regions.splice(0),
      ...[...this.#lanes].flatMap((lane) => [...lane.jobs.values()]),
    ];
    for (const { worker, silence } of this.#lanes) {
      clearTimeout(silence);
      void worker.terminate();
    }
    this.#lanes.clear();
    for (const job of jobs) job.reject(error);
  }
}

function answer({ jobs }: Lane, message: Exclude<WorkerMessage, { type: 'ready' | 'failed' }>): void {
  const job = jobs.get(message.id);
  if (job?.type === 'resolve' && message.type === 'graph') {
    job.take(message.path, message.graph);
    return;
  }
  jobs.delete(message.id);
  if (job?.type === 'resolve') job.resolve();
  else if (message.type === 'parsed') job?.resolve(message.outcome);
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
}

function resolverFailed({ wanted }: ResolveRequest, reason: string): StreamError {
  const path = wanted[0] ?? '';
  return new StreamError('PT_STREAM_RESOLVER_FAILED', {
    message: `The references of ${path} and ${wanted.length - 1} files with it cannot be resolved: ${reason}. Report it, with the repository if it is public`,
    details: { path, reason },
  });
}
