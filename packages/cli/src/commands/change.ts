import { renderRunOutcome, runExitCode } from '../render/run-outcome.js';
import { createRunPrinter } from '../render/run-printer.js';
import type { AddVerb } from '../verb.js';

interface ChangeFlags {
  reasoner: string;
  model?: string;
  exec?: string[];
  transcript?: string;
  record?: string;
  dryRun?: boolean;
  commit: boolean;
}

const REASONERS = ['anthropic', 'command', 'replay'];

/** `change`: a micro-PRD becomes a proposal by a reasoning model, then takes the same road as `fix`. */
export const addChangeVerb: AddVerb = (program, host) => {
  program
    .command('change')
    .description('turn a request into a verified change, with a reasoning model')
    .argument('<micro-prd>', 'what should be different, in your words')
    .option('--reasoner <name>', 'anthropic, command or replay', 'anthropic')
    .option('--model <id>', 'model of the anthropic reasoner (key in ANTHROPIC_API_KEY)')
    .option('--exec <argv...>', 'program of the command reasoner and its arguments, e.g. --exec claude -p')
    .option('--transcript <file>', 'recording the replay reasoner answers from')
    .option('--record <file>', 'record the answers for a later replay')
    .option('--dry-run', 'verify and show, write nothing')
    .option('--no-commit', 'apply, but leave the commit to me')
    .addHelpText(
      'before',
      'Examples:\n  parseltongue change "Reject recipes without ingredients" --dry-run\n  parseltongue change "Log retries" --reasoner command --exec claude -p\n  parseltongue change "Log retries" --reasoner replay --transcript run.ndjson\n',
    )
    .action(
      host.run(async (invocation, request: string, flags: ChangeFlags) => {
        await assertReasoner(flags);
        const workspace = await invocation.openWorkspace();
        const printer = createRunPrinter(invocation);
        const outcome = await workspace.runChange({
          request,
          reasoner: {
            kind: flags.reasoner as 'anthropic' | 'command' | 'replay',
            ...(flags.model === undefined ? {} : { model: flags.model }),
            ...(flags.exec === undefined ? {} : { argv: flags.exec }),
            ...(flags.transcript === undefined ? {} : { transcript: flags.transcript }),
            ...(flags.record === undefined ? {} : { record: flags.record }),
          },
          isDryRun: flags.dryRun === true,
          shouldCommit: flags.commit,
          onEvent: (event) => printer.print(event),
        });
        return {
          exitCode: runExitCode(outcome),
          json: { contract: 'pt.cli.change/1', ...outcome },
          text: renderRunOutcome(outcome, invocation.context.io.colors),
        };
      }),
    );
};

async function assertReasoner(flags: ChangeFlags): Promise<void> {
  const missing = {
    anthropic: false,
    command: flags.exec === undefined,
    replay: flags.transcript === undefined,
  }[flags.reasoner];
  if (missing === false) return;
  const message =
    missing === undefined
      ? `No reasoner named "${flags.reasoner}". There are: ${REASONERS.join(', ')}`
      : `The ${flags.reasoner} reasoner needs ${flags.reasoner === 'command' ? '--exec <program> [arguments]' : '--transcript <file>'}`;
  const { CliError } = await import('../errors.js');
  throw new CliError('PT_CLI_USAGE', { message, details: { argument: '--reasoner' } });
}
