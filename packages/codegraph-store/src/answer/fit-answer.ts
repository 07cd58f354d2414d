import { estimateTokenCount } from '@parseltongue/isg-core';
import {
  type AnswerBudget,
  type AnswerMeta,
  DETAIL_LEVELS,
  type DetailLevel,
  type RowHit,
} from '../contract.js';
import { StoreError } from '../errors.js';
import type { CatalogEntry } from '../state/row-catalog.js';

export type Fit = Pick<AnswerMeta, 'token_cost' | 'total' | 'shown' | 'level' | 'next_offset'>;

export interface FittedHits<Hit> {
  hits: Hit[];
  fit: Fit;
}

export interface FitOptions<Hit> {
  /** Default: as many as there are hits. */
  total?: number;
  budget: AnswerBudget;
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
export function fitHits<Hit>(hits: readonly Hit[], options: FitOptions<Hit>): FittedHits<Hit> {
  const { detail, render, total = hits.length } = options;
  const { tokenBudget, offset = 0 } = options.budget;
  assertBudget(tokenBudget);
  assertOffset(offset);
  const rest = offset === 0 ? hits : hits.slice(offset);
  const show = (shown: Hit[], cost: number, level: DetailLevel): FittedHits<Hit> => {
    const end = offset + shown.length;
    const next = shown.length > 0 && end < hits.length ? end : null;
    return {
      hits: shown,
      fit: { token_cost: cost, total, shown: shown.length, level, next_offset: next },
    };
  };
  for (const level of DETAIL_LEVELS.slice(DETAIL_LEVELS.indexOf(detail))) {
    if (level === 'counts') break;
    const rendered = rest.map((hit) => render(hit, level));
    const cost = costOf(rendered);
    if (tokenBudget === undefined || cost <= tokenBudget) return show(rendered, cost, level);
    if (level !== 'keys') continue;
    const shown = rendered.slice(0, countFitting(rendered, tokenBudget));
    if (shown.length > 0) return show(shown, costOf(shown), level);
  }
  return show([], 0, 'counts');
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

/** A hit with no more than a level shows: without its code below bodies, without its signature below signatures. */
export function renderHit<Hit extends RowHit>(hit: Hit, level: DetailLevel): Hit {
  if (level === 'bodies') return hit;
  const shown = { ...hit };
  delete shown.code;
  if (level !== 'signatures') delete shown.signature;
  return shown;
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

function assertOffset(offset: number): void {
  if (Number.isInteger(offset) && offset >= 0) return;
  throw new StoreError('PT_STORE_OPTION_INVALID', {
    message: `offset must be a whole number of 0 or more, not ${offset}`,
    details: { option: 'offset', problem: String(offset) },
  });
}
