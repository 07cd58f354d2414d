import type { LlamaContextSequence, Token } from 'node-llama-cpp';

/** A sequence and its place in the context. */
export interface Slot {
  sequence: LlamaContextSequence;
  place: number;
}

/** Hands out the sequences of one context, first come first served. */
export interface SequencePool {
  /** Waits for a free sequence and picks the one that shares the longest prefix; null when aborted while waiting. */
  acquire(tokens: readonly Token[], signal: AbortSignal): Promise<Slot | null>;
  release(slot: Slot): void;
}

interface Waiter {
  tokens: readonly Token[];
  grant: (slot: Slot | null) => void;
}

/** Opens a pool over sequences that nobody else uses, given in the order of their places. */
export function openSequencePool(sequences: readonly LlamaContextSequence[]): SequencePool {
  const idle = new Set<Slot>(sequences.map((sequence, place) => ({ sequence, place })));
  const waiters = new Set<Waiter>();
  return {
    acquire(tokens, signal) {
      if (signal.aborted) return Promise.resolve(null);
      const slot = pickLongestPrefix(idle, tokens);
      if (slot !== null) {
        idle.delete(slot);
        return Promise.resolve(slot);
      }
      return new Promise((resolve) => {
        const waiter: Waiter = { tokens, grant: resolve };
        waiters.add(waiter);
        signal.addEventListener('abort', () => {
          if (waiters.delete(waiter)) resolve(null);
        });
      });
    },
    release(slot) {
      idle.add(slot);
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

/** Among equals the first place, so that sequences in use are neighbours, which the engine evaluates together. */
function pickLongestPrefix(idle: ReadonlySet<Slot>, tokens: readonly Token[]): Slot | null {
  let best: { slot: Slot; shared: number } | null = null;
  for (const slot of idle) {
    const shared = slot.sequence.compareContextTokens([...tokens]).firstDifferentIndex;
    const isBetter =
      best === null || shared > best.shared || (shared === best.shared && slot.place < best.slot.place);
    if (isBetter) best = { slot, shared };
  }
  return best?.slot ?? null;
}
