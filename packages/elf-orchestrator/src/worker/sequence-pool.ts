import type { LlamaContextSequence, Token } from 'node-llama-cpp';

/** Hands out the sequences of one context, first come first served. */
export interface SequencePool {
  /** Waits for a free sequence and picks the one that shares the longest prefix; null when aborted while waiting. */
  acquire(tokens: readonly Token[], signal: AbortSignal): Promise<LlamaContextSequence | null>;
  release(sequence: LlamaContextSequence): void;
}

interface Waiter {
  tokens: readonly Token[];
  grant: (sequence: LlamaContextSequence | null) => void;
}

/** Opens a pool over sequences that nobody else uses. */
export function openSequencePool(sequences: readonly LlamaContextSequence[]): SequencePool {
  const idle = new Set(sequences);
  const waiters = new Set<Waiter>();
  return {
    acquire(tokens, signal) {
      if (signal.aborted) return Promise.resolve(null);
      const sequence = pickLongestPrefix(idle, tokens);
      if (sequence !== null) {
        idle.delete(sequence);
        return Promise.resolve(sequence);
      }
      return new Promise((resolve) => {
        const waiter: Waiter = { tokens, grant: resolve };
        waiters.add(waiter);
        signal.addEventListener('abort', () => {
          if (waiters.delete(waiter)) resolve(null);
        });
      });
    },
    release(sequence) {
      idle.add(sequence);
      const [next] = waiters;
      if (next === undefined) return;
      const granted = pickLongestPrefix(idle, next.tokens);
      if (granted === null) return;
      waiters.delete(next);
      idle.delete(granted);
      next.grant(granted);
    },
  };
}

function pickLongestPrefix(
  idle: ReadonlySet<LlamaContextSequence>,
  tokens: readonly Token[],
): LlamaContextSequence | null {
  let best: { sequence: LlamaContextSequence; shared: number } | null = null;
  for (const sequence of idle) {
    const shared = sequence.compareContextTokens([...tokens]).firstDifferentIndex;
    if (best === null || shared > best.shared) best = { sequence, shared };
  }
  return best?.sequence ?? null;
}
