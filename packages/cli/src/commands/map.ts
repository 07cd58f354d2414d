import { EXIT } from '../exit-codes.js';
import type { AddVerb } from '../verb.js';
import { collect, parsePositive } from './options.js';

/** `map`: the most important interfaces within a token budget. */
export const addMapVerb: AddVerb = (program, host) => {
  program
    .command('map')
    .description('the most important interfaces within a token budget')
    .option('--budget <tokens>', 'at most this many tokens', parsePositive, 2000)
    .option('--focus <key>', 'rank from the point of view of this row (repeatable)', collect)
    .addHelpText(
      'before',
      'Examples:\n  parseltongue map\n  parseltongue map --budget 8000 --focus src/lib.rs-Parser-parse\n',
    )
    .action(
      host.run(async (invocation, flags: { budget: number; focus?: string[] }) => {
        const workspace = await invocation.openWorkspace();
        const focus = await workspace.findRows(flags.focus ?? []);
        const store = await workspace.requireStore();
        const map = await store.repoMap({
          tokenBudget: flags.budget,
          ...(focus.length === 0 ? {} : { focus }),
        });
        return { exitCode: EXIT.ok, json: { contract: 'pt.cli.map/1', ...map }, text: map.text };
      }),
    );
};
