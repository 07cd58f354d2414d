import type {
  EdgeKind,
  GraphAt,
  Resolution,
  Row,
  RowKey,
  RowKind,
  RowStore,
  TddClass,
} from '@parseltongue/isg-core';
import type {
  Checkpoint,
  DiffImpactAnswer,
  DiffImpactOptions,
  GraphDiffAnswer,
  GraphRecord,
  GraphRef,
  PlanReviewAnswer,
} from './contract-change.js';
import type { EmbedOptions, EmbedReport, SearchAnswer, SearchOptions } from './contract-search.js';
import type {
  CyclesAnswer,
  CyclesOptions,
  DeadCodeAnswer,
  DeadCodeOptions,
  PathAnswer,
  RelationOptions,
} from './contract-structure.js';

/** How much of each row an answer shows. Over budget an answer goes down this ladder instead of being cut. */
export const DETAIL_LEVELS = ['bodies', 'signatures', 'keys', 'counts'] as const;
export type DetailLevel = (typeof DETAIL_LEVELS)[number];

/** What every answer over edges says about itself. */
export interface AnswerMeta {
  /** The tiers of edges that were followed. */
  tiers: Resolution[];
  /** References nobody answers over all references in scope, 0 to 1: how incomplete the answer may be. */
  unresolved_share: number;
  /** When the graph was last indexed, ISO 8601; null for an empty graph. */
  indexed_at: string | null;
  /** What the shown items cost, by `estimateTokenCount` of their JSON. */
  token_cost: number;
  total: number;
  shown: number;
  level: DetailLevel;
  /** The `offset` that shows what comes after this answer; null when nothing does, or when the budget holds no item. */
  next_offset: number | null;
  /** Rows the plan rewrites: their outgoing edges are those of the old text. 0 for the current graph. */
  rewritten: number;
}

export interface AnswerBudget {
  /** Upper bound of `meta.token_cost`. No bound when absent. */
  tokenBudget?: number;
  /** How many items of the whole answer come before the first one shown; default 0. */
  offset?: number;
}

/** One row in an answer. What the level leaves out is absent. */
export interface RowHit {
  key: RowKey;
  kind: RowKind;
  file: string;
  line: number;
  tdd: TddClass;
  signature?: string;
  code?: string;
}

export interface WalkHit extends RowHit {
  /** Edges between the row asked about and this one, at least 1. */
  depth: number;
  /** The edge the shortest walk took to reach this row. */
  via: { key: RowKey; kind: EdgeKind; resolution: Resolution };
}

export interface WalkOptions extends AnswerBudget {
  /** Default 1. */
  depth?: number;
  at?: GraphAt;
  /** Default exact and typed. */
  tiers?: readonly Resolution[];
}

export interface WalkAnswer {
  key: RowKey;
  hits: WalkHit[];
  meta: AnswerMeta;
}

export interface BlastLevel {
  depth: number;
  code: WalkHit[];
  tests: WalkHit[];
  code_total: number;
  tests_total: number;
}

export interface BlastAnswer {
  /** The rows asked about and what they contain. */
  seeds: RowKey[];
  levels: BlastLevel[];
  meta: AnswerMeta;
}

export interface AffectedTest {
  key: RowKey;
  file: string;
  name: string;
  /** 0 for a test that is itself among the rows asked about. */
  distance: number;
}

export interface AffectedTestsAnswer {
  /** Nearest first, then by key. */
  tests: AffectedTest[];
  meta: AnswerMeta;
}

export interface RepoMapOptions {
  tokenBudget: number;
  /** Rows the map is drawn around. Default: none, the map of the whole repository. */
  focus?: readonly RowKey[];
  /** Default false: tests take no room. */
  includeTests?: boolean;
}

export interface RepoMapAnswer {
  /** Files with the signatures of their most important rows. */
  text: string;
  rows: { key: RowKey; rank: number }[];
  meta: AnswerMeta;
}

export interface Analytics {
  rows: {
    total: number;
    by_kind: Record<string, number>;
    by_class: Record<TddClass, number>;
    by_crate: Record<string, number>;
  };
  edges: { total: number; by_kind: Record<string, number>; by_resolution: Record<Resolution, number> };
  unresolved_share: number;
  /** Most called first. */
  hot_spots: { key: RowKey; callers: number }[];
  /** Test functions over all functions and methods. */
  test_ratio: number;
  largest: { key: RowKey; token_count: number }[];
  tokens: { base_context: number; raw_code: number };
}

export interface StoreStatus {
  engine: string;
  engine_version: string;
  /** Where the engine keeps its copy of the relations: `mem`, `sqlite` or `rocksdb`. */
  engine_storage: string;
  /** Raw queries may call PageRank and the other fixed rules of CozoDB. */
  has_graph_algorithms: boolean;
  format: number;
  files: number;
  rows: number;
  edges: number;
  plans: number;
  skipped: number;
  diagnostics: number;
  indexed_at: string | null;
  snapshot_bytes: number;
  journal_bytes: number;
  engine_memory_bytes: number;
  /** Bytes of a write that a crash left half done and that opening took away. */
  recovered_bytes: number;
}

export interface QueryOptions {
  /** Default 10,000. */
  timeoutMs?: number;
  /** Default 1,000. More rows are cut and `is_truncated` says so. */
  limit?: number;
}

export interface QueryAnswer {
  headers: string[];
  rows: readonly (readonly unknown[])[];
  total: number;
  is_truncated: boolean;
}

export type CozoValue = string | number | boolean | null | readonly CozoValue[];

/** The CodeGraph: rows and edges now and in the planned future, and the questions one asks of them. */
export interface CodeGraphStore extends RowStore {
  /**
   * Rows for words, best first: BM25 over names, signatures, docs, code, summaries and paths, vectors where there are
   * any, nearness in the graph, then only rows of the best 50 files. Default budget 2,500 tokens.
   */
  search(query: string, options?: SearchOptions): Promise<SearchAnswer>;
  /** Stores a vector of every row's text that has none yet. @throws StoreError PT_STORE_OPTION_INVALID without embedder */
  embedRows(options?: EmbedOptions): Promise<EmbedReport>;
  /** @throws StoreError PT_STORE_ROW_UNKNOWN */
  callersOf(key: RowKey, options?: WalkOptions): Promise<WalkAnswer>;
  /** @throws StoreError PT_STORE_ROW_UNKNOWN */
  calleesOf(key: RowKey, options?: WalkOptions): Promise<WalkAnswer>;
  /** Everything that may notice a change of the rows, by distance, tests apart. Default depth 3. */
  blastRadius(keys: readonly RowKey[], options?: WalkOptions): Promise<BlastAnswer>;
  /** Test functions that reach the rows. The order is advice: it never says that another test may be skipped. */
  affectedTests(keys: readonly RowKey[], options?: { at?: GraphAt }): Promise<AffectedTestsAnswer>;
  /** The rows directly inside a row, in order. @throws StoreError PT_STORE_ROW_UNKNOWN */
  childrenOf(key: RowKey, options?: RelationOptions): Promise<WalkAnswer>;
  /** The `impl` rows of a trait or of a type. @throws StoreError PT_STORE_ROW_UNKNOWN */
  implementationsOf(key: RowKey, options?: RelationOptions): Promise<WalkAnswer>;
  /** Rows that name a type or a trait: in signatures, bodies, bounds, imports and impls. */
  usersOf(key: RowKey, options?: RelationOptions): Promise<WalkAnswer>;
  /** The shortest way from one row to another along calls and other references. Default depth: any. */
  pathBetween(from: RowKey, to: RowKey, options?: WalkOptions): Promise<PathAnswer>;
  cycles(options?: CyclesOptions): Promise<CyclesAnswer>;
  /** Rows that nothing the program starts from reaches. Candidates, never a verdict: see `meta.unresolved_share`. */
  deadCode(options?: DeadCodeOptions): Promise<DeadCodeAnswer>;
  /** Rows a unified diff touches, what may notice, and the tests that reach them. */
  impactOfDiff(diff: string, options?: DiffImpactOptions): Promise<DiffImpactAnswer>;
  diffGraphs(before: GraphRef, after: GraphRef, options?: AnswerBudget): Promise<GraphDiffAnswer>;
  /** @throws StoreError PT_STORE_PLAN_UNKNOWN */
  reviewPlan(plan: string, options?: AnswerBudget & { depth?: number }): Promise<PlanReviewAnswer>;
  /** Keeps the graph as it is now, plans included, under a name; an older one of that name is replaced. */
  createCheckpoint(name: string): Promise<Checkpoint>;
  /** By name. */
  checkpoints(): Promise<Checkpoint[]>;
  /** Makes the graph what it was, in one step. @throws StoreError PT_STORE_CHECKPOINT_UNKNOWN, PT_STORE_CORRUPT */
  restoreCheckpoint(name: string): Promise<void>;
  /** A checkpoint that does not exist is gone already. */
  dropCheckpoint(name: string): Promise<void>;
  /** Everything the graph holds, as lines of text that {@link importGraph} makes the same graph of. */
  exportGraph(): AsyncIterable<GraphRecord>;
  /** Replaces the graph by an exported one, as one transaction. @throws StoreError PT_STORE_RECORD_INVALID */
  importGraph(
    records: AsyncIterable<GraphRecord> | Iterable<GraphRecord>,
  ): Promise<{ files: number; rows: number; edges: number }>;
  /** The rows that matter most by PageRank over resolved edges, within the token budget. */
  repoMap(options: RepoMapOptions): Promise<RepoMapAnswer>;
  analytics(): Promise<Analytics>;
  /** The rows a plan touches with their temporal columns: Edit (1,1), Delete (1,0), Create (0,1). */
  temporalRows(plan: string): Promise<Row[]>;
  /** Every current row in key order: the ten seed columns of `codegraph.ndjson`. */
  exportRows(): AsyncIterable<Row>;
  /** Puts rows as {@link exportRows} gave them, with their summaries and compiler facts, as one transaction. */
  importRows(rows: AsyncIterable<Row> | Iterable<Row>): Promise<{ rows: number }>;
  status(): Promise<StoreStatus>;
  /** Runs CozoScript that only reads, in a thread of its own on a copy of the graph. */
  runQuery(
    script: string,
    params?: Readonly<Record<string, CozoValue>>,
    options?: QueryOptions,
  ): Promise<QueryAnswer>;
  /** Empties the graph: rows, edges, plans, summaries. */
  reset(): Promise<void>;
}
