import { EXIT } from '../exit-codes.js';
import { renderAnswer } from '../render/answer.js';
import type { AddVerb } from '../verb.js';
import { parsePositive } from './options.js';

interface SearchFlags {
  limit: number;
  budget: number;
  tests?: boolean;
  code?: boolean;
  path?: string;
}

/** `search`: interfaces by words, best first. */
export const addSearchVerb: AddVerb = (program, host) => {
  program
    .command('search')
    .description('find interfaces by words in names, signatures, docs and summaries')
    .argument('<words...>', 'what to look for')
    .option('-n, --limit <n>', 'at most this many rows', parsePositive, 20)
    .option('--budget <tokens>', 'at most this many tokens', parsePositive, 2500)
    .option('--tests', 'tests only')
    .option('--code', 'no tests')
    .option('--path <prefix>', 'only files below this path')
    .addHelpText(
      'before',
      'Examples:\n  parseltongue search parse config\n  parseltongue search --code retry backoff --json\n',
    )
    .action(
      host.run(async (invocation, words: string[], flags: SearchFlags) => {
        const workspace = await invocation.openWorkspace();
        const store = await workspace.requireStore();
        const answer = await store.search(words.join(' '), {
          limit: flags.limit,
          tokenBudget: flags.budget,
          ...(flags.tests === true ? { tddClass: 'TEST_IMPLEMENTATION' as const } : {}),
          ...(flags.code === true ? { tddClass: 'CODE_IMPLEMENTATION' as const } : {}),
          ...(flags.path === undefined ? {} : { pathPrefix: flags.path }),
        });
        return {
          exitCode: answer.hits.length === 0 ? EXIT.negative : EXIT.ok,
          json: { contract: 'pt.cli.search/1', ...answer },
          text: renderAnswer(answer),
        };
      }),
    );
};
