import { setTimeout as delay } from 'node:timers/promises';

/** What the server says of itself in `experimental/serverStatus`. */
export interface ServerStatus {
  health: 'ok' | 'warning' | 'error';
  quiescent: boolean;
  message: string | null;
}

/** Follows the status of a server. */
export interface StatusTracker {
  current(): ServerStatus;
  /** How often the server came to rest; a new number means that it loaded something anew. */
  restCount(): number;
  update(params: unknown): void;
  /**
   * Waits until the server is at rest and stays so for a moment; false when the time is up or `isAlive` says no.
   *
   * `expectsReload` gives the server time to begin the work a changed manifest causes.
   */
  waitForRest(options: {
    timeoutMs: number;
    expectsReload: boolean;
    isAlive: () => boolean;
    signal?: AbortSignal;
  }): Promise<boolean>;
}

const POLL_MS = 10;
const SETTLE_MS = 40;
const RELOAD_START_MS = 1500;

/** Creates a tracker that has heard nothing yet. */
export function createStatusTracker(): StatusTracker {
  let status: ServerStatus = { health: 'ok', quiescent: false, message: null };
  let rests = 0;
  return {
    current: () => status,
    restCount: () => rests,
    update(params) {
      const next = readStatus(params);
      if (next.quiescent && !status.quiescent) rests += 1;
      status = next;
    },
    async waitForRest({ timeoutMs, expectsReload, isAlive, signal }) {
      const from = performance.now();
      let restedAt: number | null = null;
      let hasBegun = !expectsReload;
      for (;;) {
        signal?.throwIfAborted();
        const now = performance.now();
        if (!status.quiescent) {
          hasBegun = true;
          restedAt = null;
        } else restedAt ??= now;
        const mayRest = hasBegun || now - from > RELOAD_START_MS;
        if (mayRest && restedAt !== null && (!expectsReload || now - restedAt >= SETTLE_MS)) return true;
        if (now - from > timeoutMs || !isAlive()) return false;
        await delay(POLL_MS);
      }
    },
  };
}

function readStatus(params: unknown): ServerStatus {
  const given = (typeof params === 'object' && params !== null ? params : {}) as Record<string, unknown>;
  const health = given['health'];
  return {
    health: health === 'warning' || health === 'error' ? health : 'ok',
    quiescent: given['quiescent'] === true,
    message: typeof given['message'] === 'string' ? given['message'] : null,
  };
}
