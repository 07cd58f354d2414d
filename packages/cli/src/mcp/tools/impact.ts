import { z } from 'zod';
import { readRowKeys } from '../../commands/options.js';
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
    const known = await readRowKeys(keys);
    const store = await workspace.requireFreshStore();
    return { text: renderImpact(known, await store.blastRadius(known, { depth, tokenBudget: budget })) };
  },
});
