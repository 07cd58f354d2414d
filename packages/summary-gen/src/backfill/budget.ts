/** What a backfill may cost. Absent limits have the defaults named. */
export interface BackfillBudget {
  /** Rows asked about, the worst first. Default 500. */
  maxRows?: number;
  /** Tokens in and out, over all requests. Default 500,000. */
  maxTokens?: number;
  /** Wall clock of the backfill. Default ten minutes. */
  maxMs?: number;
}

/** Limits of tokens and time of a backfill and what is left of them. */
export interface BudgetMeter {
  /** Milliseconds until the time is up, never negative. */
  remainingMs(): number;
  /** Sets tokens aside for a request; false when they are not there. */
  reserve(tokenCount: number): boolean;
  /** Replaces what was set aside by what it cost. */
  settle(reserved: number, spent: number): void;
}

/** `maxRows` of a budget that names none. */
export const DEFAULT_MAX_ROWS = 500;
const DEFAULT_TOKENS = 500_000;
const DEFAULT_MS = 600_000;

/** Starts metering at `now()`, a monotonic clock in milliseconds. */
export function createBudgetMeter(budget: BackfillBudget, now: () => number): BudgetMeter {
  const end = now() + (budget.maxMs ?? DEFAULT_MS);
  let remaining = budget.maxTokens ?? DEFAULT_TOKENS;
  return {
    remainingMs: () => Math.max(0, end - now()),
    reserve(tokenCount) {
      if (tokenCount > remaining) return false;
      remaining -= tokenCount;
      return true;
    },
    settle(reserved, spent) {
      remaining += reserved - spent;
    },
  };
}
