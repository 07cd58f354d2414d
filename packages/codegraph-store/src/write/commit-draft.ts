import type { RowKey } from '@parseltongue/isg-core';
import { StoreError } from '../errors.js';
import { type Change, identifyTuple, type RelationName, type Tuple } from '../schema/relations.js';
import { decodeCompilerFacts } from '../schema/row-codec.js';
import { commitChanges } from '../state/commit.js';
import type { GraphState } from '../state/graph-state.js';
import { openCatalog, openEdges } from '../state/indexes.js';
import { readTuples } from '../state/read-rows.js';
import { scanTuples } from '../state/tables.js';
import { encodeEdges, type IngestDraft, reportRecord } from './ingest-draft.js';

/**
 * Replaces what is known of every file of the draft, as one transaction.
 *
 * Rows that are gone take their edges in both directions, their summary and their compiler facts with them; edges from
 * other files into rows that are still there stay.
 *
 * @throws StoreError PT_STORE_EDGE_DANGLING, PT_STORE_RECORD_INVALID and those of a commit; nothing has changed then
 */
export function commitDraft(
  state: GraphState,
  draft: IngestDraft,
): { files: number; rows: number; edges: number } {
  const touched = [...new Set([...draft.files.keys(), ...draft.removed])];
  const catalog = openCatalog(state);
  const known = touched.flatMap((path) => catalog.keysOfFile(path));
  const gone = known.filter((key) => !draft.rows.has(key));
  assertDraft(state, draft, gone);
  const edges = encodeEdges(draft);
  const removedFiles = [...draft.removed].filter((path) => !draft.files.has(path));
  const changes = [
    change('files', [...draft.files.values()], removedFiles.map(single)),
    change('rows', [...draft.rows.values()], gone.map(single)),
    change('code', draft.code, gone.map(single)),
    change('edges', edges, listStaleEdges(state, known, gone)),
    change('references', [...draft.references.values()], known.map(single)),
    change('summaries', [], [...readTuples(state, 'summaries', gone).keys()].map(single)),
    change('compiler_facts', [], listStaleFacts(state, draft, { known, gone })),
    change('skipped', [...draft.skipped.values()], listStaleSkips(state, draft, touched)),
    change('diagnostics', [...draft.diagnostics.values()], listStaleDiagnostics(state, touched)),
    change('meta', createMeta(draft), []),
  ];
  commitChanges(state, changes, 'ingest');
  return { files: draft.files.size, rows: draft.rows.size, edges: edges.length };
}

/** A change that removes nothing it puts. */
export function change(relation: RelationName, puts: readonly Tuple[], removes: readonly Tuple[]): Change {
  if (puts.length === 0 || removes.length === 0) return { relation, puts, removes };
  const put = new Set(puts.map((tuple) => identifyTuple(relation, tuple)));
  return { relation, puts, removes: removes.filter((tuple) => !put.has(identifyTuple(relation, tuple))) };
}

export function single(value: string): Tuple {
  return [value];
}

function assertDraft(state: GraphState, draft: IngestDraft, gone: readonly RowKey[]): void {
  const catalog = openCatalog(state);
  const goneKeys = new Set<string>(gone);
  const isThere = (key: string) => draft.rows.has(key) || (catalog.has(key) && !goneKeys.has(key));
  for (const { from, to } of draft.edges.values()) {
    const missing = isThere(from) ? (isThere(to) ? undefined : to) : from;
    if (missing === undefined) continue;
    throw new StoreError('PT_STORE_EDGE_DANGLING', {
      message: `The edge from ${from} to ${to} names a row that does not exist: ${missing}. Nothing was written`,
      details: { from, to, missing },
    });
  }
  for (const key of draft.references.keys()) {
    if (!isThere(key)) throw reportRecord(key, 'its reference counts belong to no row');
  }
  for (const [key, tuple] of draft.rows) {
    const parent = tuple[8] as string | null;
    if (parent !== null && !draft.rows.has(parent))
      throw reportRecord(key, `its parent ${parent} is not in the stream`);
  }
}

function listStaleEdges(state: GraphState, known: readonly RowKey[], gone: readonly RowKey[]): Tuple[] {
  const edges = openEdges(state);
  const stale = [...known.flatMap((key) => edges.from(key)), ...gone.flatMap((key) => edges.to(key))];
  return stale.map((edge) => [edge.from, edge.kind, edge.to]);
}

/** Compiler facts are bound to the bytes of the file they were read from. */
function listStaleFacts(
  state: GraphState,
  draft: IngestDraft,
  keys: { known: readonly RowKey[]; gone: readonly RowKey[] },
): Tuple[] {
  const gone = new Set<string>(keys.gone);
  const facts = readTuples(state, 'compiler_facts', keys.known);
  const stale = [...facts].filter(([key, tuple]) => {
    const path = draft.rows.get(key)?.[1] as string | undefined;
    const hash = path === undefined ? undefined : draft.files.get(path)?.[1];
    return gone.has(key) || decodeCompilerFacts(tuple).file_hash !== hash;
  });
  return stale.map(([key]) => [key]);
}

/** A ledger accounts for a whole walk: what it does not name is not skipped any more. */
function listStaleSkips(state: GraphState, draft: IngestDraft, touched: readonly string[]): Tuple[] {
  if (draft.ledger === undefined) return touched.map(single);
  return [...scanTuples(state, 'skipped')].map((tuple): Tuple => [tuple[0] ?? '']);
}

function listStaleDiagnostics(state: GraphState, touched: readonly string[]): Tuple[] {
  const paths = new Set(touched);
  const stale: Tuple[] = [];
  for (const tuple of scanTuples(state, 'diagnostics'))
    if (paths.has(tuple[0] as string)) stale.push(tuple.slice(0, 4));
  return stale;
}

function createMeta(draft: IngestDraft): Tuple[] {
  const meta: Tuple[] = [['indexed_at', new Date().toISOString()]];
  if (draft.ledger !== undefined) meta.push(['ledger', JSON.stringify(draft.ledger)]);
  return meta;
}
