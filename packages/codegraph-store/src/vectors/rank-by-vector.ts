import type { Similarity } from '../search/drop-duplicates.js';
import { findNthLargest } from '../search/find-nth-largest.js';
import type { TextHit } from '../search/text-index.js';
import type { GraphState } from '../state/graph-state.js';
import { openCatalog } from '../state/indexes.js';
import { VectorCache, type VectorSpace } from './vector-cache.js';

export interface VectorQuery extends VectorSpace {
  /** Unit length. */
  vector: Float32Array;
}

/** Vectors of one space and which row has which; several rows may share a text. */
export interface VectorIndex {
  space: VectorSpace;
  cache: VectorCache;
  /** Rows with a vector, by falling key; dropped by every write. */
  rows: { key: string; slot: number }[] | undefined;
}

/** The vectors of a space, read when first asked for; one space at a time is kept. */
export function openVectors(state: GraphState, space: VectorSpace): VectorIndex {
  const known = state.indexes.vectors;
  if (known?.space.embedder === space.embedder && known.space.dimension === space.dimension) return known;
  const index: VectorIndex = { space, cache: new VectorCache(state.dir, space), rows: undefined };
  state.indexes.vectors = index;
  return index;
}

/** Rows by cosine to the query, an exact scan over every vector. Rows of a plan count with their current text. */
export function rankByVector(
  state: GraphState,
  query: VectorQuery,
  { accepts, limit }: { accepts: ((key: string) => boolean) | undefined; limit: number },
): TextHit[] {
  const index = openVectors(state, query);
  const rows = listRows(state, index);
  const scores = scanVectors(index.cache, query.vector);
  const hits: TextHit[] = [];
  for (const { key, slot } of rows) {
    if (accepts !== undefined && !accepts(key)) continue;
    hits.push({ key, score: scores[slot] as number });
  }
  const least = findNthLargest(
    Float64Array.from(hits, ({ score }) => score),
    limit,
  );
  const best = hits.filter(({ score }) => score >= least);
  return best.sort((a, b) => b.score - a.score || (a.key < b.key ? -1 : 1)).slice(0, limit);
}

/** Cosine of two rows' vectors; undefined when the search has none. */
export function compareVectors(state: GraphState, query: VectorQuery | undefined): Similarity | undefined {
  if (query === undefined) return undefined;
  const { cache } = openVectors(state, query);
  if (cache.size === 0) return undefined;
  const catalog = openCatalog(state);
  const slotOf = (key: string) => cache.slotOf(catalog.get(key)?.contentHash ?? '');
  return (a, b) => {
    const one = slotOf(a);
    const other = slotOf(b);
    return one === undefined || other === undefined ? 0 : multiply(cache, one, other);
  };
}

function listRows(state: GraphState, index: VectorIndex): { key: string; slot: number }[] {
  index.rows ??= openCatalog(state)
    .sorted()
    .flatMap((entry) => {
      const slot = index.cache.slotOf(entry.contentHash);
      return slot === undefined ? [] : [{ key: entry.key, slot }];
    });
  return index.rows;
}

/** Dot products with every vector. Four sums at a time keep the processor's units busy. */
function scanVectors({ vectors, size, dimension }: VectorCache, query: Float32Array): Float32Array {
  const scores = new Float32Array(size);
  const whole = dimension - (dimension % 4);
  for (let slot = 0, at = 0; slot < size; slot += 1, at += dimension) {
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let i = 0; i < whole; i += 4) {
      a += (query[i] as number) * (vectors[at + i] as number);
      b += (query[i + 1] as number) * (vectors[at + i + 1] as number);
      c += (query[i + 2] as number) * (vectors[at + i + 2] as number);
      d += (query[i + 3] as number) * (vectors[at + i + 3] as number);
    }
    for (let i = whole; i < dimension; i += 1) a += (query[i] as number) * (vectors[at + i] as number);
    scores[slot] = a + b + c + d;
  }
  return scores;
}

function multiply({ vectors, dimension }: VectorCache, one: number, other: number): number {
  let sum = 0;
  for (let i = 0; i < dimension; i += 1)
    sum += (vectors[one * dimension + i] as number) * (vectors[other * dimension + i] as number);
  return sum;
}
