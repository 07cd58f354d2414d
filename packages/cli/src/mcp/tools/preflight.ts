import { z } from 'zod';
import { PLAIN_COLORS } from '../../render/plain-colors.js';
import { renderReceipts } from '../../render/receipts.js';
import { defineTool } from '../define-tool.js';

const SHOWN_CHARACTERS = 6000;

export const preflightTool = defineTool({
  name: 'preflight',
  title: 'Verify a proposal',
  description:
    'Runs the gates (syntax, graph, cargo check, tests) on a proposal in a shadow of the repository; writes no file of it. Returns verdict and what stopped it.',
  input: z.object({ proposal_id: z.string().min(6).max(64).describe('id from propose') }),
  isReadOnly: false,
  async run({ proposal_id }, { workspace, signal }) {
    const proposal = await workspace.loadStored(proposal_id);
    const report = await workspace.verifyProposal(proposal, { stopAtFirst: true, signal });
    const gates = report.receipts.map(({ gate, verdict, reason }) => ({ gate, verdict, reason }));
    const problems = renderReceipts(report, PLAIN_COLORS).slice(0, SHOWN_CHARACTERS);
    return {
      text: problems,
      structured: {
        proposal_id: proposal.id,
        verdict: report.verdict,
        receipt_hash: report.receipt_hash,
        gates,
        problems: report.verdict === 'passed' ? '' : problems,
      },
    };
  },
});
