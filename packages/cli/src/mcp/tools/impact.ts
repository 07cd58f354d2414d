import { z } from 'zod';
import { renderImpact } from '../../render/impact.js';
import { defineTool } from '../define-tool.js';

export const impactTool = defineTool({
  name: 'impact',
  title: 'Impact of a change',
  description:
    'Everything that reaches the given rows through calls, types and implementations, by distance, tests apart. Use before propose.',
  input: z.object({
    keys: z.array(z.string().max(1000)).min(1).max(20).describe('ISGL1 keys'),
    depth: z.int().min(1).max(10).default(3),
    budget: z.int().min(100).max(8000).default(2000),
  }),
  isReadOnly: true,
  async run({ keys, depth, budget }, { workspace }) {
    const store = await workspace.requireFreshStore();
    const known = await workspace.findRows(keys);
    const answer = await store.blastRadius(known, { depth, tokenBudget: budget });
    return { text: renderImpact(known, answer, { depth }) };
  },
});
