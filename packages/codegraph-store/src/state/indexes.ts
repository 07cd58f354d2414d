import { readCodedEdges, readEdgeTexts, type Snapshot } from '../durable/snapshot.js';
import type { Change, Tuple } from '../schema/relations.js';
import { TextIndex } from '../search/text-index.js';
import { EdgeIndex } from './edge-index.js';
import type { GraphState } from './graph-state.js';
import { RowCatalog } from './row-catalog.js';
import { scanTuples, visitTuples } from './tables.js';

/** The catalog of rows, built when first asked for. */
export function openCatalog(state: GraphState): RowCatalog {
  if (state.indexes.catalog !== undefined) return state.indexes.catalog;
  const catalog = new RowCatalog(state.indexes.texts);
  visitTuples(state, 'rows', (tuple) => catalog.put(tuple));
  state.indexes.catalog = catalog;
  return catalog;
}

/** The edges by both ends, built when first asked for. */
export function openEdges(state: GraphState): EdgeIndex {
  if (state.indexes.edges !== undefined) return state.indexes.edges;
  const edges = new EdgeIndex(state.indexes.texts);
  if (state.snapshot !== undefined) loadCodedEdges(edges, state.snapshot);
  for (const [identity, tuple] of state.tables.edges.overlay) {
    if (tuple === null) edges.remove(JSON.parse(identity) as Tuple);
    else edges.put(tuple);
  }
  state.indexes.edges = edges;
  state.tables.edges.overlay = new Map();
  return edges;
}

/** How many references of each row nobody answers. */
export function openUnresolved(state: GraphState): ReadonlyMap<string, number> {
  if (state.indexes.unresolved !== undefined) return state.indexes.unresolved;
  const unresolved = new Map<string, number>();
  for (const tuple of scanTuples(state, 'references')) {
    if ((tuple[1] as number) > 0) unresolved.set(tuple[0] as string, tuple[1] as number);
  }
  state.indexes.unresolved = unresolved;
  return unresolved;
}

/** Size of each file of the current graph in bytes. */
export function openFileSizes(state: GraphState): ReadonlyMap<string, number> {
  state.indexes.fileSizes ??= new Map(
    [...scanTuples(state, 'files')].map((tuple) => [tuple[0] as string, tuple[2] as number]),
  );
  return state.indexes.fileSizes;
}

/** The text index over rows and their summaries, built when first asked for. */
export function openTextIndex(state: GraphState): TextIndex {
  if (state.indexes.text !== undefined) return state.indexes.text;
  const text = new TextIndex(state.indexes.texts);
  for (const tuple of scanTuples(state, 'rows')) text.putRow(tuple);
  visitTuples(state, 'code', (tuple) => text.putCode(tuple[0] as string, tuple[1] as string));
  visitTuples(state, 'summaries', (tuple) => text.putSummary(tuple[0] as string, tuple[1] as string));
  state.indexes.text = text;
  return text;
}

/** Keeps what has been built in step with a write. */
export function applyToIndexes(state: GraphState, changes: readonly Change[]): void {
  state.indexes.planViews.clear();
  state.indexes.unresolvedShare = undefined;
  state.indexes.fileSizes = undefined;
  if (state.indexes.vectors !== undefined) state.indexes.vectors.rows = undefined;
  for (const change of changes) {
    if (change.relation === 'rows') applyRows(state, change);
    else if (change.relation === 'edges') applyEdges(state, change);
    else if (change.relation === 'references') applyReferences(state, change);
    else if (change.relation === 'code') applyCode(state, change);
    else if (change.relation === 'summaries') applySummaries(state, change);
  }
}

function applyRows({ indexes }: GraphState, { puts, removes }: Change): void {
  for (const [key] of removes) {
    indexes.catalog?.remove(key as string);
    indexes.text?.remove(key as string);
  }
  for (const tuple of puts) {
    indexes.catalog?.put(tuple);
    indexes.text?.putRow(tuple);
  }
}

function applyEdges(state: GraphState, { puts, removes }: Change): void {
  const { edges } = state.indexes;
  if (edges === undefined) return;
  applyEdgeChange(edges, { puts, removes });
  // The index is the truth in memory from here on.
  state.tables.edges.overlay = new Map();
}

function loadCodedEdges(edges: EdgeIndex, snapshot: Snapshot): void {
  const numbers = edges.numberTexts([...readEdgeTexts(snapshot)]);
  for (const coded of readCodedEdges(snapshot)) edges.addCoded(coded, numbers);
}

function applyEdgeChange(edges: EdgeIndex, { puts, removes }: Pick<Change, 'puts' | 'removes'>): void {
  for (const tuple of removes) edges.remove(tuple);
  for (const tuple of puts) edges.put(tuple);
}

function applyReferences({ indexes }: GraphState, { puts, removes }: Change): void {
  for (const [key] of removes) indexes.unresolved?.delete(key as string);
  for (const [key, count] of puts) {
    if ((count as number) > 0) indexes.unresolved?.set(key as string, count as number);
    else indexes.unresolved?.delete(key as string);
  }
}

function applyCode({ indexes }: GraphState, { puts }: Change): void {
  for (const [key, code] of puts) indexes.text?.putCode(key as string, code as string);
}

function applySummaries({ indexes }: GraphState, { puts, removes }: Change): void {
  for (const [key] of removes) indexes.text?.putSummary(key as string, '');
  for (const [key, text] of puts) indexes.text?.putSummary(key as string, text as string);
}
