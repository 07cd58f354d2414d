import { ParseltongueError } from '@parseltongue/isg-core';
import type { Command } from 'commander';
import type { Workspace } from './compose.js';
import { fillOptions } from './config/fill-options.js';
import { type Config, loadConfig } from './config/load-config.js';
import { locateRepository, type RepositoryPlace } from './config/locate-repository.js';
import { exitCodeOf } from './exit-code-of.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import type { CliContext } from './io.js';
import { readGlobals } from './read-globals.js';
import { PLAIN_COLORS } from './render/plain-colors.js';
import { createProgressLine } from './render/progress-line.js';
import { formatDuration } from './render/table.js';
import type {
  GlobalOptions,
  Invocation,
  RunCli,
  VerbAnswer,
  WorkspaceOpener,
  WorkspaceWish,
} from './verb.js';

export interface VerbRun {
  argv: readonly string[];
  command: Command;
  context: CliContext;
  runCli: RunCli;
  openWorkspace?: WorkspaceOpener;
}

/** Verbs that look after themselves: a daemon is not asked to run them. */
const LOCAL_VERBS = new Set([
  'doctor',
  'mcp',
  'daemon',
  'config',
  'completion',
  'repl',
  'elf',
  'models',
  'watch',
  'hook',
]);

/** Runs one verb: settings, daemon or this process, answer, errors; closes what was opened. */
export async function runVerb(
  handler: (invocation: Invocation) => Promise<VerbAnswer>,
  run: VerbRun,
): Promise<ExitCode> {
  const started = performance.now();
  let globals = readGlobals(run.command, run.context);
  const opened: Workspace[] = [];
  try {
    const place = await findPlace(globals, run.context);
    const config = await loadConfig({
      env: run.context.env,
      ...(place === undefined ? {} : { root: place.root }),
    });
    fillOptions(run.command, config);
    globals = readGlobals(run.command, run.context);
    const context = globals.color ? run.context : withoutColors(run.context);
    const forwarded = await forward(run, { globals, context });
    if (forwarded !== undefined) return forwarded;
    return await answer(handler, { run, globals, context, config, opened });
  } catch (error) {
    return reportError(error, run.context, globals);
  } finally {
    for (const workspace of opened.reverse()) await workspace[Symbol.asyncDispose]();
    if (globals.verbose && !globals.quiet)
      run.context.io.err(`${run.command.name()} took ${formatDuration(performance.now() - started)}\n`);
  }
}

interface OpenVerb {
  run: VerbRun;
  globals: GlobalOptions;
  context: CliContext;
  config: Config;
  opened: Workspace[];
}

async function answer(
  handler: (invocation: Invocation) => Promise<VerbAnswer>,
  { run, globals, context, config, opened }: OpenVerb,
): Promise<ExitCode> {
  const progress = createProgressLine(context.io, { isQuiet: globals.quiet });
  const open = run.openWorkspace ?? openInProcess;
  const invocation: Invocation = {
    context,
    globals,
    config,
    progress,
    program: run.command.parent ?? run.command,
    runCli: run.runCli,
    async openWorkspace() {
      const workspace = await open({ context, globals, progress });
      opened.push(workspace);
      return workspace;
    },
  };
  try {
    const given = await handler(invocation);
    progress.clear();
    if (given.isStreamed !== true)
      context.io.out(globals.json ? `${JSON.stringify(given.json, null, 2)}\n` : given.text);
    return given.exitCode;
  } finally {
    progress.clear();
  }
}

async function openInProcess({ context, globals, progress }: WorkspaceWish): Promise<Workspace> {
  const { openWorkspace } = await import('./compose.js');
  return openWorkspace({ context, globals, onProgress: (event) => progress.update(event) });
}

/** The status of a daemon that ran the verb; undefined when this process has to. */
async function forward(
  { argv, command, openWorkspace }: VerbRun,
  { globals, context }: { globals: GlobalOptions; context: CliContext },
): Promise<ExitCode | undefined> {
  if (!globals.daemon || openWorkspace !== undefined || LOCAL_VERBS.has(command.name())) return undefined;
  const place = await findPlace(globals, context);
  if (place === undefined) return undefined;
  const { connectDaemon } = await import('./daemon/connect-daemon.js');
  await using daemon = await connectDaemon(place, context.env);
  return await daemon?.runVerb(argv, context);
}

/** The repository around the folder; undefined where there is none, the verb will say so itself. */
async function findPlace(globals: GlobalOptions, { env }: CliContext): Promise<RepositoryPlace | undefined> {
  try {
    return await locateRepository({ ...globals, env });
  } catch (error) {
    if (ParseltongueError.isInstance(error)) return undefined;
    throw error;
  }
}

function withoutColors(context: CliContext): CliContext {
  return { ...context, io: { ...context.io, colors: PLAIN_COLORS } };
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
  if (globals.verbose) for (const cause of causesOf(error)) io.err(`  because: ${cause}\n`);
  return exitCodeOf(error);
}

function causesOf(error: unknown): string[] {
  const causes: string[] = [];
  let at = error instanceof Error ? error.cause : undefined;
  while (at instanceof Error && causes.length < 5) {
    causes.push(at.message);
    at = at.cause;
  }
  return causes;
}
