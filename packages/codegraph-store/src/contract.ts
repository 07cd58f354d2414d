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
  /** Rows the plan rewrites: their outgoing edges are those of the old text. 0 for the current graph. */
  rewritten: number;
}

export interface AnswerBudget {
  /** Upper bound of `meta.token_cost`. No bound when absent. */
  tokenBudget?: number;
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

export interface SearchOptions extends AnswerBudget {
  /** Default 20. */
  limit?: number;
  tddClass?: TddClass;
  pathPrefix?: string;
  at?: GraphAt;
  /** The most an answer shows; default signatures. */
  detail?: Exclude<DetailLevel, 'counts'>;
}

export interface SearchHit extends RowHit {
  score: number;
  summary?: string;
}

export interface SearchAnswer {
  query: string;
  /** The files that match best, at most 50; hits come from these only. */
  files: { path: string; score: number }[];
  hits: SearchHit[];
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
  /** BM25 over names, signatures, docs, summaries and paths: files first, then the rows of the best 50. */
  search(query: string, options?: SearchOptions): Promise<SearchAnswer>;
  /** @throws StoreError PT_STORE_ROW_UNKNOWN */
  callersOf(key: RowKey, options?: WalkOptions): Promise<WalkAnswer>;
  /** @throws StoreError PT_STORE_ROW_UNKNOWN */
  calleesOf(key: RowKey, options?: WalkOptions): Promise<WalkAnswer>;
  /** Everything that may notice a change of the rows, by distance, tests apart. Default depth 3. */
  blastRadius(keys: readonly RowKey[], options?: WalkOptions): Promise<BlastAnswer>;
  /** Test functions that reach the rows. The order is advice: it never says that another test may be skipped. */
  affectedTests(keys: readonly RowKey[], options?: { at?: GraphAt }): Promise<AffectedTestsAnswer>;
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
