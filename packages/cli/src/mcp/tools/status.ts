import { z } from 'zod';
import { renderAnalytics } from '../../render/analytics.js';
import { defineTool } from '../define-tool.js';

export const statusTool = defineTool({
  name: 'status',
  title: 'CodeGraph status',
  description:
    'Counts of the Rust CodeGraph: rows by kind, edges by tier, unresolved share, hot spots, index age, open plans. Use search to find code.',
  input: z.object({}),
  isReadOnly: true,
  async run(_input, { workspace }) {
    const store = await workspace.requireFreshStore();
    const [status, analytics, plans, waiting] = await Promise.all([
      store.status(),
      store.analytics(),
      store.plans(),
      workspace.listBreakpoints(),
    ]);
    const open = plans.length === 0 ? 'no open plan' : `open plans ${plans.join(', ')}`;
    const questions = waiting.map(
      ({ run_id, breakpoint }) =>
        `run ${run_id} waits for a person: ${breakpoint.question}\n  parseltongue runs resume ${run_id}, with the answer\n`,
    );
    const text = `${renderAnalytics(analytics)}\n${questions.join('')}`;
    return {
      text: `${text}-- indexed ${status.indexed_at ?? 'never'}, tiers ${Object.keys(analytics.edges.by_resolution).join('+')}, ${(analytics.unresolved_share * 100).toFixed(0)} % of references unresolved, ${open}, ${Math.ceil(text.length / 4)} tokens\n`,
    };
  },
});
