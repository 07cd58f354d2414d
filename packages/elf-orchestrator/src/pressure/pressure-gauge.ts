import { createMemorySource } from './create-memory-source.js';
import {
  computeSystemRatio,
  type MemorySource,
  type SystemMemory,
  type TreeMemory,
} from './memory-source.js';
import { INITIAL_LADDER, type LadderState, nextLadder, type PressureLevel } from './pressure-level.js';

/** One measurement of the process tree and the machine. */
export interface PressureSample {
  /** Milliseconds since the epoch. */
  at: number;
  usedBytes: number;
  limitBytes: number;
  /** Used by the tree over the limit. */
  memRatio: number;
  /** Used on the machine, or in its control group, over its size. */
  systemRatio: number;
  level: PressureLevel;
  processCount: number;
  /** What the measurement itself took. */
  costMs: number;
}

/** A step of the ladder with the sample that caused it. */
export interface LevelChange {
  from: PressureLevel;
  to: PressureLevel;
  sample: PressureSample;
}

/** Time as the gauge sees it; replaced by tests. */
export interface GaugeClock {
  now: () => number;
  /** Calls back at every interval until the returned function is called. */
  every: (intervalMs: number, callback: () => void) => () => void;
}

/** Settings of {@link openPressureGauge}. */
export interface PressureGaugeOptions {
  /** The tree's root: the daemon. */
  rootPid: number;
  limitBytes: number;
  intervalMs?: number;
  /** How many samples are kept. */
  historySamples?: number;
  /** Defaults to the source of this platform; null where there is none. */
  source?: MemorySource | null;
  clock?: GaugeClock;
  onSample?: (sample: PressureSample) => void;
  onLevelChange?: (change: LevelChange) => void;
}

/** A running gauge. */
export interface PressureGauge extends AsyncDisposable {
  /** `unsupported`: memory cannot be measured on this platform and no sample ever comes. */
  readonly status: 'running' | 'unsupported' | 'closed';
  readonly level: PressureLevel;
  readonly latest: PressureSample | null;
  /** Samples that could not be taken because the source failed or the one before was still being taken. */
  readonly missedSamples: number;
  /** The kept samples, oldest first. */
  readHistory(): PressureSample[];
  /** Takes a sample now, outside the interval; null when it could not be taken. */
  takeSample(): Promise<PressureSample | null>;
}

const DEFAULT_INTERVAL_MS = 250;
const DEFAULT_HISTORY_SAMPLES = 240;

/** Opens the gauge over a process tree; it samples every 250 ms until it is disposed and keeps no process alive. */
export function openPressureGauge(options: PressureGaugeOptions): PressureGauge {
  return new Gauge(options);
}

class Gauge implements PressureGauge {
  readonly #options: PressureGaugeOptions;
  readonly #source: MemorySource | null;
  readonly #clock: GaugeClock;
  readonly #history: PressureSample[] = [];
  readonly #stop: () => void;
  #ladder: LadderState = INITIAL_LADDER;
  #running: Promise<PressureSample | null> | null = null;
  #missed = 0;
  #isClosed = false;

  constructor(options: PressureGaugeOptions) {
    this.#options = options;
    this.#source = options.source === undefined ? createMemorySource(process.platform) : options.source;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.#stop =
      this.#source === null
        ? () => undefined
        : this.#clock.every(options.intervalMs ?? DEFAULT_INTERVAL_MS, () => this.#tick());
  }

  get status(): 'running' | 'unsupported' | 'closed' {
    if (this.#isClosed) return 'closed';
    return this.#source === null ? 'unsupported' : 'running';
  }

  get level(): PressureLevel {
    return this.#ladder.level;
  }

  get latest(): PressureSample | null {
    return this.#history.at(-1) ?? null;
  }

  get missedSamples(): number {
    return this.#missed;
  }

  readHistory(): PressureSample[] {
    return [...this.#history];
  }

  takeSample(): Promise<PressureSample | null> {
    this.#running ??= this.#measure().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#stop();
    await this.#running;
  }

  #tick(): void {
    if (this.#running === null) void this.takeSample();
    else this.#missed += 1;
  }

  async #measure(): Promise<PressureSample | null> {
    if (this.#source === null || this.#isClosed) return null;
    const startedAt = performance.now();
    const memory = await readMemory(this.#source, this.#options.rootPid);
    if (memory === null) {
      this.#missed += 1;
      return null;
    }
    const { limitBytes } = this.#options;
    const { usedBytes, processes } = memory.tree;
    return this.#record({
      at: this.#clock.now(),
      usedBytes,
      limitBytes,
      memRatio: usedBytes / limitBytes,
      systemRatio: computeSystemRatio(memory.system),
      processCount: processes.length,
      costMs: performance.now() - startedAt,
    });
  }

  #record(measured: Omit<PressureSample, 'level'>): PressureSample {
    const from = this.#ladder.level;
    this.#ladder = nextLadder(this.#ladder, Math.max(measured.memRatio, measured.systemRatio));
    const sample = { ...measured, level: this.#ladder.level };
    this.#history.push(sample);
    if (this.#history.length > (this.#options.historySamples ?? DEFAULT_HISTORY_SAMPLES))
      this.#history.shift();
    this.#options.onSample?.(sample);
    if (sample.level !== from) this.#options.onLevelChange?.({ from, to: sample.level, sample });
    return sample;
  }
}

/** Null when the source fails: a process that ends while it is read is normal, and the next sample tells. */
async function readMemory(
  source: MemorySource,
  rootPid: number,
): Promise<{ tree: TreeMemory; system: SystemMemory } | null> {
  try {
    return { tree: await source.readTree(rootPid), system: await source.readSystem() };
  } catch {
    return null;
  }
}

const SYSTEM_CLOCK: GaugeClock = {
  now: Date.now,
  every: (intervalMs, callback) => {
    const timer = setInterval(callback, intervalMs);
    timer.unref();
    return () => clearInterval(timer);
  },
};
