import { z } from 'zod';
import { renderAnswer } from '../../render/answer.js';
import { defineTool } from '../define-tool.js';

export const searchTool = defineTool({
  name: 'search',
  title: 'Search interfaces',
  description:
    'Finds Rust interfaces by words in names, signatures, docs and summaries. Returns keys, signatures and one-line summaries, best first. Returns no bodies: use show for one.',
  input: z.object({
    query: z.string().min(1).max(400).describe('words, e.g. "retry backoff"'),
    limit: z.int().min(1).max(50).default(20).describe('most rows to return'),
    tests: z.enum(['with', 'without', 'only']).default('with').describe('whether tests are listed'),
    budget: z.int().min(100).max(8000).default(2000).describe('most tokens to return'),
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
