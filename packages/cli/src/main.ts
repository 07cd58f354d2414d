#!/usr/bin/env node
import pc from 'picocolors';
import type { CliContext } from './io.js';
import { runCli } from './run-cli.js';

const abort = new AbortController();
const FORCED_EXIT_MS = 10_000;
const TAKES_VALUE = new Set(['-C', '--cwd', '--state-dir']);

process.exitCode = await main();

async function main(): Promise<number> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop(signal));
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0); // the reader has enough
  });
  process.stderr.on('error', () => undefined); // nobody listens to progress any more: the answer still counts
  const context = createContext();
  const argv = process.argv.slice(2);
  const isAlone = !argv.some(
    (argument, i) => !argument.startsWith('-') && !TAKES_VALUE.has(argv[i - 1] ?? ''),
  );
  const wantsHelp = argv.some((argument) => ['-h', '--help', '-V', '--version'].includes(argument));
  return runCli(isAlone && !wantsHelp && context.io.ask !== undefined ? [...argv, 'repl'] : argv, context);
}

/** The first signal asks every stage to stop where it is safe; the second does not ask. */
function stop(signal: 'SIGINT' | 'SIGTERM'): void {
  if (abort.signal.aborted) process.exit(signal === 'SIGINT' ? 130 : 143);
  abort.abort(signal);
  setTimeout(() => process.exit(signal === 'SIGINT' ? 130 : 143), FORCED_EXIT_MS).unref();
}

function createContext(): CliContext {
  const isDumb = process.env.TERM === 'dumb';
  const isInteractive = isTerminal(process.stderr) && !isDumb && process.env.CI === undefined;
  const isColored = isTerminal(process.stdout) && pc.isColorSupported && !isDumb;
  const canAsk = isTerminal(process.stdin) && isTerminal(process.stderr) && process.env.CI === undefined;
  return {
    cwd: process.cwd(),
    env: process.env,
    signal: abort.signal,
    io: {
      out: (text) => void process.stdout.write(text),
      err: (text) => void process.stderr.write(text),
      isInteractive,
      colors: pc.createColors(isColored),
      // read when asked: a terminal changes its size
      get columns() {
        return readColumns(process.stdout);
      },
      get progressColumns() {
        return readColumns(process.stderr);
      },
      ...(canAsk ? { ask } : {}),
    },
  };
}

/** Asks on stderr; undefined when the person closed the input. */
async function ask(question: string): Promise<string | undefined> {
  const { createInterface } = await import('node:readline/promises');
  const rl = createInterface({ input: process.stdin, output: process.stderr });
  const closed = new Promise<undefined>((done) => rl.once('close', () => done(undefined)));
  try {
    return await Promise.race([rl.question(question, { signal: abort.signal }), closed]);
  } finally {
    rl.close();
  }
}

/** Undefined where nothing is shown, or the terminal does not say. */
function readColumns(stream: NodeJS.WriteStream): number | undefined {
  return isTerminal(stream) && stream.columns > 0 ? stream.columns : undefined;
}

/** The types promise a boolean; a pipe has none. */
function isTerminal(stream: { isTTY?: boolean }): boolean {
  return stream.isTTY === true;
}
