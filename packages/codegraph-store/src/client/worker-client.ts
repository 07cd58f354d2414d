import type { EventEmitter } from 'node:events';
import { Worker } from 'node:worker_threads';
import { StoreError } from '../errors.js';
import { forkEngine } from './engine-process.js';
import type { ErrorMessage, WorkerRequest, WorkerResponse, WorkerSetup } from './protocol.js';

/** A thread, or a process that behaves like one. */
export interface EngineThread extends Pick<EventEmitter, 'on' | 'once' | 'removeAllListeners'> {
  postMessage: (message: WorkerRequest) => void;
  ref: () => void;
  unref: () => void;
  terminate: () => Promise<unknown>;
}

interface Waiting {
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
}

/** Calls into one worker thread. The caller's thread never waits for the engine. */
export class WorkerClient {
  readonly #worker: EngineThread;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #seq: number;
  #closed: StoreError | undefined;

  constructor(worker: EngineThread, seq: number) {
    this.#worker = worker;
    this.#seq = seq;
    worker.on('message', (message: WorkerResponse) => this.#receive(message));
    worker.on('error', (cause: Error) => this.#fail(reportStopped(cause.message, cause)));
    worker.on('exit', (code: number) => this.#fail(reportStopped(`exit code ${code}`)));
  }

  /** Number of the last write the worker told of. */
  get seq(): number {
    return this.#seq;
  }

  call(method: string, args: unknown[]): Promise<unknown> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    const request: WorkerRequest = { id: this.#nextId, method, args };
    this.#nextId += 1;
    return new Promise((resolve, reject) => {
      this.#waiting.set(request.id, { resolve, reject });
      // An idle store must not keep the process alive; one that owes an answer must.
      this.#worker.ref();
      this.#worker.postMessage(request);
    });
  }

  /** Stops the thread; calls that have no answer yet fail. */
  async terminate(reason: StoreError): Promise<void> {
    this.#fail(reason);
    await this.#worker.terminate();
  }

  #receive(message: WorkerResponse): void {
    if (message.type !== 'value' && message.type !== 'error') return;
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if (message.type === 'value') {
      this.#seq = message.seq;
      waiting?.resolve(message.value);
    } else waiting?.reject(readError(message.error));
  }

  #fail(error: StoreError): void {
    this.#closed ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#closed);
    this.#waiting.clear();
  }
}

/**
 * Starts a worker and waits until it has opened the graph.
 *
 * @throws StoreError as the worker's opening refused
 */
export async function startWorker(
  setup: WorkerSetup,
): Promise<{ client: WorkerClient; lockToken: string | null }> {
  const worker = startThread(setup);
  const ready = await new Promise<{ lockToken: string | null; seq: number }>((resolve, reject) => {
    worker.once('message', (message: WorkerResponse) => {
      if (message.type === 'ready') resolve(message);
      else if (message.type === 'refused') reject(readError(message.error));
    });
    worker.once('error', (cause: Error) => reject(reportStopped(cause.message, cause)));
    worker.once('exit', (code: number) => reject(reportStopped(`exit code ${code}`)));
  });
  // By name: removing every listener also removes the one with which Node starts the message port.
  for (const event of ['message', 'error', 'exit'] as const) worker.removeAllListeners(event);
  worker.unref();
  return { client: new WorkerClient(worker, ready.seq), lockToken: ready.lockToken };
}

/**
 * A native engine runs in a process of its own: its threads outlive the thread that started them and would take the
 * caller's process down with them.
 */
function startThread(setup: WorkerSetup): EngineThread {
  if (setup.role === 'query' && setup.engine.name === 'cozo-node') return forkEngine(locateWorker(), setup);
  // The caller's flags are not the worker's: a loader or import condition of a test runner would break built code.
  return new Worker(locateWorker(), { workerData: setup, execArgv: [] });
}

/** Workers run the built code, also when the caller runs from source. */
function locateWorker(): URL {
  const path = import.meta.url.endsWith('.ts') ? '../../dist/engine-worker.js' : './engine-worker.js';
  return new URL(path, import.meta.url);
}

function readError(error: ErrorMessage): StoreError {
  return new StoreError(error.code, error);
}

function reportStopped(problem: string, cause?: unknown): StoreError {
  return new StoreError('PT_STORE_ENGINE_FAILED', {
    message: `The store's thread stopped: ${problem}. Open the store again; what was acknowledged is on disk`,
    details: { engine: 'cozo-wasm', problem },
    retryable: true,
    cause,
  });
}
