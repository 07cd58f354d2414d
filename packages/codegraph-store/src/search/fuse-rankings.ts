import type { TextHit } from './text-index.js';

const VECTOR_SHARE = 0.7;
const TEXT_SHARE = 0.3;
/** Of reciprocal rank fusion (Cormack, Clarke and Buettcher 2009). */
const RRF_OFFSET = 60;

/** Joins two rankings of rows into one, best first; a row may stand in one of them only. */
export function fuseRankings(
  text: readonly TextHit[],
  vectors: readonly TextHit[],
  fusion: 'weighted' | 'rrf',
): TextHit[] {
  const scores = new Map<string, number>();
  const add = (key: string, score: number) => scores.set(key, (scores.get(key) ?? 0) + score);
  if (fusion === 'rrf') {
    for (const hits of [text, vectors])
      hits.forEach(({ key }, rank) => {
        add(key, 1 / (RRF_OFFSET + rank + 1));
      });
  } else {
    for (const { key, score } of normalize(text)) add(key, TEXT_SHARE * score);
    for (const { key, score } of normalize(vectors)) add(key, VECTOR_SHARE * score);
  }
  const hits = [...scores].map(([key, score]) => ({ key, score }));
  return hits.sort((a, b) => b.score - a.score || (a.key < b.key ? -1 : 1));
}

/** Scores from 0 for the worst that is listed to 1 for the best. */
function normalize(hits: readonly TextHit[]): TextHit[] {
  const best = hits[0]?.score ?? 1;
  const worst = Math.min(hits.at(-1)?.score ?? 0, 0);
  const range = best - worst;
  return hits.map(({ key, score }) => ({ key, score: range === 0 ? 1 : (score - worst) / range }));
}
