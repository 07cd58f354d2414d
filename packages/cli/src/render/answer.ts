import type { AnswerMeta, SearchAnswer } from '@parseltongue/codegraph-store';

/** Search hits: key, signature, summary; then what the answer says about itself. */
export function renderAnswer({ hits, meta }: Pick<SearchAnswer, 'hits' | 'meta'>): string {
  if (hits.length === 0) return `Nothing found\n${renderMeta(meta)}`;
  const lines = hits.map((hit) => {
    const facts = [hit.signature ?? '', hit.summary ?? ''].filter((fact) => fact !== '');
    return [hit.key, ...facts.map((fact) => `  ${fact}`)].join('\n');
  });
  return `${lines.join('\n')}\n${renderMeta(meta)}`;
}

/** One line: how much is shown, which tiers, how incomplete, how old, how dear. */
export function renderMeta(meta: AnswerMeta): string {
  const parts = [`${meta.shown} of ${meta.total} shown`];
  if (meta.tiers.length > 0) parts.push(`followed edges of tiers ${meta.tiers.join('+')}`);
  parts.push(`${(meta.unresolved_share * 100).toFixed(0)} % of references in scope unresolved`);
  parts.push(`indexed ${meta.indexed_at ?? 'never'}`, `${meta.token_cost} tokens`);
  return `-- ${parts.join(', ')}\n`;
}
