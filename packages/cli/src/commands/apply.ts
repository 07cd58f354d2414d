import { EXIT } from '../exit-codes.js';
import { renderReceipts } from '../render/receipts.js';
import type { AddVerb } from '../verb.js';

/** `apply`: writes a proposal that passed its gates on exactly this tree; all files or none. */
export const addApplyVerb: AddVerb = (program, host) => {
  program
    .command('apply')
    .description('write a proposal that passed preflight; all files or none')
    .argument('<proposal>', 'id of a proposal that passed `parseltongue preflight`')
    .option('-m, --message <subject>', 'subject of the commit')
    .option('--no-commit', 'leave the commit to me')
    .addHelpText(
      'before',
      'Examples:\n  parseltongue apply 3f2a9c\n  parseltongue apply 3f2a9c --no-commit\n',
    )
    .action(
      host.run(async (invocation, id: string, flags: { message?: string; commit: boolean }) => {
        const workspace = await invocation.openWorkspace();
        const { proposal, report } = await workspace.loadVerified(id);
        const outcome = await workspace.applyProposal({
          proposal,
          report,
          shouldCommit: flags.commit,
          ...(flags.message === undefined ? {} : { message: flags.message }),
        });
        const { colors, columns } = invocation.context.io;
        const isApplied = outcome.status === 'applied';
        const what = isApplied
          ? `Applied ${proposal.files.length} files${outcome.commit === null ? '' : `, commit ${outcome.commit.slice(0, 12)}`}`
          : `Rolled back: ${outcome.reason ?? 'the tree did not verify in place'}. The tree is as it was`;
        return {
          exitCode: isApplied ? EXIT.ok : EXIT.negative,
          json: { contract: 'pt.cli.apply/1', proposal_id: proposal.id, ...outcome },
          text: `${renderReceipts(report, colors, columns)}${what}\n`,
        };
      }),
    );
};
