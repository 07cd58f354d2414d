import { EXIT } from '../exit-codes.js';
import { renderReceipts } from '../render/receipts.js';
import type { AddVerb } from '../verb.js';

/** `preflight`: runs the gates on a stored proposal or on a file of edits; writes nothing to the tree. */
export const addPreflightVerb: AddVerb = (program, host) => {
  program
    .command('preflight')
    .description('run the gates on a proposal; nothing is written')
    .argument('<proposal>', 'id of a stored proposal, or a JSON file {"title": .., "edits": [..]}')
    .option('--all', 'run every gate, also after one fails')
    .addHelpText(
      'before',
      'Examples:\n  parseltongue preflight edits.json\n  parseltongue preflight 3f2a9c --json\n',
    )
    .action(
      host.run(async (invocation, source: string, flags: { all?: boolean }) => {
        const workspace = await invocation.openWorkspace();
        const proposal = await workspace.loadProposal(source);
        const { colors, columns } = invocation.context.io;
        const report = await workspace.verifyProposal(proposal, { stopAtFirst: flags.all !== true });
        return {
          exitCode: report.verdict === 'passed' ? EXIT.ok : EXIT.negative,
          json: { contract: 'pt.cli.preflight/1', proposal_id: proposal.id, title: proposal.title, report },
          text: `Proposal ${proposal.id.slice(0, 12)}: ${proposal.title}\n${renderReceipts(report, colors, columns)}`,
        };
      }),
    );
};
