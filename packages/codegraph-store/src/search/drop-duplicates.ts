import { tokenizeCode } from './tokenize-code.js';

const SIMILAR = 0.95;

/** How alike two texts are, -1 to 1. */
export type Similarity = (a: string, b: string) => number;

/** Keeps each item that is no near duplicate of a better one, in order. */
export function dropDuplicates<Item extends { key: string }>(
  items: readonly Item[],
  similarity: Similarity,
): Item[] {
  const kept: Item[] = [];
  for (const item of items)
    if (!kept.some((better) => similarity(better.key, item.key) > SIMILAR)) kept.push(item);
  return kept;
}

/**
 * Cosine of the words of rows' own texts, each by the logarithm of its count, so that a word that fills a text does not
 * hide where two texts differ; a row without words is like no other.
 */
export function compareWords(texts: ReadonlyMap<string, string>): Similarity {
  const counted = new Map<string, { counts: Map<string, number>; norm: number }>();
  const read = (key: string) => {
    const known = counted.get(key);
    if (known !== undefined) return known;
    const counts = new Map<string, number>();
    for (const term of tokenizeCode(texts.get(key) ?? '')) counts.set(term, (counts.get(term) ?? 0) + 1);
    for (const [term, count] of counts) counts.set(term, 1 + Math.log(count));
    const norm = Math.sqrt([...counts.values()].reduce((sum, count) => sum + count * count, 0));
    counted.set(key, { counts, norm });
    return { counts, norm };
  };
  return (a, b) => {
    const one = read(a);
    const other = read(b);
    if (one.norm === 0 || other.norm === 0) return 0;
    let product = 0;
    for (const [term, count] of one.counts) product += count * (other.counts.get(term) ?? 0);
    return product / (one.norm * other.norm);
  };
}
