/** Lets a number of requests through at once, first come first served. */
export interface Gate {
  /** Waits for a place and returns what gives it back; null when aborted while waiting. */
  enter(signal?: AbortSignal): Promise<(() => void) | null>;
}

/** Creates a gate with `places` places. */
export function createGate(places: number): Gate {
  let free = places;
  const waiting = new Set<() => void>();
  const leave = () => {
    const [next] = waiting;
    if (next === undefined) {
      free += 1;
      return;
    }
    waiting.delete(next);
    next();
  };
  return {
    enter(signal) {
      if (signal?.aborted === true) return Promise.resolve(null);
      if (free > 0) {
        free -= 1;
        return Promise.resolve(leave);
      }
      return new Promise((resolve) => {
        const grant = () => resolve(leave);
        waiting.add(grant);
        signal?.addEventListener('abort', () => {
          if (waiting.delete(grant)) resolve(null);
        });
      });
    },
  };
}
