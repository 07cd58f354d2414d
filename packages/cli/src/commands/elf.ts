import type { ExitCode } from '../exit-codes.js';
import type { AddVerb, Invocation, VerbAnswer } from '../verb.js';

const ELF_EXAMPLES = `Examples:
  parseltongue elf start
  parseltongue elf generate --prompt "say hello" --max-tokens 20
  parseltongue elf status
  parseltongue elf stop
`;
const MODEL_EXAMPLES = `Examples:
  parseltongue models list
  parseltongue models install qwen2.5-coder-1.5b --file ~/models/qwen.gguf --trust-first-use
  parseltongue models estimate qwen2.5-coder-1.5b
`;

/** What the orchestrator calls itself when it is installed alone. */
const OWN_NAME = 'local-orchestrator-daemon';

/** `elf`: the daemon of the local models, with its own verbs. */
export const addElfVerb: AddVerb = (program, host) => {
  program
    .command('elf')
    .description(
      'the local models: serve, start, stop, status, logs, generate, enqueue, list, metrics; elf help',
    )
    .argument('[words...]', 'a verb of the orchestrator and its flags')
    .allowUnknownOption()
    .addHelpText('before', ELF_EXAMPLES)
    .action(
      host.run((invocation, words: string[]) => runElf(invocation, words.length === 0 ? ['help'] : words)),
    );
};

/** `models`: the registry of local models. */
export const addModelsVerb: AddVerb = (program, host) => {
  program
    .command('models')
    .description('the local models: list, show, install, verify, load, unload, pin, remove, estimate, bench')
    .argument('[words...]', 'a verb of the registry, a model and flags')
    .allowUnknownOption()
    .addHelpText('before', MODEL_EXAMPLES)
    .action(
      host.run((invocation, words: string[]) =>
        runElf(invocation, ['models', ...(words.length === 0 ? ['list'] : words)]),
      ),
    );
};

/** The orchestrator writes its answer itself and has statuses of its own: 0, 1, 2 as ours. */
async function runElf({ context, globals }: Invocation, words: readonly string[]): Promise<VerbAnswer> {
  const { runElfCommand } = await import('../compose.js');
  const argv = globals.json && !words.includes('--json') ? [...words, '--json'] : [...words];
  const said = { out: '', err: '' };
  const io = {
    ...context.io,
    out(text: string) {
      said.out = text;
      context.io.out(text.replaceAll(OWN_NAME, 'parseltongue elf'));
    },
    err(text: string) {
      const ours = text.replaceAll(OWN_NAME, 'parseltongue elf');
      said.err += ours;
      context.io.err(ours);
    },
  };
  const status = await runElfCommand(argv, { ...context, io });
  if (globals.json && status !== 0 && said.out === '') context.io.out(formatFailure(said.err));
  return { exitCode: status as ExitCode, json: { contract: 'pt.cli.elf/1' }, text: '', isStreamed: true };
}

/** With `--json` a failure the orchestrator only wrote for people is a document as well. */
function formatFailure(text: string): string {
  const code = /PT_[A-Z_]+/.exec(text)?.[0] ?? 'PT_CLI_USAGE';
  const error = { code, message: text.trim().replace(`${code}: `, ''), details: {}, retryable: false };
  return `${JSON.stringify({ contract: 'pt.cli.error/1', error }, null, 2)}\n`;
}
