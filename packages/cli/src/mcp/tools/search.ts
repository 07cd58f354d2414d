import { z } from 'zod';
import { renderAnswer } from '../../render/answer.js';
import { defineTool } from '../define-tool.js';

export const searchTool = defineTool({
  name: 'search',
  title: 'Search interfaces',
  description:
    'Finds Rust interfaces by words in names, signatures, docs and summaries, best first. No bodies: use show.',
  input: z.object({
    query: z.string().min(1).max(400),
    limit: z.int().min(1).max(50).default(20),
    tests: z.enum(['with', 'without', 'only']).default('with'),
    budget: z.int().min(100).max(8000).default(2000).describe('tokens'),
  }),
  isReadOnly: true,
  async run({ query, limit, tests, budget }, { workspace }) {
    const store = await workspace.requireFreshStore();
    const tddClass = tests === 'only' ? ('TEST_IMPLEMENTATION' as const) : ('CODE_IMPLEMENTATION' as const);
    const answer = await store.search(query, {
      limit,
      tokenBudget: budget,
      ...(tests === 'with' ? {} : { tddClass }),
    });
    return { text: renderAnswer(answer) };
  },
});
