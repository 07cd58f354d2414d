import { isKey, type RowKey } from '@parseltongue/isg-core';
import { z } from 'zod';
import { defineTool } from '../define-tool.js';

export const mapTool = defineTool({
  name: 'map',
  title: 'Repository map',
  description:
    'The most important interfaces of the repository within a token budget, ranked over the call and type graph. Focus keys rank from their point of view.',
  input: z.object({
    budget: z.int().min(100).max(8000).default(2000).describe('most tokens to return'),
    focus: z.array(z.string().max(1000)).max(20).default([]).describe('ISGL1 keys'),
  }),
  isReadOnly: true,
  async run({ budget, focus }, { workspace }) {
    const store = await workspace.requireFreshStore();
    const keys = focus.filter((key): key is RowKey => isKey(key));
    const map = await store.repoMap({ tokenBudget: budget, ...(keys.length === 0 ? {} : { focus: keys }) });
    return { text: map.text };
  },
});
