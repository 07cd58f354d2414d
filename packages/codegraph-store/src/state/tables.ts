import { type ChunkRef, readChunk, readChunkTuples } from '../durable/snapshot.js';
import type { CozoParam, NamedRows } from '../engines/cozo-engine.js';
import {
  type Change,
  identifyTuple,
  RELATION_NAMES,
  type RelationName,
  type Tuple,
} from '../schema/relations.js';
import type { GraphState, Table } from './graph-state.js';

/** Bytes of engine memory for a byte of snapshot, measured between 1.6 and 2.4. */
const RESERVE_FACTOR = 3;
/** The same for edges, whose keys are written out in the engine. */
const EDGE_RESERVE_FACTOR = 12;

export function createTables(): Record<RelationName, Table> {
  return Object.fromEntries(
    RELATION_NAMES.map((name): [RelationName, Table] => [name, { isLoaded: false, pending: [] }]),
  ) as Record<RelationName, Table>;
}

/** Brings relations into the engine; those already there cost nothing. */
export function loadTables(state: GraphState, relations: readonly RelationName[]): void {
  for (const relation of relations) {
    const table = state.tables[relation];
    if (table.isLoaded) continue;
    const chunks = state.snapshot?.chunks.get(relation) ?? [];
    state.engine.createRelation(relation);
    state.engine.reserve(chunks.reduce((sum, chunk) => sum + chunk.sizeBytes, 2 ** 20) * RESERVE_FACTOR);
    loadChunks(state, relation, chunks);
    for (const change of table.pending) state.engine.apply([change]);
    table.isLoaded = true;
  }
}

/** Chunks are stored as the engine takes them, but for edges, which are stored in numbers. */
function loadChunks(state: GraphState, relation: RelationName, chunks: readonly ChunkRef[]): void {
  const { snapshot, engine } = state;
  if (snapshot === undefined) return;
  if (relation !== 'edges') {
    for (const chunk of chunks) engine.importJson(readChunk(snapshot, chunk));
    return;
  }
  engine.reserve(chunks.reduce((sum, chunk) => sum + chunk.sizeBytes, 0) * EDGE_RESERVE_FACTOR);
  for (const puts of readChunkTuples(snapshot, relation)) engine.apply([{ relation, puts, removes: [] }]);
}

/** Asks the engine a question about relations, loading them first. */
export function queryTables(
  state: GraphState,
  relations: readonly RelationName[],
  question: { script: string; params?: Readonly<Record<string, CozoParam>> },
): NamedRows {
  loadTables(state, relations);
  return state.engine.read(question.script, question.params);
}

/** Every tuple of a relation, in no particular order: the snapshot and what was written since. */
export function* scanTuples(state: GraphState, relation: RelationName): Generator<Tuple> {
  const { edges } = state.indexes;
  if (relation === 'edges' && edges !== undefined) {
    yield* edges.tuples();
    return;
  }
  yield* overlayTuples(relation, readSnapshot(state, relation), state.tables[relation].pending);
}

/** The tuples as they are after the changes. */
export function* overlayTuples(
  relation: RelationName,
  tuples: Iterable<Tuple>,
  changes: readonly Change[],
): Generator<Tuple> {
  const overlay = new Map<string, Tuple | null>();
  for (const change of changes) {
    if (change.relation !== relation) continue;
    for (const tuple of change.removes) overlay.set(identifyTuple(relation, tuple), null);
    for (const tuple of change.puts) overlay.set(identifyTuple(relation, tuple), tuple);
  }
  for (const tuple of tuples)
    if (overlay.size === 0 || !overlay.has(identifyTuple(relation, tuple))) yield tuple;
  for (const tuple of overlay.values()) if (tuple !== null) yield tuple;
}

/** Applies a journaled write to what is in memory: the list of changes since the snapshot, and the engine where loaded. */
export function applyToTables(state: GraphState, changes: readonly Change[]): void {
  applyToEngine(state, changes);
  for (const change of changes) state.tables[change.relation].pending.push(change);
}

/** Applies changes to the relations that the engine holds. */
export function applyToEngine(state: GraphState, changes: readonly Change[]): void {
  const loaded = changes.filter(({ relation }) => state.tables[relation].isLoaded);
  if (loaded.length > 0) {
    state.engine.reserve(estimateChanges(loaded) * RESERVE_FACTOR);
    state.engine.apply(loaded);
  }
}

/** Size of the changes as text, within a few percent. */
export function estimateChanges(changes: readonly Change[]): number {
  let size = 0;
  for (const change of changes) {
    for (const tuple of [...change.puts, ...change.removes]) {
      for (const cell of tuple) size += typeof cell === 'string' ? cell.length + 3 : 8;
    }
  }
  return size;
}

function* readSnapshot(state: GraphState, relation: RelationName): Generator<Tuple> {
  if (state.snapshot === undefined) return;
  for (const tuples of readChunkTuples(state.snapshot, relation)) yield* tuples;
}
