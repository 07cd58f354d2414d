import type { RowKey, Span } from '@parseltongue/isg-core';

export type GraphProblemCode =
  | 'unresolved_import'
  | 'unresolved_path'
  | 'unresolved_name'
  | 'unresolved_method'
  | 'unresolved_field'
  | 'missing_field'
  | 'unknown_trait_item'
  | 'missing_module_file'
  | 'orphan_module'
  | 'duplicate_definition'
  | 'private_item'
  | 'wrong_arity'
  | 'missing_trait_item';

/** Something in the graph that a compiler would or could reject. */
export interface GraphProblem {
  code: GraphProblemCode;
  path: string;
  span: Span;
  line: number;
  message: string;
  /** The row it stands in, null outside of every row. */
  key: RowKey | null;
  /** True only when everything needed to decide was in the repository: the compiler surely rejects it. */
  certain: boolean;
}
