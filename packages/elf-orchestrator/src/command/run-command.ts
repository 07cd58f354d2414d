import { ParseltongueError } from '@parseltongue/isg-core';
import { connectDaemon } from '../daemon/connect-daemon.js';
import type { DaemonPaths } from '../daemon/daemon-paths.js';
import { readDaemonStatus } from '../daemon/launch-daemon.js';
import { ElfError } from '../errors.js';
import { DAEMON_VERBS } from './daemon-verbs.js';
import { MODEL_VERBS } from './model-verbs.js';
import { OFFLINE_VERBS } from './offline-verbs.js';
import { type Command, hasSwitch, parseCommand, readText } from './parse-command.js';
import { QUEUE_VERBS } from './queue-verbs.js';
import type { LocalVerb, Verb, VerbResult } from './verb.js';

/** What the program is run with. */
export interface CommandContext {
  paths: DaemonPaths;
  writeOut: (text: string) => void;
  writeError: (text: string) => void;
  signal: AbortSignal;
}

const USAGE = `local-orchestrator-daemon <verb> [names] [--flags]

  serve                      run in the foreground until a signal comes
  start | stop | status      run in the background
  logs [--lines N]           the daemon's events, newest last
  enqueue --prompt T [--model M] [--max-tokens N] [--key K] [--run]
  run-next [--id T] | list [--state S] | show T | retry T | cancel T
  generate --prompt T [--model M] [--max-tokens N]
  metrics [--format prometheus] | vram
  models list | show M | verify M | load M | unload M | pin M | unpin M | remove M | estimate M | bench M
  models install M (--file F | --url U | --server U --preset P) [--sha256 D | --trust-first-use]

  --socket P --state-dir D   where the daemon lives       --json   machine-readable answers
  --memory-cap 8g --agents 5 --default-model M            for serve and start
`;

/** Runs one command and answers the program's exit code: 0 done, 1 failed, 2 misused. */
export async function runCommand(argv: readonly string[], context: CommandContext): Promise<number> {
  try {
    const command = parseCommand(argv);
    if (command.verb === 'help') {
      context.writeOut(USAGE);
      return 0;
    }
    const result = await perform(command, context);
    const text = hasSwitch(command, 'json') ? JSON.stringify(result.data) : result.text;
    if (text !== '') context.writeOut(`${text}\n`);
    return result.exitCode ?? 0;
  } catch (error) {
    const code = ParseltongueError.isInstance(error) ? `${error.code}: ` : '';
    context.writeError(`${code}${error instanceof Error ? error.message : String(error)}\n`);
    return ParseltongueError.isInstance(error) && error.code === 'PT_ELF_REQUEST_INVALID' ? 2 : 1;
  }
}

async function perform(command: Command, context: CommandContext): Promise<VerbResult> {
  const paths = choosePaths(command, context.paths);
  const local: LocalVerb | undefined = DAEMON_VERBS.get(command.verb);
  if (local !== undefined) return local(command, { ...context, paths });
  const verb: Verb | undefined = QUEUE_VERBS.get(command.verb) ?? MODEL_VERBS.get(command.verb);
  if (verb === undefined) throw unknownVerb(command.verb);
  const offline = OFFLINE_VERBS.get(command.verb);
  if (offline !== undefined && (await readDaemonStatus(paths.socketPath)).state !== 'running')
    return offline(command, { ...context, paths });
  await using client = await connectDaemon({ socketPath: paths.socketPath });
  return await verb(command, { ...context, paths, client });
}

function unknownVerb(verb: string): ElfError {
  return new ElfError('PT_ELF_REQUEST_INVALID', {
    message: `There is no verb "${verb}". help lists them`,
    details: { field: 'verb', problem: 'unknown' },
  });
}

function choosePaths(command: Command, paths: DaemonPaths): DaemonPaths {
  const stateDir = readText(command, 'state-dir') ?? paths.stateDir;
  const logPath =
    readText(command, 'log') ?? (stateDir === paths.stateDir ? paths.logPath : `${stateDir}/daemon.ndjson`);
  return { socketPath: readText(command, 'socket') ?? paths.socketPath, stateDir, logPath };
}
