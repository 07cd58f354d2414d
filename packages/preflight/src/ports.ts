import type { RowKey, Span } from '@parseltongue/isg-core';

/** A file as it will be; `after` null deletes it. */
export interface FutureFile {
  path: string;
  after: string | null;
}

/** Something the graph says is wrong with a future tree. */
export interface GraphProblem {
  /** `orphan_module` for a file no `mod` item reaches; any other code is shown as it is. */
  code: string;
  path: string;
  span: Span;
  line: number;
  message: string;
  /** The row the problem is in. */
  key: RowKey | null;
  /** Certain problems block; others advise. */
  certain: boolean;
}

/** Judges names, paths, visibility, arity and module trees of a future tree without a compiler. */
export interface GraphAnalyzer {
  /** The problems the untouched tree does not have; `changes` are Rust files and manifests. */
  analyze(
    changes: readonly FutureFile[],
    options: { signal?: AbortSignal },
  ): Promise<{ problems: readonly GraphProblem[] }>;
}
