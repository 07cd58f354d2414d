import type { RowKey } from '@parseltongue/isg-core';
import { z } from 'zod';
import { renderWalk } from '../../render/walk.js';
import { defineTool } from '../define-tool.js';

export const callersTool = defineTool({
  name: 'callers',
  title: 'Callers and callees',
  description:
    'Rows that call, use or implement a row, or with direction callees what it uses itself. Use impact for everything a change reaches.',
  input: z.object({
    key: z.string().max(1000).describe('ISGL1 key'),
    direction: z.enum(['callers', 'callees']).default('callers'),
    depth: z.int().min(1).max(10).default(1),
  }),
  isReadOnly: true,
  async run({ key, direction, depth }, { workspace }) {
    const store = await workspace.requireFreshStore();
    const [known] = (await workspace.findRows([key])) as [RowKey];
    const options = { depth, tokenBudget: 2000 };
    const answer = await (direction === 'callers'
      ? store.callersOf(known, options)
      : store.calleesOf(known, options));
    return { text: renderWalk(answer) };
  },
});
