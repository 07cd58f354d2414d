import { EXIT } from '../exit-codes.js';
import { renderImpact } from '../render/impact.js';
import type { AddVerb } from '../verb.js';
import { parsePositive } from './options.js';

/** `impact`: everything that reaches a row, by distance, tests apart. */
export const addImpactVerb: AddVerb = (program, host) => {
  program
    .command('impact')
    .description('what a change of a row can reach: users by distance, tests apart')
    .argument('<key...>', 'ISGL1 keys, or names only one row has')
    .option('--depth <n>', 'how many steps to follow', parsePositive, 3)
    .option('--budget <tokens>', 'at most this many tokens', parsePositive, 2500)
    .addHelpText(
      'before',
      'Examples:\n  parseltongue impact src/lib.rs-Parser-parse\n  parseltongue impact --depth 5 src/money.rs-Money-add --json\n',
    )
    .action(
      host.run(async (invocation, given: string[], flags: { depth: number; budget: number }) => {
        const workspace = await invocation.openWorkspace();
        const keys = await workspace.findRows(given);
        const store = await workspace.requireStore();
        const answer = await store.blastRadius(keys, { depth: flags.depth, tokenBudget: flags.budget });
        return {
          exitCode: EXIT.ok,
          json: { contract: 'pt.cli.impact/1', ...answer },
          text: renderImpact(keys, answer, { depth: flags.depth, columns: invocation.context.io.columns }),
        };
      }),
    );
};
