import type { ParseltongueError } from '@parseltongue/isg-core';
import type { AdmissionRefusal } from '../admit/decide-admission.js';
import type { LocalModel } from '../backends/local-model.js';
import { ElfError } from '../errors.js';
import type { ModelFleet } from '../fleet/model-fleet.js';
import { isImpatient, type ModelSeats, pickNext, type WaitingWork } from './pick-next.js';

/** One piece of work on one model. */
export interface Work extends WaitingWork {
  /** Tokens that the context must hold; 0 when any will do. */
  contextTokens: number;
  /** Does the work; never rejects, it reports to its own caller. */
  run(model: LocalModel): Promise<void>;
  /** Called instead of `run` when the model cannot be had. */
  refuse(error: Error): void;
}

/** Where work stands in the queue. */
export interface WorkPlace {
  /** Counted from one. */
  position: number;
  etaMs: number | null;
  /** The numbers of the load that its model waits for, null when only others are before it. */
  waitsForMemory: AdmissionRefusal | null;
}

/** Settings of {@link createWorkScheduler}. */
export interface SchedulerOptions {
  fleet: ModelFleet;
  /** Work that runs at once, over all models. */
  maxAgents: number;
  now?: () => number;
}

/** Numbers of a scheduler at one moment. */
export interface SchedulerStats {
  running: number;
  waiting: Record<WaitingWork['lane'], number>;
  isBatchPaused: boolean;
  isRefusing: boolean;
  meanRunMs: number | null;
}

/** Decides which work runs next on which model. */
export interface WorkScheduler {
  add(work: Work): void;
  /** Takes waiting work out; false when it does not wait any more. */
  remove(id: string): boolean;
  place(id: string): WorkPlace | null;
  stats(): SchedulerStats;
  /** Holds batch work back while memory is short. */
  pauseBatch(isPaused: boolean): void;
  /** Refuses all new work while memory is about to run out. */
  refuseNew(isRefusing: boolean): void;
  /** Models with waiting or running work, the one with the least important and newest work last. */
  rankModels(): string[];
  /** Looks again for work that can start. */
  pump(): void;
  /** Takes no more work and resolves when what runs has ended; what waits is refused. */
  drain(): Promise<void>;
}

const BLOCK_MS = 250;
const MEAN_WEIGHT = 0.2;

/** Creates a scheduler over a fleet. */
export function createWorkScheduler(options: SchedulerOptions): WorkScheduler {
  return new Scheduler(options);
}

interface Block {
  until: number;
  refusal: AdmissionRefusal | null;
}

class Scheduler implements WorkScheduler {
  readonly #fleet: ModelFleet;
  readonly #maxAgents: number;
  readonly #now: () => number;
  readonly #waiting = new Map<string, Work>();
  readonly #running = new Map<string, { work: Work; done: Promise<void> }>();
  readonly #blocks = new Map<string, Block>();
  #current: { model: string; prefixKey: string | null } | null = null;
  #meanRunMs: number | null = null;
  #isBatchPaused = false;
  #isRefusing = false;
  #isDraining = false;

  constructor({ fleet, maxAgents, now }: SchedulerOptions) {
    this.#fleet = fleet;
    this.#maxAgents = maxAgents;
    this.#now = now ?? Date.now;
  }

  add(work: Work): void {
    if (this.#isDraining || this.#isRefusing) {
      work.refuse(describeClosed(this.#isDraining ? 'draining' : 'memory_critical'));
      return;
    }
    this.#waiting.set(work.id, work);
    // Everything that arrives in the same moment is ordered together.
    queueMicrotask(() => this.pump());
  }

  remove(id: string): boolean {
    return this.#waiting.delete(id);
  }

  place(id: string): WorkPlace | null {
    const work = this.#waiting.get(id);
    if (work === undefined) return null;
    const before = [...this.#waiting.values()].filter((each) => isEarlier(each, work)).length;
    const position = before + 1;
    const rounds = Math.ceil((position + this.#running.size) / this.#maxAgents);
    return {
      position,
      etaMs: this.#meanRunMs === null ? null : Math.round(rounds * this.#meanRunMs),
      waitsForMemory: this.#blocks.get(work.model)?.refusal ?? null,
    };
  }

  stats(): SchedulerStats {
    const waiting = { interactive: 0, batch: 0 };
    for (const { lane } of this.#waiting.values()) waiting[lane] += 1;
    return {
      running: this.#running.size,
      waiting,
      isBatchPaused: this.#isBatchPaused,
      isRefusing: this.#isRefusing,
      meanRunMs: this.#meanRunMs,
    };
  }

  pauseBatch(isPaused: boolean): void {
    this.#isBatchPaused = isPaused;
    if (!isPaused) this.pump();
  }

  refuseNew(isRefusing: boolean): void {
    this.#isRefusing = isRefusing;
  }

  rankModels(): string[] {
    const importance = new Map<string, number>();
    const all = [...this.#waiting.values(), ...[...this.#running.values()].map(({ work }) => work)];
    for (const work of all) {
      const weight = (work.lane === 'interactive' ? 1e6 : 0) + work.priority;
      importance.set(work.model, Math.max(importance.get(work.model) ?? Number.NEGATIVE_INFINITY, weight));
    }
    return [...importance].sort((a, b) => b[1] - a[1]).map(([model]) => model);
  }

  pump(): void {
    while (this.#running.size < this.#maxAgents) {
      const next = pickNext(this.#waiting.values(), {
        now: this.#now(),
        seatsOf: this.#createSeatReader(),
        current: this.#current,
        isBatchPaused: this.#isBatchPaused,
      });
      if (next === null) return;
      if (next.kind === 'run') this.#start(next.work);
      else void this.#load(next.work);
    }
  }

  async drain(): Promise<void> {
    this.#isDraining = true;
    for (const work of [...this.#waiting.values()]) {
      this.#waiting.delete(work.id);
      work.refuse(describeClosed('draining'));
    }
    await Promise.all([...this.#running.values()].map(({ done }) => done));
  }

  #createSeatReader(): (model: string) => ModelSeats {
    const thirsty = this.#findThirstyModel();
    return (model) => {
      const resident = this.#fleet.residents.get(model);
      const isBusy = this.#fleet.isLoading(model) || this.#isBlocked(model) || resident?.isEnding === true;
      if (isBusy) return { state: 'busy', freeSeats: 0 };
      if (resident === undefined) return { state: 'absent', freeSeats: 0 };
      // Others end their work and take no more, so that one of them can be evicted.
      const mustYield = thirsty !== null && thirsty !== model;
      const free = resident.model.maxConcurrency - resident.running;
      return { state: 'ready', freeSeats: mustYield ? 0 : free };
    };
  }

  /** A model that could not be loaded for want of memory and whose oldest work has lost its patience. */
  #findThirstyModel(): string | null {
    const now = this.#now();
    let oldest: Work | null = null;
    for (const work of this.#waiting.values()) {
      if (!isImpatient(work, now) || this.#fleet.residents.has(work.model)) continue;
      if (this.#blocks.get(work.model)?.refusal == null && !this.#fleet.isLoading(work.model)) continue;
      if (oldest === null || work.queuedAt < oldest.queuedAt) oldest = work;
    }
    return oldest?.model ?? null;
  }

  #isBlocked(model: string): boolean {
    return (this.#blocks.get(model)?.until ?? 0) > this.#now();
  }

  #start(work: Work): void {
    this.#waiting.delete(work.id);
    this.#current = { model: work.model, prefixKey: work.prefixKey };
    const { release, resident } = this.#fleet.occupy(work.model);
    const startedAt = performance.now();
    const done = work.run(resident.model).finally(() => {
      release();
      this.#running.delete(work.id);
      this.#noteRun(performance.now() - startedAt);
      this.pump();
    });
    this.#running.set(work.id, { work, done });
  }

  async #load(work: Work): Promise<void> {
    const { model } = work;
    const sameModel = [...this.#waiting.values()].filter((each) => each.model === model);
    const isImpatientNow = sameModel.some((each) => isImpatient(each, this.#now()));
    const loading = this.#fleet.load(model, {
      minContextTokens: sameModel.reduce((most, each) => Math.max(most, each.contextTokens), 0),
      isEvictable: (id) => isImpatientNow || !this.#hasWaiting(id),
    });
    try {
      const outcome = await loading;
      if (outcome.status === 'ready') this.#blocks.delete(model);
      else if (outcome.status === 'waiting') this.#block(model, BLOCK_MS, outcome.refusal);
      else this.#refuseAll(model, describeRefusal(model, outcome.refusal));
    } catch (error) {
      this.#refuseAll(model, error instanceof Error ? error : new Error(String(error)));
    }
    this.pump();
  }

  #hasWaiting(model: string): boolean {
    for (const work of this.#waiting.values()) if (work.model === model) return true;
    return false;
  }

  #block(model: string, forMs: number, refusal: AdmissionRefusal | null): void {
    this.#blocks.set(model, { until: this.#now() + forMs, refusal });
    setTimeout(() => {
      this.#blocks.set(model, { until: 0, refusal });
      this.pump();
    }, forMs).unref();
  }

  #refuseAll(model: string, error: Error): void {
    this.#blocks.delete(model);
    for (const work of [...this.#waiting.values()]) {
      if (work.model !== model) continue;
      this.#waiting.delete(work.id);
      work.refuse(error);
    }
  }

  #noteRun(runMs: number): void {
    this.#meanRunMs =
      this.#meanRunMs === null ? runMs : this.#meanRunMs * (1 - MEAN_WEIGHT) + runMs * MEAN_WEIGHT;
  }
}

function isEarlier(a: WaitingWork, b: WaitingWork): boolean {
  if (a.lane !== b.lane) return a.lane === 'interactive';
  if (a.priority !== b.priority) return a.priority > b.priority;
  return a.queuedAt < b.queuedAt;
}

function describeClosed(reason: 'draining' | 'memory_critical'): ElfError {
  const why = reason === 'draining' ? 'the daemon is stopping' : 'memory is about to run out';
  return new ElfError('PT_ELF_WORK_REFUSED', {
    message: `No new work is taken because ${why}. Try again later`,
    details: { reason },
    retryable: true,
  });
}

function describeRefusal(model: string, refusal: AdmissionRefusal): ParseltongueError {
  const mebibytes = (bytes: number) => (bytes / 1024 ** 2).toFixed(0);
  return new ElfError('PT_ELF_ADMISSION_REFUSED', {
    message: `${model} needs about ${mebibytes(refusal.needBytes)} MiB beside ${mebibytes(refusal.usedBytes)} MiB in use; models may fill ${mebibytes(refusal.ceilingBytes)} of ${mebibytes(refusal.limitBytes)} MiB. Free memory, unload or unpin another model, or take a smaller one`,
    details: refusal,
    retryable: refusal.needBytes <= refusal.ceilingBytes,
  });
}
