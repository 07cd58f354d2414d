import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Config } from '../config/load-config.js';
import type { RepositoryPlace } from '../config/locate-repository.js';
import { CliError } from '../errors.js';
import type { CliContext } from '../io.js';
import { connectDaemon, type DaemonClient } from './connect-daemon.js';

export type { DaemonClient } from './connect-daemon.js';

export interface EnsureDaemonOptions {
  place: RepositoryPlace;
  context: CliContext;
  config: Config;
  onClose?: () => void;
}

const START_TIMEOUT_MS = 20_000;
const POLL_MS = 25;

/**
 * Connects to the daemon of a repository, starting one when none answers.
 *
 * @throws CliError PT_CLI_DAEMON_FAILED when it does not answer in time
 */
export async function ensureDaemon(options: EnsureDaemonOptions): Promise<DaemonClient> {
  const { place, context, onClose } = options;
  const running = await connectDaemon(place, context.env, onClose);
  if (running !== undefined) return running;
  const child = spawnDaemon(options);
  let exit: number | null | undefined;
  child.once('exit', (code) => (exit = code));
  child.once('error', () => (exit = null));
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < deadline) {
    const client = await connectDaemon(place, context.env, onClose);
    if (client !== undefined) {
      child.unref();
      return client;
    }
    if (exit !== undefined && exit !== 0) break; // status 0: another one was faster
    await delay(POLL_MS, undefined, { signal: context.signal });
  }
  throw new CliError('PT_CLI_DAEMON_FAILED', {
    message: `The daemon of this repository did not start${exit == null ? '' : ` (status ${exit})`}. Use --no-daemon, or see: parseltongue daemon run`,
    details: { problem: 'did not start' },
  });
}

/** Starts the daemon in a session of its own, so that it outlives the terminal of the one who needed it first. */
function spawnDaemon({ place, context, config }: EnsureDaemonOptions) {
  const idle = config.get('daemon.idle-seconds')?.value;
  const child = spawn(
    process.execPath,
    [
      fileURLToPath(mainUrl()),
      ...['-C', place.root, '--state-dir', place.stateDir, 'daemon', 'run'],
      ...(idle === undefined ? [] : ['--idle-seconds', String(idle)]),
    ],
    { cwd: tmpdir(), env: definedOnly(context.env), detached: true, stdio: 'ignore' },
  );
  return child;
}

/** The program beside this module: built code, also when this runs from source; a bundle has endings of its own. */
function mainUrl(): URL {
  if (import.meta.url.endsWith('.ts')) return new URL('../../dist/main.js', import.meta.url);
  return new URL(import.meta.url.endsWith('.mjs') ? './main.mjs' : './main.js', import.meta.url);
}

function definedOnly(env: CliContext['env']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
