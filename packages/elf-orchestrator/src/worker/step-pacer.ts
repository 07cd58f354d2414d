/** Keeps the sequences of one context in step, so that no prompt and no saved state makes the others wait for long. */
export interface StepPacer {
  /**
   * Evaluates prompt tokens. While sequences generate, no more than a slice is under way, and each of them has a token of its
   * own before the next slice is evaluated; while none does, a slice of every sequence shares one batch.
   */
  evaluate<T>(tokenCount: number, work: () => Promise<T>): Promise<T>;
  /** Whether a sequence waits for its next token. */
  readonly isGenerating: boolean;
  /** Runs work that needs the whole context, between two steps of all sequences. */
  pause<T>(work: () => Promise<T>): Promise<T>;
  /** Takes part with a sequence that generates from now on. */
  join(): PacedSequence;
}

/** A sequence that generates. */
export interface PacedSequence {
  /** To be awaited after each token: all sequences take their next step in one batch, which costs little more than one of them. */
  step(): Promise<void>;
  leave(): void;
}

/** A sequence that does not come to its next token, for whatever reason, stops nobody for longer. */
const MAX_WAIT_MS = 1_000;

/** How many prompt tokens may be under way at once: a slice while somebody waits for a token, else a batch of slices. */
export interface StepLimits {
  sliceTokens: number;
  batchTokens: number;
}

/** Creates a pacer. */
export function createStepPacer(limits: StepLimits): StepPacer {
  return new SlicePacer(limits);
}

class SlicePacer implements StepPacer {
  readonly #limits: StepLimits;
  readonly #waiting: { tokenCount: number; start: () => void }[] = [];
  /** Tokens that each sequence has generated. */
  readonly #decoders = new Map<object, number>();
  readonly #watchers = new Set<() => void>();
  /** Sequences that wait for the others of their round. */
  readonly #arrived: (() => void)[] = [];
  #isTurnSet = false;
  #roundTimer: NodeJS.Timeout | undefined;
  #inFlight = 0;
  #gate: Promise<void> | undefined;

  constructor(limits: StepLimits) {
    this.#limits = limits;
  }

  get isGenerating(): boolean {
    return this.#decoders.size > 0;
  }

  async evaluate<T>(tokenCount: number, work: () => Promise<T>): Promise<T> {
    await this.#occupy(tokenCount);
    const before = new Map(this.#decoders);
    try {
      return await work();
    } finally {
      // Not awaited: who evaluated the last slice of its prompt goes on at once.
      void this.#awaitSteps(before).then(() => this.#free(tokenCount));
    }
  }

  async pause<T>(work: () => Promise<T>): Promise<T> {
    const { batchTokens } = this.#limits;
    await this.#occupy(batchTokens);
    let open: () => void = () => undefined;
    this.#gate = new Promise((resolve) => {
      open = resolve;
    });
    try {
      return await work();
    } finally {
      this.#gate = undefined;
      open();
      this.#free(batchTokens);
    }
  }

  join(): PacedSequence {
    const decoder = {};
    this.#decoders.set(decoder, 0);
    return {
      step: async () => {
        this.#decoders.set(decoder, (this.#decoders.get(decoder) ?? 0) + 1);
        await this.#meet();
        await this.#gate;
      },
      leave: () => {
        this.#decoders.delete(decoder);
        this.#startRound();
      },
    };
  }

  /** Resolves when every sequence that generates has its token; who comes last keeps nobody waiting that could be served. */
  #meet(): Promise<void> {
    const met = new Promise<void>((resolve) => {
      this.#arrived.push(resolve);
    });
    this.#startRound();
    return met;
  }

  /** In a turn of its own: the engine takes up at once what is queued while it ends a batch, and would take the first alone. */
  #startRound(): void {
    if (this.#isTurnSet) return;
    this.#isTurnSet = true;
    setImmediate(() => {
      this.#isTurnSet = false;
      if (this.#arrived.length >= this.#decoders.size) this.#endRound();
      else this.#roundTimer ??= setTimeout(() => this.#endRound(), MAX_WAIT_MS);
    });
  }

  #endRound(): void {
    clearTimeout(this.#roundTimer);
    this.#roundTimer = undefined;
    const arrived = this.#arrived.splice(0);
    this.#notify();
    for (const go of arrived) go();
  }

  #occupy(tokenCount: number): Promise<void> {
    return new Promise((start) => {
      this.#waiting.push({ tokenCount, start });
      this.#startNext();
    });
  }

  #free(tokenCount: number): void {
    this.#inFlight -= tokenCount;
    this.#startNext();
  }

  #startNext(): void {
    const { batchTokens, sliceTokens } = this.#limits;
    const limit = this.isGenerating ? sliceTokens : batchTokens;
    for (let [next] = this.#waiting; next !== undefined; [next] = this.#waiting) {
      if (this.#inFlight > 0 && this.#inFlight + next.tokenCount > limit) return;
      this.#waiting.shift();
      this.#inFlight += next.tokenCount;
      next.start();
    }
  }

  #awaitSteps(before: ReadonlyMap<object, number>): Promise<void> {
    const haveStepped = (): boolean =>
      [...before].every(([decoder, steps]) => (this.#decoders.get(decoder) ?? Infinity) > steps);
    // A turn later: who has come to its first token takes part by then.
    if (haveStepped()) return new Promise((resolve) => setImmediate(resolve));
    return new Promise((resolve) => {
      const watch = (): void => {
        if (haveStepped()) end();
      };
      const end = (): void => {
        clearTimeout(timer);
        this.#watchers.delete(watch);
        resolve();
      };
      const timer = setTimeout(end, MAX_WAIT_MS);
      this.#watchers.add(watch);
    });
  }

  #notify(): void {
    for (const watcher of this.#watchers) watcher();
  }
}
