import type { TypedEvent } from './log/event-payloads.js';
import { listRuns, readRun } from './log/read-run.js';

/** Tokens and calls of one group. */
export interface CostLine {
  model_calls: number;
  input_tokens: number;
  output_tokens: number;
  /** Re-sent tokens a provider served from its cache; not part of the tokens above. */
  cache_read_tokens: number;
  /** Sum of the costs engines reported. */
  cost_usd: number;
  calls_without_cost: number;
  /** Calls whose token figures this package estimated because the engine reports none. */
  estimated_calls: number;
}

/** What changes cost so far; ratios are null where there is nothing to divide by. */
export interface CostReport {
  total: CostLine;
  by_step: Record<string, CostLine>;
  by_reasoner: Record<string, CostLine>;
  runs: (CostLine & { run_id: string; request: string; status: string | null; attempts: number })[];
  /** Runs whose change was applied. */
  accepted_changes: number;
  tokens_per_accepted_change: number | null;
  /** Cached tokens over all input tokens that were sent. */
  cache_hit_rate: number | null;
  /** Accepted changes whose first attempt was the one. */
  first_apply_rate: number | null;
}

/** Adds up the ledgers of all runs under `<dir>/runs`; the figures are the ones the engines reported, call by call. */
export async function readCosts(dir: string): Promise<CostReport> {
  const report: CostReport = {
    total: createLine(),
    by_step: {},
    by_reasoner: {},
    runs: [],
    accepted_changes: 0,
    tokens_per_accepted_change: null,
    cache_hit_rate: null,
    first_apply_rate: null,
  };
  let firstTime = 0;
  for (const { run_id, request, status, attempts } of await listRuns(dir)) {
    const line = createLine();
    for (const event of (await readRun(dir, run_id)).events) {
      const typed = { type: event.type, payload: event.payload } as unknown as TypedEvent;
      if (typed.type !== 'model-called') continue;
      const { step, reasoner } = typed.payload;
      const groups = [
        line,
        report.total,
        (report.by_step[step] ??= createLine()),
        (report.by_reasoner[reasoner] ??= createLine()),
      ];
      for (const group of groups) addCall(group, typed.payload.usage);
    }
    report.runs.push({ run_id, request, status, attempts, ...line });
    if (status !== 'applied' && status !== 'committed') continue;
    report.accepted_changes += 1;
    if (attempts === 1) firstTime += 1;
  }
  const { total, accepted_changes: accepted } = report;
  const sent = total.input_tokens + total.cache_read_tokens;
  if (sent > 0) report.cache_hit_rate = total.cache_read_tokens / sent;
  if (accepted > 0) {
    report.tokens_per_accepted_change = Math.round((total.input_tokens + total.output_tokens) / accepted);
    report.first_apply_rate = firstTime / accepted;
  }
  return report;
}

function createLine(): CostLine {
  return {
    model_calls: 0,
    input_tokens: 0,
    output_tokens: 0,
    cache_read_tokens: 0,
    cost_usd: 0,
    calls_without_cost: 0,
    estimated_calls: 0,
  };
}

function addCall(
  line: CostLine,
  usage: Extract<TypedEvent, { type: 'model-called' }>['payload']['usage'],
): void {
  line.model_calls += 1;
  line.input_tokens += usage.input_tokens;
  line.output_tokens += usage.output_tokens;
  line.cache_read_tokens += usage.cache_read_tokens;
  line.cost_usd += usage.cost_usd ?? 0;
  line.calls_without_cost += usage.cost_usd === null ? 1 : 0;
  line.estimated_calls += usage.estimated ? 1 : 0;
}
