import { resolve } from 'node:path';
import { ParseltongueError } from '@parseltongue/isg-core';
import { Command, CommanderError } from 'commander';
import { VERBS } from './commands/index.js';
import { openWorkspace, type Workspace } from './compose.js';
import { EXIT, type ExitCode, exitCodeOf } from './exit-codes.js';
import type { CliContext } from './io.js';
import { createProgressLine } from './render/progress-line.js';
import type { GlobalOptions, Invocation, VerbAnswer, VerbHost } from './verb.js';
import { readVersion } from './version.js';

/**
 * Runs one command line and resolves to its exit status; never rejects.
 *
 * The answer goes to `io.out`, everything else to `io.err`. Resources are closed before it resolves, also after an abort.
 */
export async function runCli(argv: readonly string[], context: CliContext): Promise<ExitCode> {
  let status: ExitCode = EXIT.ok;
  const host: VerbHost = {
    run<Args extends unknown[]>(handler: (invocation: Invocation, ...args: Args) => Promise<VerbAnswer>) {
      return async (...given: [...Args, Command]) => {
        const command = given.at(-1) as Command; // commander passes arguments, options, then the command
        const args = given.slice(0, -1) as Args;
        status = await runVerb(command, context, (invocation) => handler(invocation, ...args));
      };
    },
  };
  const program = createProgram(context, host);
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    status = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
  return status;
}

function createProgram(context: CliContext, host: VerbHost): Command {
  const program = new Command('parseltongue')
    .description('Verified changes to large Rust codebases, from a CodeGraph of interfaces.')
    .version(readVersion(), '-V, --version')
    .option('-C, --cwd <path>', 'run as if started in <path>', '.')
    .option('--json', 'answer with one JSON document', false)
    .option('-q, --quiet', 'no progress on stderr', false)
    .option(
      '--state-dir <path>',
      'where the CodeGraph and run logs are kept (default: .parseltongue in the repository)',
    )
    .showSuggestionAfterError(true)
    .showHelpAfterError('(add --help for examples)')
    .exitOverride()
    .configureOutput({ writeOut: (text) => context.io.out(text), writeErr: (text) => context.io.err(text) });
  for (const add of VERBS) add(program, host);
  for (const command of program.commands) command.exitOverride().copyInheritedSettings(program);
  return program;
}

async function runVerb(
  command: Command,
  context: CliContext,
  handler: (invocation: Invocation) => Promise<VerbAnswer>,
): Promise<ExitCode> {
  const given: GlobalOptions = command.optsWithGlobals();
  const globals = { ...given, cwd: resolve(context.cwd, given.cwd) };
  const progress = createProgressLine(context.io, { isQuiet: globals.quiet });
  const opened: Workspace[] = [];
  const invocation: Invocation = {
    context,
    globals,
    progress,
    async openWorkspace() {
      const workspace = await openWorkspace({
        context,
        globals,
        onProgress: (event) => progress.update(event),
      });
      opened.push(workspace);
      return workspace;
    },
  };
  try {
    const answer = await handler(invocation);
    progress.clear();
    if (answer.isStreamed !== true)
      context.io.out(globals.json ? `${JSON.stringify(answer.json, null, 2)}\n` : answer.text);
    return answer.exitCode;
  } catch (error) {
    progress.clear();
    return reportError(error, context, globals);
  } finally {
    for (const workspace of opened.reverse()) await workspace[Symbol.asyncDispose]();
  }
}

function reportError(error: unknown, context: CliContext, globals: GlobalOptions): ExitCode {
  const { io, signal } = context;
  if (signal.aborted) {
    io.err('Interrupted. The tree and the graph are as they were before the step that was running.\n');
    return signal.reason === 'SIGTERM' ? EXIT.terminated : EXIT.interrupted;
  }
  const known = ParseltongueError.isInstance(error) ? error.toJSON() : undefined;
  const shown = known ?? {
    code: 'PT_CLI_INTERNAL',
    message: error instanceof Error ? error.message : String(error),
    details: {},
    retryable: false,
  };
  if (globals.json) io.out(`${JSON.stringify({ contract: 'pt.cli.error/1', error: shown }, null, 2)}\n`);
  io.err(`${io.colors.red('error')}[${shown.code}]: ${shown.message}\n`);
  if (known === undefined && error instanceof Error && error.stack !== undefined) io.err(`${error.stack}\n`);
  return exitCodeOf(error);
}
