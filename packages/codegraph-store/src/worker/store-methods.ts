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
import {
  createCheckpoint,
  dropCheckpoint,
  listCheckpoints,
  restoreCheckpoint,
} from '../checkpoints/restore-checkpoint.js';
import type { AnswerBudget, RepoMapOptions, WalkOptions } from '../contract.js';
import type { DiffImpactOptions, GraphRecord, GraphRef } from '../contract-change.js';
import type { SearchOptions } from '../contract-search.js';
import type { CyclesOptions, DeadCodeOptions, RelationOptions } from '../contract-structure.js';
import { diffGraphs } from '../diff/diff-graphs.js';
import { impactOfDiff } from '../diff/impact-of-diff.js';
import { drawRepoMap } from '../map/draw-repo-map.js';
import { affectedTests, blastRadius } from '../queries/blast-radius.js';
import { calleesOf, callersOf } from '../queries/callers-of.js';
import { findDeadCode } from '../queries/dead-code.js';
import { findCycles } from '../queries/find-cycles.js';
import { pathBetween } from '../queries/path-between.js';
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
import { childrenOf, implementationsOf, usersOf } from '../queries/related-rows.js';
import { reviewPlan } from '../queries/review-plan.js';
import { type SearchAids, searchRows } from '../search/search-rows.js';
import { assertWritable } from '../state/commit.js';
import type { GraphState } from '../state/graph-state.js';
import { openCatalog } from '../state/indexes.js';
import { openPlanView } from '../state/plan-view.js';
import { readRows } from '../state/read-rows.js';
import { continueExport, type GraphExport, startExport } from '../transfer/export-graph.js';
import { addGraphRecord, commitImport, createImport, type GraphImport } from '../transfer/import-graph.js';
import { listUnembedded, putVectors, readVectorTasks } from '../vectors/store-vectors.js';
import type { VectorSpace } from '../vectors/vector-cache.js';
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
  exports: Map<number, GraphExport>;
  graphs: Map<number, GraphImport>;
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
  search: (
    { state }: MethodContext,
    query: string,
    search: { options?: SearchOptions | undefined; aids?: SearchAids | undefined },
  ) => searchRows(state, query, search),
  listUnembedded: ({ state }: MethodContext, space: VectorSpace) => listUnembedded(state, space),
  readVectorTasks: ({ state }: MethodContext, hashes: readonly string[]) => readVectorTasks(state, hashes),
  putVectors: (
    { state }: MethodContext,
    space: VectorSpace,
    records: readonly { hash: string; vector: Float32Array }[],
  ) => putVectors(state, space, records),
  callersOf: ({ state }: MethodContext, key: RowKey, options?: WalkOptions) => callersOf(state, key, options),
  calleesOf: ({ state }: MethodContext, key: RowKey, options?: WalkOptions) => calleesOf(state, key, options),
  blastRadius: ({ state }: MethodContext, keys: readonly RowKey[], options?: WalkOptions) =>
    blastRadius(state, keys, options),
  affectedTests: ({ state }: MethodContext, keys: readonly RowKey[], options?: ReadOptions) =>
    affectedTests(state, keys, options),
  repoMap: ({ state }: MethodContext, options: RepoMapOptions) => drawRepoMap(state, options),
  childrenOf: ({ state }: MethodContext, key: RowKey, options?: RelationOptions) =>
    childrenOf(state, key, options),
  implementationsOf: ({ state }: MethodContext, key: RowKey, options?: RelationOptions) =>
    implementationsOf(state, key, options),
  usersOf: ({ state }: MethodContext, key: RowKey, options?: RelationOptions) => usersOf(state, key, options),
  pathBetween: ({ state }: MethodContext, ends: { from: RowKey; to: RowKey }, options?: WalkOptions) =>
    pathBetween(state, ends, options),
  cycles: ({ state }: MethodContext, options?: CyclesOptions) => findCycles(state, options),
  deadCode: ({ state }: MethodContext, options?: DeadCodeOptions) => findDeadCode(state, options),
  impactOfDiff: ({ state }: MethodContext, diff: string, options?: DiffImpactOptions) =>
    impactOfDiff(state, diff, options),
  diffGraphs: (
    { state }: MethodContext,
    sides: { before: GraphRef; after: GraphRef },
    options?: AnswerBudget,
  ) => diffGraphs(state, sides, options),
  reviewPlan: ({ state }: MethodContext, plan: string, options?: AnswerBudget & { depth?: number }) =>
    reviewPlan(state, plan, options),
  checkpoints: ({ state }: MethodContext) => listCheckpoints(state),
  analytics: ({ state }: MethodContext) => computeAnalytics(state),
  status: ({ state }: MethodContext) => readStatus(state),
  prepareQuery: ({ state }: MethodContext, script: string) => prepareQuery(state, script),
  runQuery: ({ state }: MethodContext, query: RawQuery) => runQuery(state, query),
  exportPage: ({ state }: MethodContext, after: string | null, limit: number) =>
    exportPage(state, after, limit),

  putSummaries: ({ state }: MethodContext, summaries: readonly { key: RowKey; summary: Summary }[]) =>
    putSummaries(state, summaries),
  propose: ({ state }: MethodContext, plan: string, rows: readonly FutureRow[]) =>
    proposePlan(state, plan, rows),
  discard: ({ state }: MethodContext, plan: string) => discardPlan(state, plan),
  promote: ({ state }: MethodContext, plan: string) => promotePlan(state, plan),
  createCheckpoint: ({ state }: MethodContext, name: string) => createCheckpoint(state, name),
  restoreCheckpoint: ({ state }: MethodContext, name: string) => restoreCheckpoint(state, name),
  dropCheckpoint: ({ state }: MethodContext, name: string) => dropCheckpoint(state, name),
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
  exportStart: ({ state, sessions }: MethodContext) =>
    openSession(sessions, sessions.exports, startExport(state)),
  exportNext: ({ state, sessions }: MethodContext, id: number, limit: number) =>
    continueExport(state, takeSession(sessions.exports, id), limit),
  exportDrop: ({ sessions }: MethodContext, id: number) => void sessions.exports.delete(id),
  graphStart: ({ state, sessions }: MethodContext) => {
    assertWritable(state, 'import a graph');
    return openSession(sessions, sessions.graphs, createImport());
  },
  graphAdd: ({ sessions }: MethodContext, id: number, records: readonly GraphRecord[]) => {
    const draft = takeSession(sessions.graphs, id);
    for (const record of records) addGraphRecord(draft, record);
  },
  graphCommit: ({ state, sessions }: MethodContext, id: number) => {
    const draft = takeSession(sessions.graphs, id);
    sessions.graphs.delete(id);
    return commitImport(state, draft);
  },
  graphDrop: ({ sessions }: MethodContext, id: number) => void sessions.graphs.delete(id),
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
