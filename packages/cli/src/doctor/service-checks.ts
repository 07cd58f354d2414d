import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connectDaemon } from '../daemon/connect-daemon.js';
import { socketPathOf } from '../daemon/socket-path.js';
import { type Finding, ok, type Patient } from './finding.js';

/** rust-analyzer: gate T2 and the exact edges of `index --exact`. */
export async function checkAnalyzer({ probes, place, context }: Patient): Promise<Finding> {
  const found = await probes.locateAnalyzer(place?.root ?? context.cwd);
  const repair = ['rustup', 'component', 'add', 'rust-analyzer', 'rust-src'] as const;
  if (found.status === 'absent') {
    const fix = 'rustup component add rust-analyzer rust-src; until then gate T2 answers not_run';
    return { status: 'warn', detail: found.reason, fix, repair };
  }
  if (found.doubt === null) return ok(`${found.describes}, with the sources of the standard library`);
  const fix = 'Until then gate T2 warns and never rejects';
  return { status: 'warn', detail: found.doubt, fix, repair };
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
  return { status: 'warn', detail: 'a socket is left and nobody answers', fix: 'parseltongue elf start' };
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
    detail: 'a socket is left and nobody answers',
    fix: 'parseltongue daemon start takes its place',
  };
}

/** Who holds the CodeGraph. */
export async function checkLock({ place }: Patient): Promise<Finding> {
  const text =
    place === undefined
      ? undefined
      : await readFile(join(place.stateDir, 'lock'), 'utf8').catch(() => undefined);
  const pid = Number(/\d+/.exec(text ?? '')?.[0]);
  if (text === undefined || Number.isNaN(pid)) return ok('nobody holds the CodeGraph');
  if (isAlive(pid)) return ok(`process ${pid} holds the CodeGraph`);
  return {
    status: 'warn',
    detail: `process ${pid} held the CodeGraph and is gone`,
    fix: 'The next verb that opens the CodeGraph takes the lock over',
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
