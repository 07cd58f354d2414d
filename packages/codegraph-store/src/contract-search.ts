import type { GraphAt, TddClass } from '@parseltongue/isg-core';
import type { AnswerBudget, AnswerMeta, DetailLevel, RowHit } from './contract.js';

/** What took part in a search, in the order of its work. */
export type SearchStage = 'bm25' | 'vectors' | 'graph' | 'rerank' | 'dedupe';

export interface SearchOptions extends AnswerBudget {
  /** Default 20. */
  limit?: number;
  tddClass?: TddClass;
  pathPrefix?: string;
  /** Only rows of files of such a size. */
  fileSizeBytes?: { min?: number; max?: number };
  at?: GraphAt;
  /** The most an answer shows; default signatures. */
  detail?: Exclude<DetailLevel, 'counts'>;
  /** Default true: rows near good rows in the graph rise, also those that hold none of the words. */
  useGraph?: boolean;
  /** How words and vectors are joined: 0.3 and 0.7 of their normalized scores, or by reciprocal ranks. Default weighted. */
  fusion?: 'weighted' | 'rrf';
}

export interface SearchHit extends RowHit {
  score: number;
  summary?: string;
}

export interface SearchAnswer {
  query: string;
  /** What really ran: without an embedder, or without stored vectors, there is no `vectors`. */
  stages: SearchStage[];
  /** The files that match best, at most 50; hits come from these only. */
  files: { path: string; score: number }[];
  hits: SearchHit[];
  /** Hits left out because their text is nearly that of a better one. */
  duplicates: number;
  meta: AnswerMeta;
}

export interface EmbedOptions {
  signal?: AbortSignal;
  /** Rows embedded in one call of the embedder; default 64. */
  batchSize?: number;
  onProgress?: (progress: { done: number; total: number }) => void;
}

export interface EmbedReport {
  /** Texts embedded now, and those whose vectors were there already. */
  embedded: number;
  cached: number;
}
