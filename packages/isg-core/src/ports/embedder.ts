/** Turns texts into vectors of one fixed dimension, in input order. */
export interface Embedder {
  readonly id: string;
  readonly dimension: number;
  embed(texts: readonly string[], options?: { signal?: AbortSignal }): Promise<Float32Array[]>;
}

/** Scores documents against a query, higher is better, in input order. */
export interface Reranker {
  readonly id: string;
  rerank(query: string, documents: readonly string[], options?: { signal?: AbortSignal }): Promise<number[]>;
}
