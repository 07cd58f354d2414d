import { z } from 'zod';
import { renderAnalytics } from '../../render/analytics.js';
import { defineTool } from '../define-tool.js';

export const statusTool = defineTool({
  name: 'status',
  title: 'CodeGraph status',
  description:
    'Counts of the Rust CodeGraph: rows by kind, edges by tier, unresolved share, hot spots, index age. Use search to find code.',
  input: z.object({}),
  isReadOnly: true,
  async run(_input, { workspace }) {
    const store = await workspace.requireFreshStore();
    const [status, analytics] = await Promise.all([store.status(), store.analytics()]);
    return { text: `Indexed ${status.indexed_at ?? 'never'}\n${renderAnalytics(analytics)}` };
  },
});
