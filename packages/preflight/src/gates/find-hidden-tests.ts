import type { GraphReader, Proposal } from '@parseltongue/isg-core';

const HIDING = /#\[\s*(ignore|cfg|cfg_attr)\b/;

/**
 * Keys of tests a proposal deletes, or puts an `ignore` or `cfg` on that they did not have.
 *
 * For trees whose tests could not be listed before; where they could, comparing what ran is the better evidence.
 */
export async function findHiddenTests(proposal: Proposal, graph: GraphReader): Promise<string[]> {
  const hidden: string[] = [];
  for (const change of proposal.rows) {
    const row = await graph.getRow(change.key);
    if (row?.tdd_classification !== 'TEST_IMPLEMENTATION' || row.kind !== 'function') continue;
    const isHidden =
      change.row === null || (HIDING.test(change.row.current_code) && !HIDING.test(row.current_code));
    if (isHidden) hidden.push(change.key);
  }
  return hidden;
}
