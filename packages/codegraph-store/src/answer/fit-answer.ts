import { estimateTokenCount } from '@parseltongue/isg-core';
import { type AnswerMeta, DETAIL_LEVELS, type DetailLevel, type RowHit } from '../contract.js';
import { StoreError } from '../errors.js';
import type { CatalogEntry } from '../state/row-catalog.js';

export interface FittedHits<Hit extends RowHit> {
  hits: Hit[];
  fit: Pick<AnswerMeta, 'token_cost' | 'total' | 'shown' | 'level'>;
}

export interface FitOptions<Hit extends RowHit> {
  total: number;
  tokenBudget: number | undefined;
  /** The most detail wanted. */
  detail: DetailLevel;
  /** The hit with exactly the detail of a level. */
  render: (hit: Hit, level: DetailLevel) => Hit;
}

/**
 * Shows as much of the hits as the budget allows: first less of each (bodies, signatures, keys), then fewer, then counts.
 *
 * The cost is the estimate over the JSON of what is shown and never exceeds the budget.
 */
export function fitHits<Hit extends RowHit>(hits: readonly Hit[], options: FitOptions<Hit>): FittedHits<Hit> {
  const { total, tokenBudget, detail, render } = options;
  assertBudget(tokenBudget);
  const levels = DETAIL_LEVELS.slice(DETAIL_LEVELS.indexOf(detail));
  for (const level of levels) {
    if (level === 'counts') break;
    const rendered = hits.map((hit) => render(hit, level));
    const cost = costOf(rendered);
    if (tokenBudget === undefined || cost <= tokenBudget) {
      return { hits: rendered, fit: { token_cost: cost, total, shown: rendered.length, level } };
    }
    if (level !== 'keys') continue;
    const count = countFitting(rendered, tokenBudget);
    if (count === 0) break;
    const shown = rendered.slice(0, count);
    return { hits: shown, fit: { token_cost: costOf(shown), total, shown: count, level } };
  }
  return { hits: [], fit: { token_cost: 0, total, shown: 0, level: 'counts' } };
}

/** The columns every hit shows, and its signature down to that level. */
export function renderEntry(entry: CatalogEntry, level: DetailLevel, code?: string): RowHit {
  const hit: RowHit = {
    key: entry.key,
    kind: entry.kind,
    file: entry.file,
    line: entry.line,
    tdd: entry.tdd,
  };
  if (level === 'bodies' || level === 'signatures') hit.signature = entry.signature;
  if (level === 'bodies' && code !== undefined) hit.code = code;
  return hit;
}

export function isTest(row: Pick<CatalogEntry, 'tdd'>): boolean {
  return row.tdd === 'TEST_IMPLEMENTATION';
}

/** Estimated tokens of the items as JSON; nothing costs nothing. */
export function costOf(items: readonly unknown[]): number {
  return items.length === 0 ? 0 : estimateTokenCount(JSON.stringify(items));
}

/** How many leading items fit; cost grows with every item, so halving finds it. */
function countFitting(items: readonly unknown[], tokenBudget: number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (costOf(items.slice(0, middle)) <= tokenBudget) low = middle;
    else high = middle - 1;
  }
  return low;
}

function assertBudget(tokenBudget: number | undefined): void {
  if (tokenBudget === undefined || (Number.isFinite(tokenBudget) && tokenBudget >= 0)) return;
  throw new StoreError('PT_STORE_OPTION_INVALID', {
    message: `tokenBudget must be a number of tokens, 0 or more, not ${tokenBudget}`,
    details: { option: 'tokenBudget', problem: String(tokenBudget) },
  });
}
