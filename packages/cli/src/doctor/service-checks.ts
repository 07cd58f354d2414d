import { lstat, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RepositoryPlace } from '../config/locate-repository.js';
import { connectDaemon } from '../daemon/connect-daemon.js';
import { socketPathOf } from '../daemon/socket-path.js';
import type { CliContext } from '../io.js';
import { type Finding, ok, type Patient } from './finding.js';
import { offerComponents } from './offer-components.js';

const LEFT_SOCKET = 'a socket is left and nobody answers';

/** rust-analyzer: gate T2 and the exact edges of `index --exact`. */
export async function checkAnalyzer({ probes, place, context }: Patient): Promise<Finding> {
  const found = await probes.locateAnalyzer(place?.root ?? context.cwd);
  const components = ['rust-analyzer', 'rust-src'];
  if (found.status === 'absent') {
    const fix = 'Until then gate T2 and index --exact answer not_run';
    return offerComponents(probes, { status: 'warn', detail: found.reason, fix }, components);
  }
  if (found.doubt === null) return ok(`${found.describes}, with the sources of the standard library`);
  const fix = 'Until then gate T2 warns and never rejects';
  return offerComponents(probes, { status: 'warn', detail: found.doubt, fix }, components);
}

/** What keeps build scripts, macros and tests in. */
export async function checkConfinement({ probes }: Patient): Promise<Finding> {
  const statement = await probes.describeConfinement();
  if (statement.startsWith('Confined')) return ok(statement);
  return {
    status: 'warn',
    detail: statement,
    fix: 'Only verify repositories you would also run cargo test in',
  };
}

/** The process that owns the local models. */
export async function checkModelDaemon({ probes }: Patient): Promise<Finding> {
  const { state, pid, modelsLoaded } = await probes.readElfStatus();
  if (state === 'running') return ok(`process ${pid ?? '?'}, ${modelsLoaded.length} models loaded`);
  if (state === 'absent') return ok('not running; parseltongue elf start starts it');
  return {
    status: 'warn',
    detail: LEFT_SOCKET,
    fix: 'parseltongue elf start takes its place',
    remedy: { what: 'remove the socket of the local models', run: () => probes.clearElfSocket() },
  };
}

/** The agent the plugin is for. */
export async function checkClaudeCode({ probes }: Patient): Promise<Finding> {
  const version = await probes.readVersion(['claude', '--version']);
  if (version === undefined) return ok('Claude Code is not on PATH; the plugin needs it, nothing else does');
  return ok(`${version}; add our tools: claude mcp add parseltongue -- parseltongue mcp`);
}

/** The process that owns this repository. */
export async function checkDaemon({ place, context }: Patient): Promise<Finding> {
  if (place === undefined) return ok('not checked: no repository');
  await using client = await connectDaemon(place, context.env);
  if (client !== undefined) {
    const { pid, clients, is_watching } = await client.status();
    return ok(`process ${pid}, ${clients - 1} other clients${is_watching ? '' : ', without file events'}`);
  }
  const isStale = await lstat(socketPathOf(place, context.env)).then(
    () => true,
    () => false,
  );
  if (!isStale) return ok('none runs; parseltongue daemon start makes answers faster');
  return {
    status: 'warn',
    detail: LEFT_SOCKET,
    fix: 'parseltongue daemon start takes its place',
    remedy: { what: 'remove the socket of the daemon', run: () => clearDaemonSocket(place, context) },
  };
}

/** Who holds the CodeGraph. */
export async function checkLock({ place, probes }: Patient): Promise<Finding> {
  if (place === undefined) return ok('not checked: no repository');
  const text = await readFile(join(place.stateDir, 'lock'), 'utf8').catch(() => undefined);
  const pid = Number(/\d+/.exec(text ?? '')?.[0]);
  if (text === undefined || Number.isNaN(pid)) return ok('nobody holds the CodeGraph');
  if (isAlive(pid)) return ok(`process ${pid} holds the CodeGraph`);
  return {
    status: 'warn',
    detail: `process ${pid} held the CodeGraph and is gone`,
    fix: 'The next verb that opens the CodeGraph takes the lock over',
    remedy: { what: `take over the lock of process ${pid}`, run: () => probes.clearLock(place) },
  };
}

/** A daemon that answers by now keeps its socket. */
async function clearDaemonSocket(place: RepositoryPlace, { env }: CliContext): Promise<string | undefined> {
  await using client = await connectDaemon(place, env);
  if (client !== undefined) return 'a daemon answers by now';
  await rm(socketPathOf(place, env), { force: true });
  return undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
