import { isKey } from '@parseltongue/isg-core';
import { z } from 'zod';
import { PLAIN_COLORS } from '../../render/plain-colors.js';
import { renderRow } from '../../render/row.js';
import { defineTool } from '../define-tool.js';

export const showTool = defineTool({
  name: 'show',
  title: 'Show one interface',
  description:
    'One Rust item by its key: signature, summary, code, callers, callees, file hash for propose. Use search to find keys.',
  input: z.object({
    key: z.string().max(1000).describe('ISGL1 key, e.g. src/lib.rs-Parser-parse'),
    body: z.boolean().default(true).describe('include the code'),
  }),
  isReadOnly: true,
  async run({ key, body }, { workspace }) {
    if (!isKey(key)) return { text: `"${key}" is not a key. Use search to find one`, isError: true };
    await workspace.requireFreshStore();
    const view = await workspace.showRow(key);
    return {
      text: `${renderRow(view, { withBody: body, colors: PLAIN_COLORS })}base_hash ${view.file_hash}\n`,
    };
  },
});
