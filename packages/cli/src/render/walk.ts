import type { WalkAnswer } from '@parseltongue/codegraph-store';
import { renderMeta } from './answer.js';

/** The rows of a walk, nearest first, each with the edge that led there. */
export function renderWalk({ key, hits, meta }: WalkAnswer): string {
  const lines = hits.map((hit) => {
    const test = hit.tdd === 'TEST_IMPLEMENTATION' ? ' [test]' : '';
    const via = hit.depth > 1 ? ` through ${hit.via.key}` : '';
    const signature = hit.signature === undefined ? '' : `\n  ${hit.signature}`;
    return `${hit.key}${test} (${hit.via.kind}, ${hit.via.resolution}${via})${signature}`;
  });
  if (lines.length === 0) lines.push(`No row found from ${key}`);
  return `${lines.join('\n')}\n${renderMeta(meta)}`;
}
