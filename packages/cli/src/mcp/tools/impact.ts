import { isKey, type RowKey } from '@parseltongue/isg-core';
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
    depth: z.int().min(1).max(10).default(3).describe('how many steps to follow'),
  }),
  isReadOnly: true,
  async run({ keys, depth }, { workspace }) {
    const wrong = keys.find((key) => !isKey(key));
    if (wrong !== undefined)
      return { text: `"${wrong}" is not a key. Use search to find one`, isError: true };
    const store = await workspace.requireFreshStore();
    const known = keys as RowKey[];
    return { text: renderImpact(known, await store.blastRadius(known, { depth })) };
  },
});
