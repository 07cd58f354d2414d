import { estimateTokenCount } from '@parseltongue/isg-core';

const FLUSH_TOKENS = 5;
const FLUSH_MS = 100;

/** Joins small pieces of a stream. */
export interface DeltaCoalescer {
  push(text: string): void;
  /** Passes on what is left. */
  flush(): void;
}

/** Passes pieces on once they hold about 5 tokens or are 100 ms old, whichever comes first; the first one at once. */
export function createDeltaCoalescer(now: () => number, pass: (text: string) => void): DeltaCoalescer {
  let held = '';
  let passedAt = Number.NEGATIVE_INFINITY;
  const flush = (): void => {
    if (held === '') return;
    const text = held;
    held = '';
    passedAt = now();
    pass(text);
  };
  return {
    push(text) {
      held += text;
      if (estimateTokenCount(held) >= FLUSH_TOKENS || now() - passedAt >= FLUSH_MS) flush();
    },
    flush,
  };
}
