import { Option } from 'commander';
import { renderRunOutcome, runExitCode } from '../render/run-outcome.js';
import { createRunPrinter } from '../render/run-printer.js';
import type { AddVerb } from '../verb.js';
import { addReasonerOptions, type ReasonerFlags, readReasonerChoice } from './reasoner-options.js';

interface ChangeFlags extends ReasonerFlags {
  workflow: 'direct' | 'stepped';
  kind?: 'bug' | 'feature' | 'refactor';
  autonomy: 'ask_always' | 'ask_on_risk' | 'run';
  dryRun?: boolean;
  commit: boolean;
}

const EXAMPLES = `Examples:
  parseltongue change "Reject recipes without ingredients" --dry-run
  parseltongue change "Totals are off by one" --kind bug --workflow stepped
  parseltongue change "Log retries" --reasoner command --exec claude -p
  parseltongue change "Log retries" --reasoner agent --exec claude
  parseltongue change "Log retries" --reasoner openai --base-url http://127.0.0.1:8080/v1 --model qwen
  parseltongue change "Log retries" --reasoner replay --transcript run.ndjson
`;

/** `change`: a micro-PRD becomes a proposal by a reasoning model, then takes the same road as `fix`. */
export const addChangeVerb: AddVerb = (program, host) => {
  const command = program
    .command('change')
    .description('turn a request into a verified change, with a reasoning model')
    .argument('<micro-prd>', 'what should be different, in your words');
  addReasonerOptions(command)
    .addOption(
      new Option('--workflow <name>', 'direct, or stepped: micro-PRD, plan, scans, code')
        .choices(['direct', 'stepped'])
        .default('direct'),
    )
    .addOption(
      new Option('--kind <kind>', 'a bug demands a test that fails before the change').choices([
        'bug',
        'feature',
        'refactor',
      ]),
    )
    .addOption(
      new Option('--autonomy <level>', 'when to stop and ask')
        .choices(['ask_always', 'ask_on_risk', 'run'])
        .default('run'),
    )
    .option('--dry-run', 'verify and show, write nothing')
    .option('--no-commit', 'apply, but leave the commit to me')
    .addHelpText('before', EXAMPLES)
    .action(
      host.run(async (invocation, request: string, flags: ChangeFlags) => {
        const reasoner = await readReasonerChoice(flags);
        const workspace = await invocation.openWorkspace();
        using printer = createRunPrinter(invocation);
        const outcome = await workspace.runChange({
          request,
          reasoner,
          workflow: flags.workflow,
          autonomy: flags.autonomy,
          ...(flags.kind === undefined ? {} : { kind: flags.kind }),
          isDryRun: flags.dryRun === true,
          shouldCommit: flags.commit,
          onEvent: (event) => printer.print(event),
        });
        return {
          exitCode: runExitCode(outcome),
          json: { contract: 'pt.cli.change/1', ...outcome },
          text: renderRunOutcome(outcome, invocation.context.io),
        };
      }),
    );
};
