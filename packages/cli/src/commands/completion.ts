import { Argument } from 'commander';
import { EXIT } from '../exit-codes.js';
import type { AddVerb } from '../verb.js';

type Shell = 'bash' | 'zsh' | 'fish';

/** `completion`: a script that lets a shell complete verbs and options. */
export const addCompletionVerb: AddVerb = (program, host) => {
  program
    .command('completion')
    .description('print the completion script of a shell')
    .addArgument(new Argument('<shell>', 'your shell').choices(['bash', 'zsh', 'fish']))
    .addHelpText(
      'before',
      'Examples:\n  source <(parseltongue completion bash)\n  parseltongue completion zsh > "${fpath[1]}/_parseltongue"\n  parseltongue completion fish > ~/.config/fish/completions/parseltongue.fish\n',
    )
    .action(
      host.run(async (_invocation, shell: Shell) => {
        const { writeCompletion } = await import('../completion/write-completion.js');
        const script = writeCompletion(program, shell);
        return { exitCode: EXIT.ok, json: { contract: 'pt.cli.completion/1', shell, script }, text: script };
      }),
    );
};
