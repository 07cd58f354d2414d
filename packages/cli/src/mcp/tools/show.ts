import type { RowKey } from '@parseltongue/isg-core';
import { z } from 'zod';
import { PLAIN_COLORS } from '../../render/plain-colors.js';
import { renderRow } from '../../render/row.js';
import { defineTool } from '../define-tool.js';

const CHARACTERS_PER_TOKEN = 4;
const BODY_TOKENS = 6000;

export const showTool = defineTool({
  name: 'show',
  title: 'Show one interface',
  description:
    'One Rust item by its key: signature, summary, code, callers, callees, base_hash for propose. Use search to find keys.',
  input: z.object({
    key: z.string().max(1000).describe('ISGL1 key, e.g. src/lib.rs-Parser-parse'),
    body: z.boolean().default(true).describe('include the code'),
  }),
  isReadOnly: true,
  async run({ key, body }, { workspace }) {
    const store = await workspace.requireFreshStore();
    const [known] = (await workspace.findRows([key])) as [RowKey];
    const view = await workspace.showRow(known);
    const { indexed_at } = await store.status();
    const withBody = body && view.code.length <= BODY_TOKENS * CHARACTERS_PER_TOKEN;
    const cut =
      body && !withBody
        ? `-- the code is about ${Math.ceil(view.code.length / CHARACTERS_PER_TOKEN)} tokens: over the budget, show its children\n`
        : '';
    const text = renderRow(view, { withBody, colors: PLAIN_COLORS });
    const tiers = [
      ...new Set([...view.edges.from, ...view.edges.to].map(({ resolution }) => resolution)),
    ].sort();
    const resolved = view.edges.from.length;
    const share =
      resolved + view.unresolved_count === 0 ? 0 : view.unresolved_count / (resolved + view.unresolved_count);
    return {
      text: `${text}${cut}base_hash ${view.file_hash}\n-- tiers ${tiers.join('+') || 'none'}, ${(share * 100).toFixed(0)} % of its references unresolved, indexed ${indexed_at ?? 'never'}, ${Math.ceil(text.length / CHARACTERS_PER_TOKEN)} tokens\n`,
    };
  },
});
