import { z } from 'zod';
import { defineTool } from '../define-tool.js';

export const applyTool = defineTool({
  name: 'apply',
  title: 'Apply a verified proposal',
  description:
    'Writes a proposal whose preflight passed, all files or none, builds and tests in place, commits, or rolls back. Asks the human first; nothing happens without a yes.',
  input: z.object({
    proposal_id: z.string().min(6).max(64),
    receipt_hash: z.string().min(6).max(64).describe('from preflight'),
    commit: z.boolean().default(true),
  }),
  isReadOnly: false,
  confirm: ({ proposal_id, commit }) =>
    `Write proposal ${proposal_id.slice(0, 12)} into the working tree${commit ? ' and commit it' : ''}?`,
  async run({ proposal_id, receipt_hash, commit }, { workspace }) {
    const { proposal, report } = await workspace.loadVerified(proposal_id);
    if (!report.receipt_hash.startsWith(receipt_hash)) {
      return {
        text: 'The receipt is not the one of the last preflight. Run preflight again and review it',
        isError: true,
      };
    }
    const outcome = await workspace.applyProposal({ proposal, report, shouldCommit: commit });
    const isApplied = outcome.status === 'applied';
    return {
      text: isApplied
        ? `Applied${outcome.commit === null ? '' : `, commit ${outcome.commit}`}`
        : `Rolled back: ${outcome.reason ?? 'the tree did not verify'}`,
      structured: { ...outcome },
      isError: !isApplied,
    };
  },
});
