import { ElfError } from '../../errors.js';
import type { LoadRequest, WorkerModelFacts } from '../../worker/worker-protocol.js';
import { stripDirectories } from './strip-directories.js';
import { startWorker, type WorkerOptions, type WorkerProcess } from './worker-process.js';

/** Settings of {@link openWorkerSupervisor}. */
export interface SupervisorOptions extends WorkerOptions {
  /** File name of the model, for messages. */
  file: string;
  load: LoadRequest;
  loadTimeoutMs: number;
  /** Checked before every load, the first one and each reload after a crash. */
  admit: () => Promise<void>;
}

/** Keeps one worker with one model available, and loads the model again after the worker died. */
export interface WorkerSupervisor {
  /** The worker that holds the model now, null while there is none. */
  readonly current: WorkerProcess | null;
  /** Facts of the latest load, null before the first. */
  readonly facts: WorkerModelFacts | null;
  /** How often the model was loaded again. */
  readonly reloads: number;
  /** Answers the loaded worker; callers at the same time share one load. */
  ensure(signal?: AbortSignal): Promise<WorkerProcess>;
  /** A finished request proves the model sound: the crashes before it no longer count. */
  noteSuccess(): void;
  close(): Promise<void>;
}

const QUARANTINE_CRASHES = 3;
const QUARANTINE_WINDOW_MS = 60_000;

/** Opens a supervisor that has loaded nothing yet. */
export function openWorkerSupervisor(options: SupervisorOptions): WorkerSupervisor {
  return new Supervisor(options);
}

class Supervisor implements WorkerSupervisor {
  readonly #options: SupervisorOptions;
  #current: WorkerProcess | null = null;
  #loading: Promise<WorkerProcess> | null = null;
  #starting: WorkerProcess | null = null;
  #facts: WorkerModelFacts | null = null;
  #crashes: number[] = [];
  #loads = 0;
  #isClosed = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  get current(): WorkerProcess | null {
    return this.#current;
  }

  get facts(): WorkerModelFacts | null {
    return this.#facts;
  }

  get reloads(): number {
    return Math.max(0, this.#loads - 1);
  }

  ensure(signal?: AbortSignal): Promise<WorkerProcess> {
    if (this.#current?.isAlive === true) return Promise.resolve(this.#current);
    this.#loading ??= this.#start(signal).finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  noteSuccess(): void {
    this.#crashes = [];
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await (this.#starting ?? this.#current)?.kill();
    this.#current = null;
  }

  async #start(signal?: AbortSignal): Promise<WorkerProcess> {
    this.#assertNotQuarantined();
    await this.#options.admit();
    signal?.throwIfAborted();
    const worker = startWorker(this.#options);
    this.#starting = worker;
    try {
      this.#facts = await this.#load(worker, signal);
    } catch (error) {
      await worker.kill();
      throw error;
    } finally {
      this.#starting = null;
    }
    this.#loads += 1;
    this.#current = worker;
    void worker.died.then(() => this.#bury(worker));
    return worker;
  }

  async #load(worker: WorkerProcess, signal?: AbortSignal): Promise<WorkerModelFacts> {
    const deadline = AbortSignal.timeout(this.#options.loadTimeoutMs);
    const cancel = () => void worker.kill();
    const signals = signal === undefined ? [deadline] : [deadline, signal];
    for (const each of signals) each.addEventListener('abort', cancel, { once: true });
    try {
      const reply = await worker.request(this.#options.load);
      if (reply.type === 'loaded') return reply.facts;
      throw describeLoadFailure(this.#options.file, reply);
    } catch (error) {
      if (signal?.aborted === true) throw signal.reason;
      if (deadline.aborted) throw describeTimeout(this.#options);
      this.#countCrash(error);
      throw error;
    } finally {
      for (const each of signals) each.removeEventListener('abort', cancel);
    }
  }

  #bury(worker: WorkerProcess): void {
    if (this.#current === worker) this.#current = null;
    if (!this.#isClosed) this.#crashes.push(performance.now());
  }

  #countCrash(error: unknown): void {
    if (ElfError.isInstance(error) && error.code === 'PT_ELF_WORKER_DIED')
      this.#crashes.push(performance.now());
  }

  #assertNotQuarantined(): void {
    const since = performance.now() - QUARANTINE_WINDOW_MS;
    this.#crashes = this.#crashes.filter((at) => at > since);
    const [oldest] = this.#crashes;
    if (oldest === undefined || this.#crashes.length < QUARANTINE_CRASHES) return;
    const retryAfterMs = Math.ceil(oldest - since);
    throw new ElfError('PT_ELF_MODEL_QUARANTINED', {
      message: `${this.#options.file} ended its worker ${this.#crashes.length} times within a minute. Try again in ${Math.ceil(retryAfterMs / 1_000)} s, or verify the model`,
      details: {
        model: this.#options.file,
        crashes: this.#crashes.length,
        windowMs: QUARANTINE_WINDOW_MS,
        retryAfterMs,
      },
      retryable: true,
    });
  }
}

function describeLoadFailure(
  file: string,
  reply: { type: string; reason?: string; problem?: string },
): ElfError {
  const engineLog = stripDirectories(reply.problem ?? '');
  if (reply.reason === 'engine_missing') {
    return new ElfError('PT_ELF_ENGINE_MISSING', {
      message: `Cannot load ${file}: package node-llama-cpp is not installed. Run: npm install node-llama-cpp`,
      details: { package: 'node-llama-cpp', install: 'npm install node-llama-cpp' },
    });
  }
  const reason = reply.reason === 'tensor_data_invalid' ? 'tensor_data_invalid' : 'engine_error';
  const why =
    reason === 'tensor_data_invalid' ? 'it holds weights that are not numbers' : 'the engine refused it';
  return new ElfError('PT_ELF_MODEL_LOAD_FAILED', {
    message: `Cannot load ${file}: ${why}. Download the model again, or pick another one`,
    details: { file, reason, engineLog },
  });
}

function describeTimeout({ file, loadTimeoutMs }: SupervisorOptions): ElfError {
  return new ElfError('PT_ELF_MODEL_LOAD_FAILED', {
    message: `Loading ${file} took longer than ${loadTimeoutMs} ms. Raise loadTimeoutMs, or take a smaller model`,
    details: { file, reason: 'timeout', engineLog: '' },
    retryable: true,
  });
}
