import { z } from 'zod';
import { defineTool } from '../define-tool.js';

export const structureTool = defineTool({
  name: 'structure',
  title: 'Shape of the graph',
  description:
    'Users or implementations of a type or trait, children of a row, path between two, cycles, dead code.',
  input: z.object({
    question: z.enum(['users', 'implementations', 'children', 'path', 'cycles', 'dead_code']),
    keys: z.array(z.string().max(1000)).max(2).default([]),
  }),
  isReadOnly: true,
  async run({ question, keys }, { workspace }) {
    await workspace.requireFreshStore();
    const known = await workspace.findRows(keys);
    const { text } = await workspace.askStructure({ question, keys: known, depth: 1, tokenBudget: 2000 });
    return { text };
  },
});
