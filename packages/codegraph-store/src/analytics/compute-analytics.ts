import { type Resolution, type TddClass, utf8Length } from '@parseltongue/isg-core';
import { shareOfGraph } from '../answer/describe-answer.js';
import { isTest } from '../answer/fit-answer.js';
import type { Analytics } from '../contract.js';
import type { EdgeIndex } from '../state/edge-index.js';
import type { GraphState } from '../state/graph-state.js';
import { openCatalog, openEdges } from '../state/indexes.js';
import type { CatalogEntry } from '../state/row-catalog.js';
import { scanTuples } from '../state/tables.js';

const LIST_LENGTH = 10;
const BYTES_PER_TOKEN = 3;
const NO_CRATE = '(none)';

/** Counts what the current graph holds. */
export function computeAnalytics(state: GraphState): Analytics {
  const entries = openCatalog(state).sorted();
  const edges = openEdges(state);
  return {
    rows: countRows(entries),
    edges: countEdges(edges),
    unresolved_share: shareOfGraph(state),
    hot_spots: findHotSpots(entries, edges),
    test_ratio: computeTestRatio(entries),
    largest: findLargest(entries),
    tokens: { base_context: countBaseContext(state, entries), raw_code: countRawCode(state) },
  };
}

function countRows(entries: readonly CatalogEntry[]): Analytics['rows'] {
  const byClass: Record<TddClass, number> = { TEST_IMPLEMENTATION: 0, CODE_IMPLEMENTATION: 0 };
  for (const { tdd } of entries) byClass[tdd] += 1;
  return {
    total: entries.length,
    by_kind: tally(entries, (entry) => entry.kind),
    by_class: byClass,
    by_crate: tally(entries, (entry) => entry.crate ?? NO_CRATE),
  };
}

function countEdges(edges: EdgeIndex): Analytics['edges'] {
  const byResolution: Record<Resolution, number> = { exact: 0, typed: 0, name: 0 };
  for (const { resolution } of edges.all()) byResolution[resolution] += 1;
  return { total: edges.size, by_kind: tally(edges.all(), (edge) => edge.kind), by_resolution: byResolution };
}

function findHotSpots(entries: readonly CatalogEntry[], edges: EdgeIndex): Analytics['hot_spots'] {
  const called = entries.map(({ key }) => ({
    key,
    callers: new Set(
      edges
        .to(key)
        .flatMap((edge) => (edge.kind === 'calls' && edge.resolution !== 'name' ? [edge.from] : [])),
    ).size,
  }));
  return called
    .filter(({ callers }) => callers > 0)
    .sort((a, b) => b.callers - a.callers || (a.key < b.key ? -1 : 1))
    .slice(0, LIST_LENGTH);
}

function findLargest(entries: readonly CatalogEntry[]): Analytics['largest'] {
  return [...entries]
    .sort((a, b) => b.tokenCount - a.tokenCount || (a.key < b.key ? -1 : 1))
    .slice(0, LIST_LENGTH)
    .map(({ key, tokenCount }) => ({ key, token_count: tokenCount }));
}

function computeTestRatio(entries: readonly CatalogEntry[]): number {
  const functions = entries.filter(({ kind }) => kind === 'function' || kind === 'method');
  const tests = functions.filter(isTest).length;
  return functions.length === 0 ? 0 : Math.round((tests / functions.length) * 10_000) / 10_000;
}

/** What a model reads of every row before any code: key, signature, class and summary. */
function countBaseContext(state: GraphState, entries: readonly CatalogEntry[]): number {
  let bytes = 0;
  for (const entry of entries)
    bytes += utf8Length(entry.key) + utf8Length(entry.signature) + utf8Length(entry.tdd) + 3;
  for (const tuple of scanTuples(state, 'summaries')) bytes += utf8Length(tuple[1] as string) + 1;
  return Math.ceil(bytes / BYTES_PER_TOKEN);
}

function countRawCode(state: GraphState): number {
  let bytes = 0;
  for (const tuple of scanTuples(state, 'files')) bytes += tuple[2] as number;
  return Math.ceil(bytes / BYTES_PER_TOKEN);
}

function tally<T>(items: Iterable<T>, nameOf: (item: T) => string): Record<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(nameOf(item), (counts.get(nameOf(item)) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}
