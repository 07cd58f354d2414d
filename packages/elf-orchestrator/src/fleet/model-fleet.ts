import { ParseltongueError } from '@parseltongue/isg-core';
import type { AdmissionRefusal } from '../admit/decide-admission.js';
import { type LoadWish, type MemoryBudget, planLoad } from '../admit/plan-load.js';
import type { LoadPlan, LocalModel } from '../backends/local-model.js';
import type { FleetEvent } from './fleet-event.js';

/** How one model is loaded. */
export interface FleetModel extends LoadWish {
  id: string;
  open(plan: LoadPlan, signal: AbortSignal): Promise<LocalModel>;
  /** Remembers what the loaded model really takes. */
  noteMeasured(plan: LoadPlan, measuredBytes: number): Promise<void>;
}

/** Settings of {@link createModelFleet}. */
export interface FleetOptions {
  /** Describes a model by its id, for a context of at least so many tokens; rejects for one that must not be loaded. */
  resolve: (id: string, minContextTokens: number) => Promise<FleetModel>;
  measureBudget: () => Promise<MemoryBudget>;
  /** Memory of one process; null where it cannot be measured. */
  measureProcess: (pid: number) => Promise<number | null>;
  isPinned: (id: string) => boolean;
  onEvent: (event: FleetEvent) => void;
  now?: () => number;
}

/** A loaded model and what it is doing. */
export interface Resident {
  readonly id: string;
  readonly model: LocalModel;
  readonly plan: LoadPlan;
  readonly needBytes: number;
  readonly loadedAt: number;
  readonly loadMs: number;
  lastUsedAt: number;
  running: number;
  /** No new work: it is about to be unloaded. */
  isEnding: boolean;
  /** Set while it waits for its work to end, to be loaded again smaller. */
  shrinking: { atMost: Partial<LoadPlan>; done: Promise<boolean> } | null;
}

/** How a load ended: `waiting` may succeed once other models give memory back, `refused` will not. */
export type LoadOutcome =
  | { status: 'ready'; resident: Resident }
  | { status: 'waiting'; refusal: AdmissionRefusal }
  | { status: 'refused'; refusal: AdmissionRefusal };

/** What a load may do to others. */
export interface LoadNeeds {
  minContextTokens?: number;
  /** Which idle models may be evicted for it; all that are not pinned by default. */
  isEvictable?: (id: string) => boolean;
  /** Caps on the plan, e.g. after a downshift. */
  atMost?: Partial<LoadPlan>;
}

/** All loaded models of a daemon, under one ceiling. */
export interface ModelFleet extends AsyncDisposable {
  readonly residents: ReadonlyMap<string, Resident>;
  isLoading(id: string): boolean;
  /** Loads a model unless it is loaded; callers at the same time share one load, and loads happen one at a time. */
  load(id: string, needs?: LoadNeeds): Promise<LoadOutcome>;
  /** Unloads an idle model at once, a busy one after its work; false when it is not loaded. */
  unload(id: string, reason: string): Promise<boolean>;
  /** Ends a model's worker at once; what it was doing fails as retryable. */
  kill(id: string, reason: string): Promise<void>;
  /** Loads a model again by a smaller plan, after its work; false when it is not loaded. */
  shrink(id: string, atMost: Partial<LoadPlan>, reason: string): Promise<boolean>;
  /** Takes a seat of a loaded model until `release`. */
  occupy(id: string): { resident: Resident; release: () => void };
}

/** Creates a fleet that has loaded nothing yet. */
export function createModelFleet(options: FleetOptions): ModelFleet {
  return new Fleet(options);
}

class Fleet implements ModelFleet {
  readonly residents = new Map<string, Resident>();
  readonly #options: FleetOptions;
  readonly #now: () => number;
  readonly #loads = new Map<string, Promise<LoadOutcome>>();
  readonly #idleWaiters = new Map<Resident, () => void>();
  readonly #abort = new AbortController();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: FleetOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  isLoading(id: string): boolean {
    return this.#loads.has(id);
  }

  load(id: string, needs: LoadNeeds = {}): Promise<LoadOutcome> {
    const known = this.#loads.get(id);
    if (known !== undefined) return known;
    const load = this.#takeTurn(() => this.#load(id, needs)).finally(() => this.#loads.delete(id));
    this.#loads.set(id, load);
    return load;
  }

  async unload(id: string, reason: string): Promise<boolean> {
    const resident = this.residents.get(id);
    if (resident === undefined) return false;
    await this.#end(resident);
    this.#options.onEvent({ type: 'model-unloaded', model: id, reason });
    return true;
  }

  async kill(id: string, reason: string): Promise<void> {
    const resident = this.residents.get(id);
    if (resident === undefined) return;
    this.residents.delete(id);
    await resident.model.killWorker();
    await resident.model[Symbol.asyncDispose]();
    this.#options.onEvent({ type: 'model-killed', model: id, reason });
  }

  shrink(id: string, atMost: Partial<LoadPlan>, reason: string): Promise<boolean> {
    const resident = this.residents.get(id);
    if (resident === undefined) return Promise.resolve(false);
    if (resident.shrinking !== null) {
      // Whoever waits already is loaded by both limits.
      Object.assign(resident.shrinking.atMost, atMost);
      return resident.shrinking.done;
    }
    if (resident.isEnding) return Promise.resolve(false);
    const limits = { ...atMost };
    const done = this.#shrink(resident, limits, reason);
    resident.shrinking = { atMost: limits, done };
    return done;
  }

  occupy(id: string): { resident: Resident; release: () => void } {
    const resident = this.residents.get(id);
    if (resident === undefined) throw new RangeError(`${id} is not loaded`);
    resident.running += 1;
    resident.lastUsedAt = this.#now();
    const release = () => {
      resident.running -= 1;
      resident.lastUsedAt = this.#now();
      if (resident.running === 0) this.#idleWaiters.get(resident)?.();
    };
    return { resident, release };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort();
    await this.#turn.catch(() => undefined);
    const residents = [...this.residents.values()];
    this.residents.clear();
    await Promise.all(residents.map(({ model }) => model[Symbol.asyncDispose]()));
  }

  /** Memory is measured before each load, so that two loads never count on the same bytes. */
  #takeTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work, work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #load(id: string, needs: LoadNeeds): Promise<LoadOutcome> {
    const present = this.residents.get(id);
    if (present !== undefined && !present.isEnding) return { status: 'ready', resident: present };
    const wish = limitWish(await this.#options.resolve(id, needs.minContextTokens ?? 0), needs);
    for (;;) {
      this.#abort.signal.throwIfAborted();
      const budget = await this.#options.measureBudget();
      const planned = planLoad(budget, wish);
      if (planned.isAdmitted) return this.#open(wish, { ...planned, usedBytesBefore: budget.treeUsedBytes });
      const victim = this.#pickVictim(id, needs.isEvictable);
      if (victim === null) return this.#describeRefusal(id, planned.refusal);
      await this.#end(victim);
      this.#options.onEvent({ type: 'model-evicted', model: victim.id, reason: `makes room for ${id}` });
    }
  }

  async #open(
    wish: FleetModel,
    planned: {
      plan: LoadPlan;
      need: { needBytes: number };
      gaveUp: readonly string[];
      usedBytesBefore: number;
    },
  ): Promise<LoadOutcome> {
    const { gaveUp, need, plan, usedBytesBefore } = planned;
    const { onEvent } = this.#options;
    onEvent({ type: 'model-loading', model: wish.id, plan, gaveUp });
    const startedAt = performance.now();
    const model = await this.#openModel(wish, plan);
    const loadMs = performance.now() - startedAt;
    const measuredBytes = await this.#measure(model);
    if (measuredBytes !== null) await wish.noteMeasured(plan, measuredBytes);
    const now = this.#now();
    const resident: Resident = {
      id: wish.id,
      model,
      plan,
      needBytes: measuredBytes ?? need.needBytes,
      loadedAt: now,
      loadMs,
      lastUsedAt: now,
      running: 0,
      isEnding: false,
      shrinking: null,
    };
    this.residents.set(wish.id, resident);
    const estimatedBytes = need.needBytes;
    onEvent({
      type: 'model-loaded',
      model: wish.id,
      plan,
      loadMs,
      estimatedBytes,
      measuredBytes,
      usedBytesBefore,
    });
    return { status: 'ready', resident };
  }

  async #openModel(wish: FleetModel, plan: LoadPlan): Promise<LocalModel> {
    try {
      return await wish.open(plan, this.#abort.signal);
    } catch (error) {
      const isOurs = ParseltongueError.isInstance(error);
      const message = error instanceof Error ? error.message : String(error);
      this.#options.onEvent({
        type: 'model-load-failed',
        model: wish.id,
        code: isOurs ? error.code : 'unknown',
        message,
      });
      throw error;
    }
  }

  async #measure(model: LocalModel): Promise<number | null> {
    const { workerPid } = model.readStatus();
    return workerPid === null ? null : this.#options.measureProcess(workerPid);
  }

  /** The idle model that was used longest ago, and of those the one that loads fastest. */
  #pickVictim(forId: string, isEvictable: (id: string) => boolean = () => true): Resident | null {
    const idle = [...this.residents.values()].filter(
      ({ id, isEnding, running }) =>
        id !== forId && running === 0 && !isEnding && !this.#options.isPinned(id) && isEvictable(id),
    );
    const cost = ({ lastUsedAt, loadMs }: Resident) => lastUsedAt + loadMs;
    return idle.sort((a, b) => cost(a) - cost(b))[0] ?? null;
  }

  #describeRefusal(model: string, refusal: AdmissionRefusal): LoadOutcome {
    const others = [...this.residents.values()].filter(({ id }) => !this.#options.isPinned(id));
    const isHopeless = refusal.needBytes > refusal.ceilingBytes || others.length === 0;
    if (isHopeless) return { status: 'refused', refusal };
    this.#options.onEvent({ type: 'model-load-waiting', model, refusal });
    return { status: 'waiting', refusal };
  }

  async #shrink(resident: Resident, atMost: Partial<LoadPlan>, reason: string): Promise<boolean> {
    const { id, plan: before } = resident;
    // A model that was killed while it waited stays out; its next work loads it when there is room.
    if (!(await this.#end(resident))) return false;
    const outcome = await this.load(id, { atMost, isEvictable: () => false });
    if (outcome.status !== 'ready') return false;
    this.#options.onEvent({ type: 'model-shrunk', model: id, before, after: outcome.resident.plan, reason });
    return true;
  }

  /** Unloads a model after its work; false when it was gone before. */
  async #end(resident: Resident): Promise<boolean> {
    resident.isEnding = true;
    if (resident.running > 0) {
      await new Promise<void>((resolve) => this.#idleWaiters.set(resident, resolve));
      this.#idleWaiters.delete(resident);
    }
    await resident.model[Symbol.asyncDispose]();
    // Until here it counts as ending, so that nobody loads it a second time.
    const isPresent = this.residents.get(resident.id) === resident;
    if (isPresent) this.residents.delete(resident.id);
    return isPresent;
  }
}

function limitWish(wish: FleetModel, { atMost = {} }: LoadNeeds): FleetModel {
  const { plan } = wish;
  const limited: LoadPlan = {
    contextTokens: Math.min(plan.contextTokens, atMost.contextTokens ?? plan.contextTokens),
    sequences: Math.min(plan.sequences, atMost.sequences ?? plan.sequences),
    gpuLayers: Math.min(plan.gpuLayers, atMost.gpuLayers ?? plan.gpuLayers),
  };
  return {
    id: wish.id,
    plan: limited,
    minContextTokens: wish.minContextTokens,
    needOf: wish.needOf,
    open: (chosen, signal) => wish.open(chosen, signal),
    noteMeasured: (chosen, bytes) => wish.noteMeasured(chosen, bytes),
  };
}
