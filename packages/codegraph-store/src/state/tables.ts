import { type ChunkRef, readChunk, readChunkTuples } from '../durable/snapshot.js';
import {
  type Change,
  identifyTuple,
  RELATION_NAMES,
  RELATIONS,
  type RelationName,
  type Tuple,
} from '../schema/relations.js';
import type { GraphState, Table } from './graph-state.js';
import { TuplePlaces } from './tuple-places.js';

/** Bytes of engine memory for a byte of snapshot, measured between 1.6 and 2.4. */
const RESERVE_FACTOR = 3;
/** The same for edges, whose keys are written out in the engine. */
const EDGE_RESERVE_FACTOR = 12;
/** Relations whose tuples stay on disk; a format before this one does not say where they lie. */
const PLACED = new Set<RelationName>(['rows', 'code', 'summaries', 'compiler_facts', 'references']);
const PLACED_FORMAT = 2;

export function createTables(): Record<RelationName, Table> {
  return Object.fromEntries(
    RELATION_NAMES.map((name): [RelationName, Table] => [
      name,
      { isLoaded: false, overlay: new Map(), values: undefined, places: undefined },
    ]),
  ) as Record<RelationName, Table>;
}

/** One tuple by its only key column; undefined when there is none. */
export function readTuple(state: GraphState, relation: RelationName, key: string): Tuple | undefined {
  const table = openTable(state, relation);
  const written = table.overlay.get(key);
  if (written !== undefined) return written ?? undefined;
  if (table.values !== undefined) return table.values.get(key);
  return state.snapshot === undefined ? undefined : table.places?.read(state.snapshot, key);
}

/** Every tuple of a relation, in no particular order: the snapshot and what was written since. */
export function* scanTuples(state: GraphState, relation: RelationName): Generator<Tuple> {
  const { edges } = state.indexes;
  if (relation === 'edges' && edges !== undefined) {
    yield* edges.tuples();
    return;
  }
  const { values, overlay } = state.tables[relation];
  yield* overlayTuples(relation, values?.values() ?? readSnapshot(state, relation), overlay);
}

/** Like {@link scanTuples} for a relation whose tuples stay on disk; remembers where they lie on the way. */
export function visitTuples(state: GraphState, relation: RelationName, visit: (tuple: Tuple) => void): void {
  const table = state.tables[relation];
  if (table.places !== undefined || !isPlaced(state, relation) || state.snapshot === undefined) {
    for (const tuple of scanTuples(state, relation)) visit(tuple);
    return;
  }
  table.places = TuplePlaces.load(state.snapshot, relation, {
    texts: state.indexes.texts,
    visit: (tuple) => {
      if (!table.overlay.has(tuple[0] as string)) visit(tuple);
    },
  });
  for (const tuple of table.overlay.values()) if (tuple !== null) visit(tuple);
}

/** The tuples as they are after what was written over them. */
export function* overlayTuples(
  relation: RelationName,
  tuples: Iterable<Tuple>,
  overlay: ReadonlyMap<string, Tuple | null>,
): Generator<Tuple> {
  for (const tuple of tuples)
    if (overlay.size === 0 || !overlay.has(identifyTuple(relation, tuple))) yield tuple;
  for (const tuple of overlay.values()) if (tuple !== null) yield tuple;
}

/** Writes changes over what an overlay says. */
export function addToOverlay(overlay: Map<string, Tuple | null>, change: Change): void {
  for (const tuple of change.removes) overlay.set(identifyTuple(change.relation, tuple), null);
  for (const tuple of change.puts) overlay.set(identifyTuple(change.relation, tuple), tuple);
}

/** Notes a journaled write as what was written since the snapshot. */
export function applyToTables(state: GraphState, changes: readonly Change[]): void {
  for (const change of changes) addToOverlay(state.tables[change.relation].overlay, change);
}

/** Forgets what is known of the old snapshot. */
export function resetTables(state: GraphState): void {
  for (const relation of RELATION_NAMES) {
    const table = state.tables[relation];
    table.overlay = new Map();
    table.values = undefined;
    table.places = undefined;
  }
}

/**
 * Brings relations into the engine, for raw queries; those already there cost nothing.
 *
 * Only a state that never writes may do so: the engine does not follow writes, a thread with a newer state replaces it.
 */
export async function loadTables(state: GraphState, relations: readonly RelationName[]): Promise<void> {
  for (const relation of relations) {
    const table = state.tables[relation];
    if (table.isLoaded) continue;
    const chunks = state.snapshot?.chunks.get(relation) ?? [];
    await state.engine.createRelation(relation);
    state.engine.reserve(chunks.reduce((sum, chunk) => sum + chunk.sizeBytes, 2 ** 20) * RESERVE_FACTOR);
    await loadChunks(state, relation, chunks);
    await state.engine.apply([readOverlay(relation, table)]);
    table.isLoaded = true;
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

function openTable(state: GraphState, relation: RelationName): Table {
  const table = state.tables[relation];
  if (table.values !== undefined || table.places !== undefined || state.snapshot === undefined) return table;
  if (isPlaced(state, relation)) {
    const context = { texts: state.indexes.texts, visit: undefined };
    table.places = TuplePlaces.load(state.snapshot, relation, context);
  } else {
    const tuples = [...readSnapshot(state, relation)];
    table.values = new Map(tuples.map((tuple) => [identifyTuple(relation, tuple), tuple]));
  }
  return table;
}

function isPlaced(state: GraphState, relation: RelationName): boolean {
  return PLACED.has(relation) && (state.snapshot?.format ?? 0) >= PLACED_FORMAT;
}

function readOverlay(relation: RelationName, { overlay }: Table): Change {
  const { keyCount } = RELATIONS[relation];
  const puts: Tuple[] = [];
  const removes: Tuple[] = [];
  for (const [identity, tuple] of overlay) {
    if (tuple !== null) puts.push(tuple);
    else removes.push(keyCount === 1 ? [identity] : (JSON.parse(identity) as Tuple));
  }
  return { relation, puts, removes };
}

/** Chunks are stored as the engine takes them, but for edges, which are stored in numbers. */
async function loadChunks(
  state: GraphState,
  relation: RelationName,
  chunks: readonly ChunkRef[],
): Promise<void> {
  const { snapshot, engine } = state;
  if (snapshot === undefined) return;
  if (relation !== 'edges') {
    for (const chunk of chunks) await engine.importJson(readChunk(snapshot, chunk));
    return;
  }
  engine.reserve(chunks.reduce((sum, chunk) => sum + chunk.sizeBytes, 0) * EDGE_RESERVE_FACTOR);
  for (const puts of readChunkTuples(snapshot, relation))
    await engine.apply([{ relation, puts, removes: [] }]);
}

function* readSnapshot(state: GraphState, relation: RelationName): Generator<Tuple> {
  if (state.snapshot === undefined) return;
  for (const tuples of readChunkTuples(state.snapshot, relation)) yield* tuples;
}
