import type { Edge, EdgeKind, Resolution } from '../edge.js';
import type { FutureRow } from '../future-row.js';
import type { RowKey } from '../key.js';
import type { ReferenceCounts, Row, RowKind, Summary, TddClass } from '../row.js';
import type { FileFacts, IndexRecord } from '../stage.js';

/** Which graph a question is asked of: the indexed one, or the one a named plan would make. */
export type GraphAt = 'current' | { plan: string };

export interface RowFilter {
  file?: string;
  keyPrefix?: string;
  name?: string;
  kinds?: readonly RowKind[];
  tddClass?: TddClass;
  crate?: string;
}

export interface Page {
  offset?: number;
  /** Default 100. */
  limit?: number;
}

export interface ReadOptions {
  at?: GraphAt;
}

export interface EdgeQuery extends ReadOptions {
  kinds?: readonly EdgeKind[];
  /** Default exact and typed; `name` candidates only when asked. */
  tiers?: readonly Resolution[];
}

/** Reads of the CodeGraph. Order is deterministic: by key unless said otherwise. */
export interface GraphReader {
  getRow(key: RowKey, options?: ReadOptions): Promise<Row | undefined>;
  /** Rows of one file in byte order, the file row first; empty when the file is unknown. */
  rowsOfFile(path: string, options?: ReadOptions): Promise<Row[]>;
  findRows(filter: RowFilter, page?: Page, options?: ReadOptions): Promise<{ rows: Row[]; total: number }>;
  edgesFrom(keys: readonly RowKey[], query?: EdgeQuery): Promise<Edge[]>;
  edgesTo(keys: readonly RowKey[], query?: EdgeQuery): Promise<Edge[]>;
  referencesOf(keys: readonly RowKey[]): Promise<ReferenceCounts[]>;
  files(options?: ReadOptions): Promise<FileFacts[]>;
}

/** Writes of the CodeGraph: the single write surface. Every call is acknowledged only once it is durable. */
export interface GraphWriter {
  /** Replaces what is known of every file in the stream; returns how many rows and edges were written. */
  ingest(
    records: AsyncIterable<IndexRecord> | Iterable<IndexRecord>,
  ): Promise<{ files: number; rows: number; edges: number }>;
  putSummaries(summaries: readonly { key: RowKey; summary: Summary }[]): Promise<void>;
  /** Makes `rows` the whole future of the plan, replacing what it proposed before, in one transaction. */
  propose(plan: string, rows: readonly FutureRow[]): Promise<void>;
  futureRows(plan: string): Promise<FutureRow[]>;
  plans(): Promise<string[]>;
  /** Drops the plan; the current graph stays. */
  discard(plan: string): Promise<void>;
  /** Clean slate: the plan's future becomes the current graph and the plan ends, in one transaction. */
  promote(plan: string): Promise<void>;
}

export interface RowStore extends GraphReader, GraphWriter, AsyncDisposable {}
