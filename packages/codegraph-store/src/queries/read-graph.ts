import type {
  Edge,
  EdgeQuery,
  FileFacts,
  GraphAt,
  Page,
  ReadOptions,
  ReferenceCounts,
  Row,
  RowFilter,
  RowKey,
} from '@parseltongue/isg-core';
import { DEFAULT_TIERS } from '../answer/describe-answer.js';
import { StoreError } from '../errors.js';
import { decodeFile, decodeReferences } from '../schema/row-codec.js';
import { compareEdges, decodeRecord, type EdgeIndex, type EdgeRecord } from '../state/edge-index.js';
import type { GraphState } from '../state/graph-state.js';
import { type GraphView, openView } from '../state/graph-view.js';
import { openCatalog, openEdges } from '../state/indexes.js';
import { sortByBytes } from '../state/overlay-file.js';
import { openPlanView } from '../state/plan-view.js';
import { readRow, readRows, readTuples } from '../state/read-rows.js';
import type { CatalogEntry } from '../state/row-catalog.js';
import { scanTuples } from '../state/tables.js';

const DEFAULT_PAGE = 100;

export function getRow(state: GraphState, key: RowKey, options: ReadOptions = {}): Row | undefined {
  const plan = planAt(state, options.at);
  if (plan?.goneKeys.has(key) === true) return undefined;
  return plan?.rows.get(key) ?? readRow(state, key);
}

export function rowsOfFile(state: GraphState, path: string, options: ReadOptions = {}): Row[] {
  const planned = planAt(state, options.at)?.files.get(path);
  return planned?.rows ?? sortByBytes(readRows(state, openCatalog(state).keysOfFile(path)));
}

export function findRows(
  state: GraphState,
  filter: RowFilter,
  options: Page & ReadOptions = {},
): { rows: Row[]; total: number } {
  const { offset = 0, limit = DEFAULT_PAGE } = options;
  assertPage(offset, limit);
  const view = openView(state, options.at);
  const matching = listCandidates(view, filter).filter((entry) => isMatch(entry, filter));
  const keys = matching.slice(offset, offset + limit).map((entry) => entry.key);
  const stored = readRows(
    state,
    keys.filter((key) => view.plan?.rows.has(key) !== true),
  );
  const byKey = new Map(stored.map((row) => [row.isgl1_key, row]));
  return {
    rows: keys.flatMap((key) => view.plan?.rows.get(key) ?? byKey.get(key) ?? []),
    total: matching.length,
  };
}

export function edgesFrom(state: GraphState, keys: readonly RowKey[], query: EdgeQuery = {}): Edge[] {
  const view = openView(state, query.at);
  return selectEdges(
    openEdges(state),
    [...new Set(keys)].flatMap((key) => view.edgesFrom(key)),
    query,
  );
}

export function edgesTo(state: GraphState, keys: readonly RowKey[], query: EdgeQuery = {}): Edge[] {
  const view = openView(state, query.at);
  return selectEdges(
    openEdges(state),
    [...new Set(keys)].flatMap((key) => view.edgesTo(key)),
    query,
  );
}

/** Counts of the current graph, in key order; rows without any are absent. */
export function referencesOf(state: GraphState, keys: readonly RowKey[]): ReferenceCounts[] {
  const tuples = readTuples(state, 'references', [...new Set(keys)]);
  return [...tuples.values()].map(decodeReferences).sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** In path order. */
export function listFiles(state: GraphState, options: ReadOptions = {}): FileFacts[] {
  const files = new Map<string, FileFacts>();
  for (const tuple of scanTuples(state, 'files')) files.set(tuple[0] as string, decodeFile(tuple));
  for (const [path, { facts }] of planAt(state, options.at)?.files ?? []) {
    if (facts === null) files.delete(path);
    else files.set(path, facts);
  }
  return [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function planAt(state: GraphState, at: GraphAt = 'current') {
  return at === 'current' ? undefined : openPlanView(state, at.plan);
}

function listCandidates(view: GraphView, filter: RowFilter): readonly CatalogEntry[] {
  if (filter.file === undefined) return view.entries();
  return [...view.keysOfFile(filter.file)].sort().flatMap((key) => view.get(key) ?? []);
}

function isMatch(entry: CatalogEntry, filter: RowFilter): boolean {
  if (filter.keyPrefix !== undefined && !entry.key.startsWith(filter.keyPrefix)) return false;
  if (filter.name !== undefined && entry.name !== filter.name) return false;
  if (filter.kinds !== undefined && !filter.kinds.includes(entry.kind)) return false;
  if (filter.tddClass !== undefined && entry.tdd !== filter.tddClass) return false;
  return filter.crate === undefined || entry.crate === filter.crate;
}

function selectEdges(edges: EdgeIndex, records: readonly EdgeRecord[], query: EdgeQuery): Edge[] {
  const tiers = query.tiers ?? DEFAULT_TIERS;
  return records
    .filter(({ kind, resolution }) => (query.kinds?.includes(kind) ?? true) && tiers.includes(resolution))
    .sort(compareEdges)
    .map((record) => decodeRecord(record, edges.sitesOf(record)));
}

function assertPage(offset: number, limit: number): void {
  if (Number.isInteger(offset) && offset >= 0 && Number.isInteger(limit) && limit >= 0) return;
  throw new StoreError('PT_STORE_OPTION_INVALID', {
    message: `A page needs whole numbers of 0 or more, not offset ${offset} and limit ${limit}`,
    details: { option: 'page', problem: `${offset}, ${limit}` },
  });
}
