import { EXIT } from '../exit-codes.js';
import { renderCosts } from '../render/runs.js';
import type { AddVerb } from '../verb.js';

/** `cost`: what the models of all runs used up, as the engines reported it. */
export const addCostVerb: AddVerb = (program, host) => {
  program
    .command('cost')
    .description('tokens and money of all runs, by step and by reasoner')
    .addHelpText('before', 'Examples:\n  parseltongue cost\n  parseltongue cost --json\n')
    .action(
      host.run(async (invocation) => {
        const report = await (await invocation.openWorkspace()).readCosts();
        return {
          exitCode: EXIT.ok,
          json: { contract: 'pt.cli.cost/1', ...report },
          text: renderCosts(report),
        };
      }),
    );
};
