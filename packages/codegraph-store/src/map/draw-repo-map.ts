import { type EdgeKind, estimateTokenCount, type RowKind } from '@parseltongue/isg-core';
import { DEFAULT_TIERS, describeAnswer } from '../answer/describe-answer.js';
import { isTest } from '../answer/fit-answer.js';
import type { RepoMapAnswer, RepoMapOptions } from '../contract.js';
import { StoreError } from '../errors.js';
import type { GraphState } from '../state/graph-state.js';
import { assertKeys, type GraphView, openView } from '../state/graph-view.js';
import type { CatalogEntry } from '../state/row-catalog.js';
import { rankNodes } from './page-rank.js';

const RANK_KINDS = new Set<EdgeKind>(['calls', 'uses_type', 'implements']);
const RANK_TIERS = new Set<string>(DEFAULT_TIERS);
/** Rows that only hold others together; their members speak for them. */
const CONTAINERS = new Set<RowKind>(['file', 'module', 'extern_block', 'macro_call']);

/** Draws the signatures of the best-ranked rows, grouped by file, as many as the budget holds. */
export function drawRepoMap(state: GraphState, options: RepoMapOptions): RepoMapAnswer {
  assertBudget(options.tokenBudget);
  const view = openView(state);
  assertKeys(view, options.focus ?? []);
  const ranked = rankEntries(view, options.focus ?? []);
  const candidates = ranked.filter(({ entry }) => isOnMap(entry, options.includeTests === true));
  const count = countFitting(candidates, options.tokenBudget);
  const shown = candidates.slice(0, count);
  const text = renderMap(shown);
  const fit = {
    token_cost: estimateTokenCount(text),
    total: candidates.length,
    shown: count,
    level: count === 0 ? ('counts' as const) : ('signatures' as const),
    next_offset: null,
  };
  return {
    text,
    rows: shown.map(({ entry, rank }) => ({ key: entry.key, rank })),
    meta: describeAnswer(state, view, { tiers: DEFAULT_TIERS, fit }),
  };
}

interface RankedEntry {
  entry: CatalogEntry;
  rank: number;
}

function rankEntries(view: GraphView, focus: readonly string[]): RankedEntry[] {
  const entries = view.entries();
  const numbers = new Map(entries.map((entry, i) => [entry.key as string, i]));
  const targets = entries.map((entry) => listTargets(view, entry.key, numbers));
  const restart = new Set(focus.flatMap((key) => numbers.get(key) ?? []));
  const ranks = rankNodes(targets, restart);
  return entries
    .map((entry, i) => ({ entry, rank: ranks[i] as number }))
    .sort((a, b) => b.rank - a.rank || (a.entry.key < b.entry.key ? -1 : 1));
}

/** In order of number, so that sums do not depend on the order in which edges were stored. */
function listTargets(view: GraphView, key: string, numbers: ReadonlyMap<string, number>): number[] {
  const targets: number[] = [];
  for (const edge of view.edgesFrom(key)) {
    if (!RANK_KINDS.has(edge.kind) || !RANK_TIERS.has(edge.resolution) || edge.from === edge.to) continue;
    const target = numbers.get(edge.to);
    if (target !== undefined) targets.push(target);
  }
  return targets.sort((a, b) => a - b);
}

function isOnMap(entry: CatalogEntry, includeTests: boolean): boolean {
  return !CONTAINERS.has(entry.kind) && entry.signature !== '' && (includeTests || !isTest(entry));
}

/** Every row adds to the text, so the cost grows with the count and halving finds the most that fits. */
function countFitting(ranked: readonly RankedEntry[], tokenBudget: number): number {
  let low = 0;
  let high = Math.min(ranked.length, tokenBudget);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (estimateTokenCount(renderMap(ranked.slice(0, middle))) <= tokenBudget) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Files by their best row, rows by their place in the file. */
function renderMap(ranked: readonly RankedEntry[]): string {
  const files = new Map<string, CatalogEntry[]>();
  for (const { entry } of ranked) {
    const rows = files.get(entry.file);
    if (rows === undefined) files.set(entry.file, [entry]);
    else rows.push(entry);
  }
  const lines: string[] = [];
  for (const [file, rows] of files) {
    rows.sort((a, b) => a.line - b.line || (a.key < b.key ? -1 : 1));
    lines.push(file, ...rows.map((row) => `  ${row.line}: ${row.signature.replace(/\s+/g, ' ')}`));
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

function assertBudget(tokenBudget: number): void {
  if (Number.isInteger(tokenBudget) && tokenBudget >= 0) return;
  throw new StoreError('PT_STORE_OPTION_INVALID', {
    message: `tokenBudget must be a whole number of tokens, not ${tokenBudget}`,
    details: { option: 'tokenBudget', problem: String(tokenBudget) },
  });
}
