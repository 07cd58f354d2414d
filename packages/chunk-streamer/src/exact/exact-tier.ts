import type { Chunk, Edge, FileFacts, LspMetaData, RowKey } from '@parseltongue/isg-core';

/** What of a row the exact tier is matched with. */
export type ExactRow = Pick<
  Chunk,
  'isgl1_key' | 'file' | 'span' | 'name' | 'kind' | 'crate' | 'tdd_classification'
>;

/** The indexed files and rows the compiler's facts are matched with. */
export interface IndexedRepository {
  files: Iterable<Pick<FileFacts, 'path' | 'hash'>>;
  rows: Iterable<ExactRow>;
}

export const ExactContract = 'pt.exact/1';

/**
 * What the compiler's side says of one repository: plain data, JSON-safe, that may be kept and narrowed as files change.
 *
 * Every statement holds for the files in `files` with exactly these hashes.
 */
export interface ExactTier {
  contract: typeof ExactContract;
  status: 'read';
  tool: string;
  tool_version: string;
  /** sha-256 of every file that is covered, by path. */
  files: Record<string, string>;
  /** References between rows, resolution `exact`, ordered by from, to, kind. */
  edges: Edge[];
  /** By path: offsets of names that stand for something outside the indexed rows. */
  elsewhere: Record<string, number[]>;
  facts: ExactFact[];
  coverage: ExactCoverage;
}

/** Facts of one row. */
export interface ExactFact {
  key: RowKey;
  lsp_meta_data: LspMetaData;
}

/** How much of the index could be used. */
export interface ExactCoverage {
  documents: number;
  /** Documents whose text is not the one that was indexed, or that no row stands for. */
  unmatched_documents: string[];
  references: number;
  /** References whose symbol belongs to several rows of different crates: left to the typed tier. */
  ambiguous_references: number;
  ms: number;
}

/** The analyzer gave nothing: the typed tier stands alone. */
export interface NoExactTier {
  status: 'not_run' | 'failed';
  /** One sentence: what happened and how to get the tier. */
  reason: string;
  /** End of what the analyzer said. */
  log: string;
}
