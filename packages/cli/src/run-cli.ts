import { type Command, CommanderError } from 'commander';
import { createProgram } from './create-program.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import type { CliContext } from './io.js';
import type { Invocation, VerbAnswer, VerbHost, WorkspaceOpener } from './verb.js';

/** How verbs reach their repository. */
export interface RunCliOptions {
  /** Opens the repository; by default in this process, unless a daemon owns it. */
  openWorkspace?: WorkspaceOpener;
}

/**
 * Runs one command line and resolves to its exit status; never rejects.
 *
 * The answer goes to `io.out`, everything else to `io.err`. Resources are closed before it resolves, also after an abort.
 */
export async function runCli(
  argv: readonly string[],
  context: CliContext,
  options: RunCliOptions = {},
): Promise<ExitCode> {
  let status: ExitCode = EXIT.ok;
  const host: VerbHost = {
    run<Args extends unknown[]>(handler: (invocation: Invocation, ...args: Args) => Promise<VerbAnswer>) {
      return async (...given: [...Args, Command]) => {
        const command = given.at(-1) as Command; // commander passes arguments, options, then the command
        const args = given.slice(0, -1) as Args;
        const { runVerb } = await import('./run-verb.js'); // parsing and help load no stage and no schema
        status = await runVerb((invocation) => handler(invocation, ...args), {
          argv,
          command,
          context,
          runCli,
          ...options,
        });
      };
    },
  };
  const program = createProgram(context, host);
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    status = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (status === EXIT.usage && argv.includes('--json')) writeUsageDocument(context, error);
  }
  return status;
}

/** With `--json` also a command line that cannot be read is answered by one document. */
function writeUsageDocument({ io }: CliContext, error: CommanderError): void {
  const shown = {
    code: 'PT_CLI_USAGE',
    message: error.message.replace(/^error: /, ''),
    details: { argument: error.code },
    retryable: false,
  };
  io.out(`${JSON.stringify({ contract: 'pt.cli.error/1', error: shown }, null, 2)}\n`);
}
