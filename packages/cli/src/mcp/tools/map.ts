import { z } from 'zod';
import { renderMeta } from '../../render/answer.js';
import { defineTool } from '../define-tool.js';

export const mapTool = defineTool({
  name: 'map',
  title: 'Repository map',
  description:
    'The most important interfaces of the repository within a token budget, ranked over the call and type graph.',
  input: z.object({
    budget: z.int().min(100).max(8000).default(2000).describe('tokens'),
    focus: z.array(z.string().max(1000)).max(20).default([]).describe('ISGL1 keys to rank from'),
  }),
  isReadOnly: true,
  async run({ budget, focus }, { workspace }) {
    const store = await workspace.requireFreshStore();
    const keys = await workspace.findRows(focus);
    const map = await store.repoMap({ tokenBudget: budget, ...(keys.length === 0 ? {} : { focus: keys }) });
    return { text: `${map.text.trimEnd()}\n${renderMeta(map.meta)}` };
  },
});
