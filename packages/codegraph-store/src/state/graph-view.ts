import type { GraphAt, RowKey } from '@parseltongue/isg-core';
import { StoreError } from '../errors.js';
import type { EdgeIndex, EdgeRecord } from './edge-index.js';
import type { GraphState } from './graph-state.js';
import { openCatalog, openEdges } from './indexes.js';
import { openPlanView, type PlanView } from './plan-view.js';
import { type CatalogEntry, compareKeys, type RowCatalog } from './row-catalog.js';

/** The rows and edges of one graph, current or planned, under one face: every question works on both. */
export interface GraphView {
  plan: PlanView | undefined;
  get(key: string): CatalogEntry | undefined;
  /** In key order. */
  entries(): readonly CatalogEntry[];
  edgesFrom(key: string): readonly EdgeRecord[];
  edgesTo(key: string): readonly EdgeRecord[];
  keysOfFile(path: string): readonly RowKey[];
}

/** @throws StoreError PT_STORE_PLAN_UNKNOWN, PT_STORE_PLAN_BROKEN */
export function openView(state: GraphState, at: GraphAt = 'current'): GraphView {
  const catalog = openCatalog(state);
  const edges = openEdges(state);
  if (at === 'current') return createCurrentView(catalog, edges);
  return createPlannedView(catalog, edges, openPlanView(state, at.plan));
}

/** @throws StoreError PT_STORE_ROW_UNKNOWN */
export function assertKeys(view: GraphView, keys: readonly string[]): void {
  const missing = keys.find((key) => view.get(key) === undefined);
  if (missing !== undefined) throw reportUnknownRow(missing);
}

export function reportUnknownRow(key: string): StoreError<'PT_STORE_ROW_UNKNOWN'> {
  return new StoreError('PT_STORE_ROW_UNKNOWN', {
    message: `There is no row "${key.slice(0, 200)}". Search for the item, or index its file`,
    details: { key },
  });
}

function createCurrentView(catalog: RowCatalog, edges: EdgeIndex): GraphView {
  return {
    plan: undefined,
    get: (key) => catalog.get(key),
    entries: () => catalog.sorted(),
    edgesFrom: (key) => edges.from(key),
    edgesTo: (key) => edges.to(key),
    keysOfFile: (path) => catalog.keysOfFile(path),
  };
}

function createPlannedView(catalog: RowCatalog, edges: EdgeIndex, plan: PlanView): GraphView {
  const { replaced, addedFrom, addedTo } = plan.edges;
  const project = (current: readonly EdgeRecord[], added: readonly EdgeRecord[] = []) =>
    replaced.size === 0
      ? [...current, ...added]
      : [...current.filter((edge) => !replaced.has(edge.id)), ...added];
  return {
    plan,
    get: (key) => plan.entries.get(key) ?? (plan.goneKeys.has(key) ? undefined : catalog.get(key)),
    entries: () => {
      const kept = catalog.sorted().filter(({ key }) => !plan.goneKeys.has(key) && !plan.entries.has(key));
      return [...kept, ...plan.entries.values()].sort(compareKeys);
    },
    edgesFrom: (key) => project(edges.from(key), addedFrom.get(key)),
    edgesTo: (key) => project(edges.to(key), addedTo.get(key)),
    keysOfFile: (path) => plan.files.get(path)?.rows.map((row) => row.isgl1_key) ?? catalog.keysOfFile(path),
  };
}
