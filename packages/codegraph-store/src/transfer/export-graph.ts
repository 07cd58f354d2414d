import type { Row, SkippedFile, SyntaxDiagnostic } from '@parseltongue/isg-core';
import type { GraphRecord } from '../contract-change.js';
import { StoreError } from '../errors.js';
import { listFiles, referencesOf } from '../queries/read-graph.js';
import type { Tuple } from '../schema/relations.js';
import { decodeFutureRow } from '../schema/row-codec.js';
import { compareEdges, decodeRecord } from '../state/edge-index.js';
import type { GraphState } from '../state/graph-state.js';
import { openCatalog, openEdges } from '../state/indexes.js';
import { readRow } from '../state/read-rows.js';
import { scanTuples } from '../state/tables.js';

/** An export under way; it ends when the graph is written to meanwhile. */
export interface GraphExport {
  seq: number;
  records: Iterator<GraphRecord>;
}

export function startExport(state: GraphState): GraphExport {
  return { seq: state.seq, records: listRecords(state) };
}

/**
 * The next records of an export; fewer than `limit` at its end.
 *
 * @throws StoreError PT_STORE_ABORTED when the graph changed since the export began
 */
export function continueExport(
  state: GraphState,
  { seq, records }: GraphExport,
  limit: number,
): GraphRecord[] {
  if (seq !== state.seq) {
    throw new StoreError('PT_STORE_ABORTED', {
      message: 'The graph was written to while it was exported. Export it again',
      details: { operation: 'export' },
      retryable: true,
    });
  }
  const page: GraphRecord[] = [];
  while (page.length < limit) {
    const next = records.next();
    if (next.done === true) break;
    page.push(next.value);
  }
  return page;
}

/** Everything in an order that only the content decides. */
function* listRecords(state: GraphState): Generator<GraphRecord> {
  yield { type: 'graph', contract: 'pt.graph/1' };
  for (const file of listFiles(state)) yield { type: 'file', file };
  const keys = openCatalog(state)
    .sorted()
    .map(({ key }) => key);
  for (const key of keys) yield { type: 'row', row: readRow(state, key) as Row };
  const edges = openEdges(state);
  for (const key of keys) {
    for (const record of [...edges.from(key)].sort(compareEdges))
      yield { type: 'edge', edge: decodeRecord(record, edges.sitesOf(record)) };
  }
  for (const key of keys)
    for (const references of referencesOf(state, [key])) yield { type: 'references', references };
  yield* listAccounts(state);
}

function* listAccounts(state: GraphState): Generator<GraphRecord> {
  for (const [path, reason, detail] of sorted(state, 'skipped')) {
    const skipped = { path, reason, ...(detail === null ? {} : { detail }) } as SkippedFile;
    yield { type: 'skipped', skipped };
  }
  for (const [path, start, end, message, line, severity] of sorted(state, 'diagnostics')) {
    const diagnostic = { path, span: { start, end }, line, severity, message } as SyntaxDiagnostic;
    yield { type: 'diagnostic', diagnostic };
  }
  for (const [plan, at] of sorted(state, 'plans'))
    yield { type: 'plan', plan: plan as string, proposed_at: at as string };
  for (const tuple of sorted(state, 'future')) {
    const [plan, , , base] = tuple;
    const future = decodeFutureRow(tuple);
    yield { type: 'future', plan: plan as string, base_hash: (base ?? null) as string | null, future };
  }
  for (const [name, value] of sorted(state, 'meta'))
    yield { type: 'meta', name: name as string, value: value as string };
}

function sorted(
  state: GraphState,
  relation: 'skipped' | 'diagnostics' | 'plans' | 'future' | 'meta',
): Tuple[] {
  const keyed = [...scanTuples(state, relation)].map((tuple) => ({ id: JSON.stringify(tuple), tuple }));
  return keyed.sort((a, b) => (a.id < b.id ? -1 : 1)).map(({ tuple }) => tuple);
}
