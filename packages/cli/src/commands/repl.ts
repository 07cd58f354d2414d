import { EXIT } from '../exit-codes.js';
import type { AddVerb } from '../verb.js';

/** `repl`: all commands at one prompt; what `parseltongue` alone opens on a terminal. */
export const addReplVerb: AddVerb = (program, host) => {
  program
    .command('repl')
    .description('all of these at one prompt, with history and Tab; also: parseltongue alone')
    .addHelpText('before', 'Examples:\n  parseltongue repl\n  parseltongue -C ../ripgrep\n')
    .action(
      host.run(async (invocation) => {
        const { runRepl } = await import('../repl/run-repl.js');
        await runRepl(invocation, { input: process.stdin, output: process.stderr });
        return { exitCode: EXIT.ok, json: { contract: 'pt.cli.repl/1' }, text: '', isStreamed: true };
      }),
    );
};
