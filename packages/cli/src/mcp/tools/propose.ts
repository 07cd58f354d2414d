import { EditSchema } from '@parseltongue/isg-core';
import { z } from 'zod';
import { defineTool } from '../define-tool.js';

export const proposeTool = defineTool({
  name: 'propose',
  title: 'Propose a change',
  description:
    'Stores edits as future rows of the CodeGraph; writes no file. Each edit targets a row by key (whole_item) or a file by path (search_replace, unified_diff) and carries the base_hash that show printed. Returns the proposal id for preflight.',
  input: z.object({
    title: z.string().min(1).max(200).describe('one line that says what changes'),
    edits: z.array(EditSchema).min(1).max(200).describe('all or none are placed'),
  }),
  isReadOnly: false,
  async run({ title, edits }, { workspace }) {
    const proposal = await workspace.propose({ title, edits });
    const rows = proposal.rows.map(({ action, key }) => `${action} ${key}`);
    return {
      text: `Proposal ${proposal.id}\n${rows.join('\n')}\nNext: preflight`,
      structured: { proposal_id: proposal.id, files: proposal.files.map(({ path }) => path), rows },
    };
  },
});
