import type { GraphAt, Resolution, RowKey } from '@parseltongue/isg-core';
import type { AnswerBudget, AnswerMeta, RowHit, WalkHit } from './contract.js';

export interface RelationOptions extends AnswerBudget {
  at?: GraphAt;
  /** Default exact and typed. */
  tiers?: readonly Resolution[];
}

export interface PathAnswer {
  from: RowKey;
  to: RowKey;
  is_found: boolean;
  /** The rows from the first step to `to`, each with the edge that leads to it; empty when there is no path. */
  hits: WalkHit[];
  meta: AnswerMeta;
}

export interface CyclesOptions extends RelationOptions {
  /** Rows that reach each other by calls, or files whose rows do by any reference. Default rows. */
  level?: 'rows' | 'files';
}

/** A largest group of rows or files in which each reaches every other. */
export interface Cycle {
  /** Keys or paths, in order. */
  members: string[];
  /** Edges inside the group. */
  edges: number;
}

export interface CyclesAnswer {
  /** Largest first, then by first member. A row that calls itself is a cycle of one. */
  cycles: Cycle[];
  meta: AnswerMeta;
}

export interface DeadCodeOptions extends RelationOptions {
  crate?: string;
  /** Default false: what other crates may use is no candidate. */
  includePublic?: boolean;
}

/** Why a row without a user in the graph is no candidate all the same. */
export type DeadCodeExemption =
  | 'entry_point'
  | 'test'
  | 'public_api'
  | 'trait_item'
  | 'foreign_interface'
  | 'attribute'
  | 'serde'
  | 'name_candidate'
  | 'allowed';

export interface DeadCodeHit extends RowHit {
  /** Nothing refers to the row, or only rows that are candidates themselves. */
  reason: 'no_reference' | 'only_dead_references';
  /** Other rows whose text holds the name as a word: macros and strings may use what no edge shows. */
  mentions: number;
}

export interface DeadCodeAnswer {
  /** The surest first: fewest mentions, then by key. */
  hits: DeadCodeHit[];
  /** Rows that have no user in the graph but are kept for a reason. */
  exempt: Record<DeadCodeExemption, number>;
  meta: AnswerMeta;
}
