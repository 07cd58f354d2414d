import type { Embedder, Reranker } from '@parseltongue/isg-core';
import type {
  EmbedOptions,
  EmbedReport,
  SearchAnswer,
  SearchHit,
  SearchOptions,
} from '../contract-search.js';
import { StoreError } from '../errors.js';
import type { SearchAids } from '../search/search-rows.js';
import type { VectorTask } from '../vectors/store-vectors.js';
import { toUnit, type VectorSpace } from '../vectors/vector-cache.js';

const DEFAULT_BATCH = 64;
/** Texts asked of the worker at a time. */
const TASK_PAGE = 512;
/** Hits a reranker reads. */
const RERANK_LIMIT = 50;

export interface SearchPorts {
  embedder: Embedder | undefined;
  reranker: Reranker | undefined;
}

/** The worker's side of embedding. */
export interface VectorWorker {
  listUnembedded: (space: VectorSpace) => Promise<{ hashes: string[]; cached: number }>;
  readVectorTasks: (hashes: readonly string[]) => Promise<VectorTask[]>;
  putVectors: (
    space: VectorSpace,
    records: readonly { hash: string; vector: Float32Array }[],
  ) => Promise<unknown>;
  search: (query: string, options: SearchOptions, aids: SearchAids) => Promise<SearchAnswer>;
}

/** Gives every text without a vector one. What has been stored when it is aborted stays. */
export async function embedRows(
  worker: VectorWorker,
  embedder: Embedder | undefined,
  options: EmbedOptions = {},
): Promise<EmbedReport> {
  if (embedder === undefined) throw reportNoEmbedder();
  const space = describeSpace(embedder);
  const { hashes, cached } = await worker.listUnembedded(space);
  const batchSize = options.batchSize ?? DEFAULT_BATCH;
  let embedded = 0;
  for (let at = 0; at < hashes.length; at += TASK_PAGE) {
    const tasks = await worker.readVectorTasks(hashes.slice(at, at + TASK_PAGE));
    for (let i = 0; i < tasks.length; i += batchSize) {
      const batch = tasks.slice(i, i + batchSize);
      const vectors = await embedTexts(embedder, batch, options.signal);
      await worker.putVectors(
        space,
        batch.map(({ hash }, j) => ({ hash, vector: vectors[j] as Float32Array })),
      );
      embedded += batch.length;
      options.onProgress?.({ done: embedded, total: hashes.length });
    }
  }
  return { embedded, cached };
}

/** Searches with the ports there are: the query as a vector first, then the reranker's order. */
export async function searchWithPorts(
  worker: VectorWorker,
  { embedder, reranker }: SearchPorts,
  { query, options = {} }: { query: string; options?: SearchOptions | undefined },
): Promise<SearchAnswer> {
  const vector = embedder === undefined ? undefined : await embedQuery(embedder, query);
  if (reranker === undefined) return worker.search(query, options, { vector });
  const pool = await worker.search(
    query,
    {
      ...options,
      offset: 0,
      limit: Math.max(RERANK_LIMIT, (options.offset ?? 0) + (options.limit ?? 0)),
      detail: 'bodies',
      tokenBudget: Number.MAX_SAFE_INTEGER,
    },
    { vector },
  );
  const scores = await reranker.rerank(query, pool.hits.map(formatDocument));
  assertCount(reranker.id, scores.length, pool.hits.length);
  const reranked = pool.hits
    .map(({ key }, i) => ({ key, score: scores[i] as number }))
    .sort((a, b) => b.score - a.score || (a.key < b.key ? -1 : 1));
  return worker.search(query, options, { vector, reranked });
}

async function embedQuery(embedder: Embedder, query: string): Promise<SearchAids['vector']> {
  const [vector] = await embedTexts(embedder, [{ text: query }], undefined);
  return vector === undefined ? undefined : { ...describeSpace(embedder), vector: toUnit(vector) };
}

async function embedTexts(
  embedder: Embedder,
  tasks: readonly { text: string }[],
  signal: AbortSignal | undefined,
): Promise<Float32Array[]> {
  if (signal?.aborted === true) throw reportAborted(signal);
  const texts = tasks.map(({ text }) => text);
  const vectors = await embedder.embed(texts, signal === undefined ? {} : { signal });
  assertCount(embedder.id, vectors.length, texts.length);
  const wrong = vectors.find(
    (vector) => vector.length !== embedder.dimension || !vector.every(Number.isFinite),
  );
  if (wrong !== undefined)
    throw reportPort(embedder.id, `a vector is not ${embedder.dimension} finite numbers`);
  return vectors;
}

function describeSpace({ id, dimension }: Embedder): VectorSpace {
  return { embedder: id, dimension };
}

function formatDocument(hit: SearchHit): string {
  return [hit.key, hit.summary ?? '', hit.code ?? hit.signature ?? ''].join('\n');
}

function assertCount(id: string, count: number, expected: number): void {
  if (count !== expected) throw reportPort(id, `it gave ${count} results for ${expected} texts`);
}

function reportPort(id: string, problem: string): StoreError {
  return new StoreError('PT_STORE_OPTION_INVALID', {
    message: `The model ${id} cannot be used: ${problem}. Give an embedder or reranker that keeps its contract`,
    details: { option: 'embedder', problem },
  });
}

function reportNoEmbedder(): StoreError {
  return new StoreError('PT_STORE_OPTION_INVALID', {
    message:
      'Rows cannot be embedded: the store was opened without an embedder. Open it with the option embedder',
    details: { option: 'embedder', problem: 'missing' },
  });
}

function reportAborted(signal: AbortSignal): StoreError {
  return new StoreError('PT_STORE_ABORTED', {
    message: 'Embedding was aborted. Vectors stored so far stay; run it again for the rest',
    details: { operation: 'embed' },
    cause: signal.reason,
  });
}
