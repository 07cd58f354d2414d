import type {
  EdgeQuery,
  FutureRow,
  IndexRecord,
  Page,
  ReadOptions,
  Row,
  RowFilter,
  RowKey,
  Summary,
} from '@parseltongue/isg-core';
import { computeAnalytics } from '../analytics/compute-analytics.js';
import type { RepoMapOptions, SearchOptions, WalkOptions } from '../contract.js';
import { drawRepoMap } from '../map/draw-repo-map.js';
import { affectedTests, blastRadius } from '../queries/blast-radius.js';
import { calleesOf, callersOf } from '../queries/callers-of.js';
import {
  edgesFrom,
  edgesTo,
  findRows,
  getRow,
  listFiles,
  referencesOf,
  rowsOfFile,
} from '../queries/read-graph.js';
import { listPlans, readStatus } from '../queries/read-status.js';
import { searchRows } from '../search/search-rows.js';
import { assertWritable } from '../state/commit.js';
import type { GraphState } from '../state/graph-state.js';
import { openCatalog } from '../state/indexes.js';
import { openPlanView } from '../state/plan-view.js';
import { readRows } from '../state/read-rows.js';
import { commitDraft } from '../write/commit-draft.js';
import { addRecord, createDraft, type IngestDraft } from '../write/ingest-draft.js';
import { promotePlan, readTemporalRows } from '../write/promote.js';
import { discardPlan, proposePlan } from '../write/propose.js';
import { putRows, putSummaries, resetGraph } from '../write/put-rows.js';
import { prepareQuery, type RawQuery, runQuery } from './query-methods.js';

/** Streams that are being received; each becomes visible as a whole when it is committed. */
export interface Sessions {
  nextId: number;
  ingests: Map<number, IngestDraft>;
  imports: Map<number, Row[]>;
}

export interface MethodContext {
  state: GraphState;
  sessions: Sessions;
}

/** Every call the worker answers, by name. Arguments are those of the port of the same name. */
export const STORE_METHODS = {
  getRow: ({ state }: MethodContext, key: RowKey, options?: ReadOptions) => getRow(state, key, options),
  rowsOfFile: ({ state }: MethodContext, path: string, options?: ReadOptions) =>
    rowsOfFile(state, path, options),
  findRows: ({ state }: MethodContext, filter: RowFilter, options?: Page & ReadOptions) =>
    findRows(state, filter, options),
  edgesFrom: ({ state }: MethodContext, keys: readonly RowKey[], query?: EdgeQuery) =>
    edgesFrom(state, keys, query),
  edgesTo: ({ state }: MethodContext, keys: readonly RowKey[], query?: EdgeQuery) =>
    edgesTo(state, keys, query),
  referencesOf: ({ state }: MethodContext, keys: readonly RowKey[]) => referencesOf(state, keys),
  files: ({ state }: MethodContext, options?: ReadOptions) => listFiles(state, options),
  plans: ({ state }: MethodContext) => listPlans(state),
  futureRows: ({ state }: MethodContext, plan: string) =>
    listPlans(state).includes(plan) ? openPlanView(state, plan).changes : [],
  temporalRows: ({ state }: MethodContext, plan: string) =>
    readTemporalRows(state, plan, (keys) => readRows(state, keys)),
  search: ({ state }: MethodContext, query: string, options?: SearchOptions) =>
    searchRows(state, query, options),
  callersOf: ({ state }: MethodContext, key: RowKey, options?: WalkOptions) => callersOf(state, key, options),
  calleesOf: ({ state }: MethodContext, key: RowKey, options?: WalkOptions) => calleesOf(state, key, options),
  blastRadius: ({ state }: MethodContext, keys: readonly RowKey[], options?: WalkOptions) =>
    blastRadius(state, keys, options),
  affectedTests: ({ state }: MethodContext, keys: readonly RowKey[], options?: ReadOptions) =>
    affectedTests(state, keys, options),
  repoMap: ({ state }: MethodContext, options: RepoMapOptions) => drawRepoMap(state, options),
  analytics: ({ state }: MethodContext) => computeAnalytics(state),
  status: ({ state }: MethodContext) => readStatus(state),
  prepareQuery: ({ state }: MethodContext, script: string) => {
    prepareQuery(state, script);
  },
  runQuery: ({ state }: MethodContext, query: RawQuery) => runQuery(state, query),
  exportPage: ({ state }: MethodContext, after: string | null, limit: number) =>
    exportPage(state, after, limit),

  putSummaries: ({ state }: MethodContext, summaries: readonly { key: RowKey; summary: Summary }[]) =>
    putSummaries(state, summaries),
  propose: ({ state }: MethodContext, plan: string, rows: readonly FutureRow[]) =>
    proposePlan(state, plan, rows),
  discard: ({ state }: MethodContext, plan: string) => discardPlan(state, plan),
  promote: ({ state }: MethodContext, plan: string) => promotePlan(state, plan),
  reset: ({ state }: MethodContext) => resetGraph(state),

  ingestStart: ({ state, sessions }: MethodContext) => {
    assertWritable(state, 'ingest');
    return openSession(sessions, sessions.ingests, createDraft());
  },
  ingestAdd: ({ sessions }: MethodContext, id: number, records: readonly IndexRecord[]) => {
    const draft = takeSession(sessions.ingests, id);
    for (const record of records) addRecord(draft, record);
  },
  ingestCommit: ({ state, sessions }: MethodContext, id: number) => {
    const draft = takeSession(sessions.ingests, id);
    sessions.ingests.delete(id);
    return commitDraft(state, draft);
  },
  ingestDrop: ({ sessions }: MethodContext, id: number) => void sessions.ingests.delete(id),
  importStart: ({ state, sessions }: MethodContext) => {
    assertWritable(state, 'import rows');
    return openSession(sessions, sessions.imports, [] as Row[]);
  },
  importAdd: ({ sessions }: MethodContext, id: number, rows: readonly Row[]) =>
    void takeSession(sessions.imports, id).push(...rows),
  importCommit: ({ state, sessions }: MethodContext, id: number) => {
    const rows = takeSession(sessions.imports, id);
    sessions.imports.delete(id);
    putRows(state, rows);
    return { rows: rows.length };
  },
  importDrop: ({ sessions }: MethodContext, id: number) => void sessions.imports.delete(id),
};

export type StoreMethods = typeof STORE_METHODS;

function exportPage(state: GraphState, after: string | null, limit: number): Row[] {
  const entries = openCatalog(state).sorted();
  const start = after === null ? 0 : entries.findIndex((entry) => entry.key > after);
  if (start < 0) return [];
  return readRows(
    state,
    entries.slice(start, start + limit).map((entry) => entry.key),
  );
}

function openSession<T>(sessions: Sessions, open: Map<number, T>, session: T): number {
  const id = sessions.nextId;
  sessions.nextId += 1;
  open.set(id, session);
  return id;
}

function takeSession<T>(open: Map<number, T>, id: number): T {
  const session = open.get(id);
  if (session === undefined) throw new Error(`session ${id} is not open`);
  return session;
}
