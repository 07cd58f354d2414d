import type {
  Edge,
  FileFacts,
  FutureRow,
  GraphAt,
  ReferenceCounts,
  Row,
  RowKey,
  SkippedFile,
  SyntaxDiagnostic,
} from '@parseltongue/isg-core';
import type { AnswerMeta, BlastLevel, RowHit, WalkHit, WalkOptions } from './contract.js';

/** A state of the graph that can be compared: the current one, a plan's, or a checkpoint's. */
export type GraphRef = GraphAt | { checkpoint: string };

export type RowChange = 'added' | 'removed' | 'moved' | 'interface' | 'code' | 'place';

export interface GraphDiffHit extends RowHit {
  /** What changed most: `interface` before `code` before `place` (kind, class, visibility, parent). */
  change: RowChange;
  /** Key the row had before, for a row that moved with its text unchanged. */
  previous_key?: RowKey;
}

export interface GraphDiffAnswer {
  /** In key order. */
  rows: GraphDiffHit[];
  counts: Record<RowChange, number>;
  edges: { added: number; removed: number; changed: number };
  files: { added: number; removed: number; changed: number };
  meta: AnswerMeta;
}

export interface DiffImpactOptions extends WalkOptions {
  /** Which side of the diff the graph was indexed from. Default: the one whose lines the graph holds. */
  side?: 'before' | 'after';
}

export interface DiffedFile {
  path: string;
  /** `stale`: neither side of the diff is what the graph holds. `unknown`: the graph does not have the file. */
  status: 'matched' | 'stale' | 'unknown';
  side: 'before' | 'after' | null;
}

export interface DiffImpactAnswer {
  files: DiffedFile[];
  /** The innermost rows whose own lines the diff touches, in key order. */
  rows: RowHit[];
  levels: BlastLevel[];
  /** Tests that reach the rows at any distance, nearest first. */
  tests: WalkHit[];
  meta: AnswerMeta;
}

export interface DuplicateHit extends RowHit {
  /** A row of the future graph with the same text, or the same name and signature beside it. */
  duplicate_of: RowKey;
  reason: 'same_text' | 'same_signature';
}

export interface DanglingHit extends RowHit {
  /** The row the plan deletes. */
  missing: RowKey;
  /** Lines of the current file where the reference stands. */
  lines: number[];
}

/** What the graph says about a plan before anything is compiled. */
export interface PlanReviewAnswer {
  plan: string;
  /** Rows that lose their last user by the plan, or that it creates in files nothing refers to by name. */
  orphans: RowHit[];
  duplicates: DuplicateHit[];
  /** Rows that stay as they are and refer to a row that goes. */
  dangling: DanglingHit[];
  /** What may notice the plan, by distance from the rows it edits and deletes. */
  levels: BlastLevel[];
  meta: AnswerMeta;
}

export interface Checkpoint {
  name: string;
  created_at: string;
  size_bytes: number;
}

/** One line of an exact copy of the graph. */
export type GraphRecord =
  | { type: 'graph'; contract: 'pt.graph/1' }
  | { type: 'file'; file: FileFacts }
  | { type: 'row'; row: Row }
  | { type: 'edge'; edge: Edge }
  | { type: 'references'; references: ReferenceCounts }
  | { type: 'skipped'; skipped: SkippedFile }
  | { type: 'diagnostic'; diagnostic: SyntaxDiagnostic }
  | { type: 'plan'; plan: string; proposed_at: string }
  | { type: 'future'; plan: string; base_hash: string | null; future: FutureRow }
  | { type: 'meta'; name: string; value: string };
