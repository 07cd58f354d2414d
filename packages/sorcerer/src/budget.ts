import type { BudgetCaps } from './budget-caps.js';
import type { ReasonerUsage } from './reasoner.js';

/** What a run has used up so far. */
export interface BudgetLedger {
  input_tokens: number;
  output_tokens: number;
  /** Re-sent tokens a provider served from its cache; not counted against `total_tokens`. */
  cache_read_tokens: number;
  /** Sum of the costs that engines reported; calls without a cost are counted in `calls_without_cost`. */
  cost_usd: number;
  calls_without_cost: number;
  model_calls: number;
  active_ms: number;
}

/** The upper estimate of the next call. */
export interface CallEstimate {
  inputTokens: number;
  outputTokens: number;
  costUsd: number | null;
}

/** Whether a call fits, and how close the run is to its tightest cap. */
export interface BudgetCheck {
  status: 'within' | 'exhausted';
  /** The cap that stops the call, or the tightest one. */
  cap: keyof BudgetCaps;
  /** Share of that cap after the call, 0 upwards. */
  used: number;
  /** The warning line the call would cross. */
  warning: 80 | 95 | null;
}

/** The ledger of a run that has not called anything. */
export function createLedger(): BudgetLedger {
  return {
    input_tokens: 0,
    output_tokens: 0,
    cache_read_tokens: 0,
    cost_usd: 0,
    calls_without_cost: 0,
    model_calls: 0,
    active_ms: 0,
  };
}

/** The ledger after one more call. */
export function chargeUsage(ledger: BudgetLedger, usage: ReasonerUsage): BudgetLedger {
  return {
    ...ledger,
    input_tokens: ledger.input_tokens + usage.input_tokens,
    output_tokens: ledger.output_tokens + usage.output_tokens,
    cache_read_tokens: ledger.cache_read_tokens + usage.cache_read_tokens,
    cost_usd: ledger.cost_usd + (usage.cost_usd ?? 0),
    calls_without_cost: ledger.calls_without_cost + (usage.cost_usd === null ? 1 : 0),
    model_calls: ledger.model_calls + 1,
  };
}

/** Checks the next call against every cap, before it is made. The first cap that does not hold answers. */
export function checkBudget(caps: BudgetCaps, ledger: BudgetLedger, next: CallEstimate): BudgetCheck {
  const tokens = ledger.input_tokens + ledger.output_tokens + next.inputTokens + next.outputTokens;
  const shares: [keyof BudgetCaps, number][] = [
    ['context_tokens', next.inputTokens / caps.context_tokens],
    ['total_tokens', tokens / caps.total_tokens],
    ['model_calls', (ledger.model_calls + 1) / caps.model_calls],
    ['wall_ms', ledger.active_ms / caps.wall_ms],
    ['cost_usd', shareOfCost(caps.cost_usd, ledger.cost_usd + (next.costUsd ?? 0))],
  ];
  const over = shares.find(([cap, share]) => share > 1 || (cap === 'wall_ms' && share >= 1));
  if (over !== undefined) return { status: 'exhausted', cap: over[0], used: over[1], warning: 95 };
  const [cap, used] = shares
    .filter(([name]) => name !== 'context_tokens')
    .reduce((tightest, share) => (share[1] > tightest[1] ? share : tightest));
  return { status: 'within', cap, used, warning: used >= 0.95 ? 95 : used >= 0.8 ? 80 : null };
}

function shareOfCost(cap: number | null, cost: number): number {
  if (cap === null || cost === 0) return 0;
  return cap === 0 ? Number.POSITIVE_INFINITY : cost / cap;
}
