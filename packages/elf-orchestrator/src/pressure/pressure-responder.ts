import type { ModelFleet, Resident } from '../fleet/model-fleet.js';
import type { WorkScheduler } from '../schedule/work-scheduler.js';
import type { LevelChange, PressureSample } from './pressure-gauge.js';
import type { PressureLevel } from './pressure-level.js';
import { PRESSURE_LEVELS } from './pressure-level.js';

/** What was done about memory, with the numbers before and after. */
export interface PressureActionEvent {
  type: 'pressure-action';
  level: PressureLevel;
  action:
    | 'hold-speculative'
    | 'pause-batch'
    | 'resume-batch'
    | 'drop-prefixes'
    | 'unload-idle'
    | 'shrink-sequences'
    | 'reduce-gpu-layers'
    | 'refuse-new'
    | 'accept-new'
    | 'kill-worker';
  models: readonly string[];
  usedBytesBefore: number;
  /** Null where it could not be measured. */
  usedBytesAfter: number | null;
  ratioBefore: number;
  durationMs: number;
}

/** Settings of {@link createPressureResponder}. */
export interface ResponderOptions {
  fleet: ModelFleet;
  scheduler: WorkScheduler;
  isPinned: (id: string) => boolean;
  /** Takes a measurement now; null where there is none. */
  measureUsed: () => Promise<number | null>;
  onEvent: (event: PressureActionEvent) => void;
  now?: () => number;
}

/** Acts on the gauge's levels. */
export interface PressureResponder {
  onSample(sample: PressureSample): void;
  onLevelChange(change: LevelChange): void;
  /** Resolves when every action so far has ended. */
  settle(): Promise<void>;
}

/** Layers move and workers end at most this often. */
const COOLDOWN_MS = 5_000;

/** Creates a responder that has done nothing yet. */
export function createPressureResponder(options: ResponderOptions): PressureResponder {
  return new Responder(options);
}

class Responder implements PressureResponder {
  readonly #options: ResponderOptions;
  readonly #now: () => number;
  #turn: Promise<void> = Promise.resolve();
  #restingUntil: Record<'downshift' | 'kill', number> = { downshift: 0, kill: 0 };
  #sample: PressureSample | null = null;
  #level: PressureLevel = 'ok';

  constructor(options: ResponderOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** A level that lasts is acted on again after the cooldown; entering it is the business of the level change. */
  onSample(sample: PressureSample): void {
    this.#sample = sample;
    if (sample.level !== this.#level) return;
    if (sample.level === 'critical' && this.#takeTurnAt('kill')) this.#queue(() => this.#killOne());
    else if (isAtLeast(sample.level, 'high') && this.#takeTurnAt('downshift'))
      this.#queue(() => this.#downshift());
  }

  onLevelChange({ from, sample, to }: LevelChange): void {
    this.#sample = sample;
    this.#level = to;
    if (rankOf(to) < rankOf(from)) {
      this.#queue(() => this.#descend(from, to));
      return;
    }
    if (isAtLeast(to, 'high')) this.#restingUntil.downshift = this.#now() + COOLDOWN_MS;
    if (to === 'critical') this.#restingUntil.kill = this.#now() + COOLDOWN_MS;
    this.#queue(() => this.#climb(from, to));
  }

  settle(): Promise<void> {
    return this.#turn;
  }

  #takeTurnAt(action: 'downshift' | 'kill'): boolean {
    const now = this.#now();
    if (now < this.#restingUntil[action]) return false;
    this.#restingUntil[action] = now + COOLDOWN_MS;
    return true;
  }

  #queue(action: () => Promise<void>): void {
    this.#turn = this.#turn.then(action, action);
  }

  /** Levels in between are acted on as well: a jump to critical first does what a warning would have done. */
  async #climb(from: PressureLevel, to: PressureLevel): Promise<void> {
    for (const level of PRESSURE_LEVELS.slice(rankOf(from) + 1, rankOf(to) + 1)) {
      if (level === 'tight') await this.#act('hold-speculative', () => []);
      if (level === 'warn') await this.#warn();
      if (level === 'high') await this.#downshift();
      if (level === 'critical') {
        await this.#act('refuse-new', () => {
          this.#options.scheduler.refuseNew(true);
          return [];
        });
        await this.#killOne();
      }
    }
  }

  async #descend(from: PressureLevel, to: PressureLevel): Promise<void> {
    const { scheduler } = this.#options;
    if (from === 'critical')
      await this.#act('accept-new', () => {
        scheduler.refuseNew(false);
        return [];
      });
    if (isAtLeast(from, 'warn') && !isAtLeast(to, 'warn'))
      await this.#act('resume-batch', () => {
        scheduler.pauseBatch(false);
        return [];
      });
  }

  async #warn(): Promise<void> {
    const { fleet, scheduler } = this.#options;
    await this.#act('pause-batch', () => {
      scheduler.pauseBatch(true);
      return [];
    });
    await this.#act('drop-prefixes', async () => {
      const residents = [...fleet.residents.values()];
      await Promise.all(residents.map(({ model }) => model.dropPrefixes().catch(() => undefined)));
      return residents.map(({ id }) => id);
    });
    await this.#act('unload-idle', async () => {
      const idle = this.#listUnpinned().filter(({ running }) => running === 0);
      for (const { id } of idle) await fleet.unload(id, 'memory is short');
      return idle.map(({ id }) => id);
    });
    // Those that work are shrunk when they are idle; nobody waits for that here.
    const busy = this.#listUnpinned().filter(({ plan }) => plan.sequences > 1);
    await this.#act('shrink-sequences', () => {
      for (const { id, plan } of busy) void this.#shrink(id, { sequences: plan.sequences >> 1 });
      return busy.map(({ id }) => id);
    });
  }

  async #downshift(): Promise<void> {
    const [largest] = [...this.#options.fleet.residents.values()]
      .filter(({ plan }) => plan.gpuLayers > 0)
      .sort((a, b) => b.plan.gpuLayers - a.plan.gpuLayers);
    await this.#act('reduce-gpu-layers', () => {
      if (largest === undefined) return [];
      void this.#shrink(largest.id, { gpuLayers: largest.plan.gpuLayers >> 1 });
      return [largest.id];
    });
  }

  /** Ends the newest worker of the least important work; its jobs return to the queue. */
  async #killOne(): Promise<void> {
    const { fleet, scheduler } = this.#options;
    const ranked = scheduler.rankModels();
    const importance = (id: string) => (ranked.includes(id) ? ranked.length - ranked.indexOf(id) : 0);
    const [victim] = [...fleet.residents.values()].sort(
      (a, b) => importance(a.id) - importance(b.id) || b.loadedAt - a.loadedAt,
    );
    if (victim === undefined) return;
    await this.#act('kill-worker', async () => {
      await fleet.kill(victim.id, 'memory is about to run out');
      return [victim.id];
    });
  }

  async #shrink(id: string, atMost: { sequences?: number; gpuLayers?: number }): Promise<void> {
    const reason = 'memory is short';
    // A model that cannot be loaded again smaller stays out; its next work loads it when there is room.
    await this.#options.fleet.shrink(id, atMost, reason).catch(() => false);
    this.#options.scheduler.pump();
  }

  #listUnpinned(): Resident[] {
    const { fleet, isPinned } = this.#options;
    return [...fleet.residents.values()].filter(({ id, isEnding }) => !isEnding && !isPinned(id));
  }

  async #act(
    action: PressureActionEvent['action'],
    perform: () => string[] | Promise<string[]>,
  ): Promise<void> {
    const startedAt = performance.now();
    const before = this.#sample;
    const models = await perform();
    const durationMs = performance.now() - startedAt;
    this.#options.onEvent({
      type: 'pressure-action',
      level: before?.level ?? 'ok',
      action,
      models,
      usedBytesBefore: before?.usedBytes ?? 0,
      usedBytesAfter: await this.#options.measureUsed(),
      ratioBefore: Math.max(before?.memRatio ?? 0, before?.systemRatio ?? 0),
      durationMs,
    });
  }
}

function rankOf(level: PressureLevel): number {
  return PRESSURE_LEVELS.indexOf(level);
}

function isAtLeast(level: PressureLevel, least: PressureLevel): boolean {
  return rankOf(level) >= rankOf(least);
}
