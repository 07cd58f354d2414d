import { Argument } from 'commander';
import type { StructureQuestion } from '../composition/ask-structure.js';
import { EXIT } from '../exit-codes.js';
import type { AddVerb } from '../verb.js';
import { parsePositive } from './options.js';

const QUESTIONS = [
  'callers',
  'callees',
  'users',
  'implementations',
  'children',
  'path',
  'cycles',
  'dead_code',
];

type GraphArguments = [question: StructureQuestion, keys: string[], flags: { depth: number; budget: number }];

const EXAMPLES = `Examples:
  parseltongue graph callers src/lib.rs-Parser-parse --depth 2
  parseltongue graph path src/main.rs-_-main src/money.rs-Money-add
  parseltongue graph implementations src/lib.rs-_-Parser
  parseltongue graph cycles
  parseltongue graph dead_code --json
`;

/** `graph`: one question about the shape of the code. */
export const addGraphVerb: AddVerb = (program, host) => {
  program
    .command('graph')
    .description(
      'ask about the shape: callers, callees, users, implementations, children, path, cycles, dead code',
    )
    .addArgument(new Argument('<question>', 'what to ask').choices(QUESTIONS))
    .argument('[key...]', 'ISGL1 keys or names: one, two for path, none for cycles and dead_code')
    .option('--depth <n>', 'steps of callers and callees', parsePositive, 1)
    .option('--budget <tokens>', 'at most this many tokens', parsePositive, 2500)
    .addHelpText('before', EXAMPLES)
    .action(
      host.run(async (invocation, ...[question, given, flags]: GraphArguments) => {
        const workspace = await invocation.openWorkspace();
        const keys = await workspace.findRows(given);
        const { data, text } = await workspace.askStructure({
          question,
          keys,
          depth: flags.depth,
          tokenBudget: flags.budget,
        });
        return { exitCode: EXIT.ok, json: { contract: 'pt.cli.graph/1', question, ...data }, text };
      }),
    );
};
