import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface, type Interface } from 'node:readline/promises';
import type { Command } from 'commander';
import { type Config, userConfigPath } from '../config/load-config.js';
import { locateRepository } from '../config/locate-repository.js';
import { type DaemonClient, ensureDaemon } from '../daemon/ensure-daemon.js';
import { CliError } from '../errors.js';
import type { CliContext } from '../io.js';
import type { GlobalOptions, Invocation, RunCli } from '../verb.js';
import { completeLine } from './complete-line.js';
import { splitLine } from './split-line.js';

/** Where lines come from and where the prompt goes. */
export interface Terminal {
  input: NodeJS.ReadableStream;
  output: NodeJS.WritableStream;
}

const PROMPT = 'parseltongue> ';
const HISTORY_LINES = 500;
const HELP = `Every line is a command without "parseltongue" in front: search parse config, fix --dry-run, runs.
help lists them, help <verb> shows one; Tab completes verbs, options and keys; Ctrl-C pauses what runs; exit or Ctrl-D leaves.
`;

/**
 * Reads commands until the person leaves. Each line does exactly what the same command line does, on one open graph.
 *
 * Ctrl-C aborts the command that runs, which pauses a run where it is safe; at the prompt it clears the line.
 */
export async function runRepl(invocation: Invocation, terminal: Terminal): Promise<void> {
  const { context, config } = invocation;
  const globals = await findRepository(invocation);
  const link = await openLink(context, globals, config);
  const history = join(dirname(userConfigPath(context.env)), 'history');
  const rl = createInterface({
    ...terminal,
    terminal: true,
    prompt: PROMPT,
    historySize: HISTORY_LINES,
    removeHistoryDuplicates: true,
    history: await readHistory(history),
    completer: createCompleter(invocation.program, link),
  });
  context.io.err(HELP);
  try {
    await readLines(rl, { context, globals, history, runCli: invocation.runCli });
  } finally {
    rl.close();
    await link?.[Symbol.asyncDispose]();
  }
}

interface Session {
  context: CliContext;
  globals: GlobalOptions;
  history: string;
  runCli: RunCli;
}

async function readLines(rl: Interface, session: Session): Promise<void> {
  let running: AbortController | undefined;
  rl.on('SIGINT', () => {
    if (running !== undefined) running.abort('SIGINT');
    else rl.write(null, { ctrl: true, name: 'u' }); // nothing runs: clear the line
  });
  const input = { isClosed: false };
  rl.once('close', () => (input.isClosed = true));
  rl.prompt();
  for await (const line of rl) {
    const words = splitLine(line);
    if (words[0] === 'exit' || words[0] === 'quit') return;
    if (words.length > 0) {
      await keepHistory(session.history, line);
      running = new AbortController();
      await runLine(words, rl, { ...session, signal: running.signal });
      running = undefined;
    }
    if (input.isClosed) return; // Ctrl-D while it ran; a prompt would take up the input again
    rl.prompt();
  }
}

async function runLine(
  words: readonly string[],
  rl: Interface,
  { context, globals, runCli, signal }: Session & { signal: AbortSignal },
): Promise<void> {
  const argv = words[0] === 'help' ? [...words.slice(1), '--help'] : words;
  const state = globals.stateDir === undefined ? [] : ['--state-dir', globals.stateDir];
  const io = { ...context.io, ask: (question: string) => rl.question(question) };
  const status = await runCli(['-C', globals.cwd, ...state, ...argv], { ...context, io, signal });
  if (status !== 0) context.io.err(context.io.colors.dim(`status ${status}\n`));
}

/** The repository around the working folder, or the one the person names. */
async function findRepository({ context, globals }: Invocation): Promise<GlobalOptions> {
  try {
    await locateRepository({ ...globals, env: context.env });
    return globals;
  } catch (error) {
    if (!CliError.isInstance(error) || context.io.ask === undefined || !globals.input) throw error;
    const path = await context.io.ask('There is no Rust repository here. Path of yours: ');
    if (path === undefined || path.trim() === '') throw error;
    const chosen = { ...globals, cwd: path.trim() };
    await locateRepository({ ...chosen, env: context.env });
    return chosen;
  }
}

/** The daemon keeps the graph open between lines; without one every line opens it. */
async function openLink(
  context: CliContext,
  globals: GlobalOptions,
  config: Config,
): Promise<DaemonClient | undefined> {
  if (!globals.daemon) return undefined;
  const place = await locateRepository({ ...globals, env: context.env });
  try {
    return await ensureDaemon({ place, context, config });
  } catch (error) {
    if (!CliError.isInstance(error)) throw error;
    context.io.err(`${error.message}. Every command opens the graph by itself\n`);
    return undefined;
  }
}

function createCompleter(program: Command, link: DaemonClient | undefined) {
  const completeKey = async (prefix: string): Promise<string[]> =>
    link === undefined ? [] : link.complete(prefix).catch(() => []);
  return (line: string) => completeLine(line, program, completeKey);
}

/** Newest first, as readline keeps it. */
async function readHistory(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.slice(-HISTORY_LINES).reverse();
}

/** A history that cannot be written is no reason to stop. */
async function keepHistory(path: string, line: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true }).catch(() => undefined);
  await appendFile(path, `${line}\n`, { mode: 0o600 }).catch(() => undefined);
}
