import { Worker } from 'node:worker_threads';
import { StoreError } from '../errors.js';
import type { ErrorMessage, WorkerRequest, WorkerResponse, WorkerSetup } from './protocol.js';

interface Waiting {
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
}

/** Calls into one worker thread. The caller's thread never waits for the engine. */
export class WorkerClient {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #seq: number;
  #closed: StoreError | undefined;

  constructor(worker: Worker, seq: number) {
    this.#worker = worker;
    this.#seq = seq;
    worker.on('message', (message: WorkerResponse) => this.#receive(message));
    worker.on('error', (cause) => this.#fail(reportStopped(cause.message, cause)));
    worker.on('exit', (code) => this.#fail(reportStopped(`exit code ${code}`)));
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
  // The caller's flags are not the worker's: a loader or import condition of a test runner would break built code.
  const worker = new Worker(locateWorker(), { workerData: setup, execArgv: [] });
  const ready = await new Promise<{ lockToken: string | null; seq: number }>((resolve, reject) => {
    worker.once('message', (message: WorkerResponse) => {
      if (message.type === 'ready') resolve(message);
      else if (message.type === 'refused') reject(readError(message.error));
    });
    worker.once('error', (cause) => reject(reportStopped(cause.message, cause)));
    worker.once('exit', (code) => reject(reportStopped(`exit code ${code}`)));
  });
  // By name: removing every listener also removes the one with which Node starts the message port.
  for (const event of ['message', 'error', 'exit']) worker.removeAllListeners(event);
  worker.unref();
  return { client: new WorkerClient(worker, ready.seq), lockToken: ready.lockToken };
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
