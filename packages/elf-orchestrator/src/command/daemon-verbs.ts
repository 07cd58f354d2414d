import { createWriteStream } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DaemonOptions } from '../daemon/daemon-options.js';
import { launchDaemon, readDaemonStatus, stopDaemon } from '../daemon/launch-daemon.js';
import { openDaemon } from '../daemon/open-daemon.js';
import { type Command, hasSwitch, readBytes, readNumber, readText } from './parse-command.js';
import type { LocalVerb, VerbContext, VerbResult } from './verb.js';

const DEFAULT_LINES = 50;
const TAIL_BYTES = 1_048_576;
const OWNER_ONLY = 0o600;

/** Verbs that work without a running daemon. */
export const DAEMON_VERBS: ReadonlyMap<string, LocalVerb> = new Map<string, LocalVerb>([
  ['serve', serve],
  ['start', start],
  ['stop', stop],
  ['status', status],
  ['logs', logs],
]);

async function serve(command: Command, context: VerbContext): Promise<VerbResult> {
  const { logPath, socketPath, stateDir } = context.paths;
  await mkdir(dirname(logPath), { recursive: true, mode: 0o700 });
  const log = createWriteStream(logPath, { flags: 'a', mode: OWNER_ONLY });
  await using daemon = await openDaemon({
    socketPath,
    stateDir,
    ...readServeOptions(command),
    onEvent: (event) => void log.write(`${JSON.stringify(event)}\n`),
  });
  context.writeOut(`listening ${socketPath}\n`);
  const onSignal = () => void daemon.stop('a signal');
  context.signal.addEventListener('abort', onSignal, { once: true });
  if (context.signal.aborted) onSignal();
  await daemon.stopped;
  await new Promise((resolve) => log.end(resolve));
  return { data: { isStopped: true }, text: '' };
}

function readServeOptions(command: Command): Partial<DaemonOptions> {
  const memoryCapBytes = readBytes(command, 'memory-cap');
  const maxAgents = readNumber(command, 'agents');
  const defaultModel = readText(command, 'default-model');
  return {
    ...(memoryCapBytes === undefined ? {} : { memoryCapBytes }),
    ...(maxAgents === undefined ? {} : { maxAgents }),
    ...(defaultModel === undefined ? {} : { defaultModel }),
  };
}

async function start(command: Command, { paths }: VerbContext): Promise<VerbResult> {
  const passed = (['memory-cap', 'agents', 'default-model'] as const).flatMap((name) => {
    const value = readText(command, name);
    return value === undefined ? [] : [`--${name}`, value];
  });
  const { isNew, pid } = await launchDaemon(paths, { arguments: passed });
  const text = isNew ? `started, process ${pid}` : `already running, process ${pid}`;
  return { data: { isNew, pid, socketPath: paths.socketPath }, text };
}

async function stop(_: Command, { paths }: VerbContext): Promise<VerbResult> {
  const isStopped = await stopDaemon(paths.socketPath);
  return { data: { isStopped }, text: isStopped ? 'stopped' : 'no daemon was running' };
}

async function status(command: Command, { paths }: VerbContext): Promise<VerbResult> {
  const found = await readDaemonStatus(paths.socketPath);
  if (found.state !== 'running' || found.pid === null)
    return {
      data: found,
      text: `${found.state}${found.problem === null ? '' : `: ${found.problem}`}`,
      exitCode: hasSwitch(command, 'json') ? 0 : 3,
    };
  const loaded = found.modelsLoaded.length === 0 ? 'no model loaded' : found.modelsLoaded.join(', ');
  const uptime = Math.round((found.uptimeMs ?? 0) / 1_000);
  return { data: found, text: `running, process ${found.pid}, up ${uptime} s, ${loaded}` };
}

/** Reads only the end of a log that may be large. */
async function logs(command: Command, { paths }: VerbContext): Promise<VerbResult> {
  const file = await open(paths.logPath, 'r').catch(() => null);
  if (file === null) return { data: [], text: 'no log yet' };
  try {
    const { size } = await file.stat();
    const length = Math.min(size, TAIL_BYTES);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
    const complete = buffer
      .toString('utf8')
      .split('\n')
      .slice(size > length ? 1 : 0);
    const lines = complete
      .filter((line) => line !== '')
      .slice(-(readNumber(command, 'lines') ?? DEFAULT_LINES));
    return { data: lines.map((line) => JSON.parse(line) as unknown), text: lines.join('\n') };
  } finally {
    await file.close();
  }
}
