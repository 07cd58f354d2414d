import { EXIT } from '../exit-codes.js';
import { renderCosts, renderOutcomes } from '../render/runs.js';
import type { AddVerb } from '../verb.js';

/** `cost`: what the models of all runs used up, as the engines reported it, and what the changes were worth. */
export const addCostVerb: AddVerb = (program, host) => {
  program
    .command('cost')
    .description('tokens and money of all runs, by step and by reasoner, and how changes turned out')
    .addHelpText('before', 'Examples:\n  parseltongue cost\n  parseltongue cost --json\n')
    .action(
      host.run(async (invocation) => {
        const workspace = await invocation.openWorkspace();
        const report = await workspace.readCosts();
        const outcomes = await workspace.readOutcomes({ isSettled: true });
        return {
          exitCode: EXIT.ok,
          json: { contract: 'pt.cli.cost/1', ...report, outcomes },
          text: `${renderCosts(report, invocation.context.io.columns)}${renderOutcomes(outcomes)}\n`,
        };
      }),
    );
};
