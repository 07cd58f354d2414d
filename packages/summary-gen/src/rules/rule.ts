import type { Chunk, RowKind } from '@parseltongue/isg-core';
import type { Neighbours } from '../neighbours.js';

/** What a container's roll-up needs of one child. */
export type ChildRow = Pick<
  Chunk,
  | 'kind'
  | 'name'
  | 'visibility'
  | 'interface_signature'
  | 'tdd_classification'
  | 'tdd_reason'
  | 'current_code'
>;

/** What a rule sees: the row, what it contains and what stands around it. */
export interface RuleInput {
  row: Chunk;
  /** Direct children in byte order; empty when unknown. */
  children: readonly ChildRow[];
  parentKind: RowKind | undefined;
  neighbours: Neighbours | undefined;
  /** Enclosing items from the key, outermost first. */
  container: readonly string[];
}

/** Names behind a lead; as many as fit the line, the rest as a number. */
export interface NameList {
  lead: string;
  names: readonly string[];
}

/** A summary before it is fitted to the line: the head always stands, clauses follow while there is room. */
export interface Draft {
  head: string | NameList;
  clauses: readonly (string | NameList)[];
  quality: number;
}
