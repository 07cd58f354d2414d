import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { PreflightError } from '../errors.js';
import type { ConfinedCommand, Confinement } from '../ports.js';
import { runProcess } from '../process/run-process.js';
import { isBelow } from '../shadow/read-layout.js';

/** Limits of every single process; all have defaults. */
export interface ProcessLimits {
  /** Default 8 GiB. */
  maxAddressSpaceBytes?: number;
  /** Default 30 minutes. */
  maxCpuSeconds?: number;
  /** Of one file it writes. Default 8 GiB. */
  maxFileBytes?: number;
  /** Of all processes of the command together. Default 1024. */
  maxProcesses?: number;
}

/** What commands may still do. */
export interface ProbeConfinementOptions {
  /** What the commands will see: PATH, HOME, CARGO_HOME, RUSTUP_HOME decide what stays visible. */
  env: Readonly<Record<string, string | undefined>>;
  /** Default false. */
  isNetworkAllowed?: boolean;
  /** Absolute folders inside the home folder that stay readable. */
  readable?: readonly string[];
  limits?: ProcessLimits;
}

const PROBE_TIMEOUT_MS = 20_000;
const DEFAULT_LIMITS: Required<ProcessLimits> = {
  maxAddressSpaceBytes: 8 * 2 ** 30,
  maxCpuSeconds: 1800,
  maxFileBytes: 8 * 2 ** 30,
  maxProcesses: 1024,
};
const GIBIBYTE = 2 ** 30;

/**
 * Tries what this machine can do to confine commands and answers the strongest that works.
 *
 * With bubblewrap: no network, nothing writable but the folders named for a command, an empty home and temporary folder,
 * no sockets of the system, no view of other processes, and none left when the command ends. Limits need prlimit. What
 * does not work is said in the `statement`, which becomes part of every log; commands run all the same.
 */
export async function probeConfinement(options: ProbeConfinementOptions): Promise<Confinement> {
  const env = definedOf(options.env);
  const [walls, hasLimits] = await Promise.all([probeWalls(env), hasPrlimit(env)]);
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const countsProcesses = walls.works && process.getuid?.() !== 0;
  const limitArgs = hasLimits ? formatLimits(limits, countsProcesses) : [];
  return {
    statement: `${describeWalls(walls, options)}. ${describeLimits({ limits, hasLimits, countsProcesses })}`,
    wrap(command, writable) {
      const limited: ConfinedCommand =
        limitArgs.length === 0 ? command : { ...command, argv: ['prlimit', ...limitArgs, ...command.argv] };
      return walls.works ? wrapInWalls(limited, writable, options) : limited;
    },
  };
}

type Walls = { works: true; version: string } | { works: false; reason: string };

async function probeWalls(env: Readonly<Record<string, string>>): Promise<Walls> {
  if (process.platform !== 'linux')
    return { works: false, reason: `bubblewrap does not exist for ${process.platform}` };
  const version = await probe(['bwrap', '--version'], env);
  if (version.exit !== 0)
    return { works: false, reason: 'bubblewrap is not installed, e.g. apt-get install bubblewrap' };
  const isolated = [
    '--ro-bind',
    '/',
    '/',
    '--dev',
    '/dev',
    '--proc',
    '/proc',
    '--unshare-net',
    ...NAMESPACES,
  ];
  const trial = await probe(['bwrap', ...isolated, 'true'], env);
  if (trial.exit === 0) return { works: true, version: version.stdout.trim() };
  return {
    works: false,
    reason: `bubblewrap may not be used here: ${trial.stderr.trim().split('\n')[0] ?? ''}`,
  };
}

async function hasPrlimit(env: Readonly<Record<string, string>>): Promise<boolean> {
  return (await probe(['prlimit', '--core=0', 'true'], env)).exit === 0;
}

async function probe(
  argv: [string, ...string[]],
  env: Readonly<Record<string, string>>,
): Promise<{ exit: number | null; stdout: string; stderr: string }> {
  try {
    return await runProcess({ argv, cwd: '/', env, timeoutMs: PROBE_TIMEOUT_MS });
  } catch (error) {
    if (!PreflightError.isInstance(error)) throw error;
    return { exit: null, stdout: '', stderr: error.message };
  }
}

const NAMESPACES = ['--unshare-pid', '--unshare-ipc', '--unshare-uts', '--die-with-parent', '--new-session'];

/** Later mounts cover earlier ones, so what stays is mounted after what is emptied. */
function wrapInWalls(
  command: ConfinedCommand,
  writable: readonly string[],
  options: ProbeConfinementOptions,
): ConfinedCommand {
  const env = definedOf(options.env);
  const home = env['HOME'] ?? '/root';
  const cargoHome = env['CARGO_HOME'] ?? join(home, '.cargo');
  const isOnline = options.isNetworkAllowed === true;
  for (const folder of writable) mkdirSync(folder, { recursive: true });
  const emptied = ['/tmp', '/run', ...(home === '/' ? [] : [home]), cargoHome].filter((folder) =>
    existsSync(folder),
  );
  const kept = listKept(env, home, options.readable ?? []);
  const cargoFiles = existsSync(cargoHome)
    ? readdirSync(cargoHome).filter((name) => !name.startsWith('credentials'))
    : [];
  const cargoBind = isOnline ? '--bind' : '--ro-bind';
  const argv: [string, ...string[]] = [
    'bwrap',
    ...['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc'],
    ...emptied.flatMap((folder) => ['--tmpfs', folder]),
    ...kept.flatMap((folder) => ['--ro-bind', folder, folder]),
    ...cargoFiles.flatMap((name) => [cargoBind, join(cargoHome, name), join(cargoHome, name)]),
    ...(isOnline ? ['--ro-bind-try', '/run/systemd/resolve', '/run/systemd/resolve'] : ['--unshare-net']),
    ...writable.flatMap((folder) => ['--bind', folder, folder]),
    ...NAMESPACES,
    ...['--chdir', command.cwd, '--'],
    ...command.argv,
  ];
  return { argv, cwd: command.cwd, env: { ...command.env, TMPDIR: '/tmp' } };
}

/** The toolchain, and programs of the PATH that live in folders which are emptied. */
function listKept(
  env: Readonly<Record<string, string>>,
  home: string,
  readable: readonly string[],
): string[] {
  const cargoHome = env['CARGO_HOME'] ?? join(home, '.cargo');
  const toolchain = env['RUSTUP_HOME'] ?? join(home, '.rustup');
  const programs = (env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => isBelow(home, folder) || isBelow('/tmp', folder));
  const kept = new Set([toolchain, ...programs, ...readable]);
  kept.delete(home);
  return [...kept].filter((folder) => !isBelow(cargoHome, folder) && existsSync(folder));
}

function formatLimits(limits: Required<ProcessLimits>, countsProcesses: boolean): string[] {
  return [
    `--as=${limits.maxAddressSpaceBytes}`,
    `--cpu=${limits.maxCpuSeconds}`,
    `--fsize=${limits.maxFileBytes}`,
    '--core=0',
    // Outside a user namespace the number counts all processes of the user, and for root it does not count at all.
    ...(countsProcesses ? [`--nproc=${limits.maxProcesses}`] : []),
  ];
}

function describeWalls(walls: Walls, options: ProbeConfinementOptions): string {
  if (!walls.works)
    return `Not confined, ${walls.reason}: build scripts, macros and tests ran with the rights of the user`;
  const network = options.isNetworkAllowed === true ? 'network open as allowed' : 'no network';
  return `Confined by ${walls.version}: ${network}, writes only to the folders of the verification, home and temporary folders empty, other processes out of sight`;
}

function describeLimits(parts: {
  limits: Required<ProcessLimits>;
  hasLimits: boolean;
  countsProcesses: boolean;
}): string {
  const { limits, hasLimits, countsProcesses } = parts;
  if (!hasLimits) return 'No limits but time and output, prlimit is not installed';
  const memory = Math.round(limits.maxAddressSpaceBytes / GIBIBYTE);
  const count = countsProcesses ? `at most ${limits.maxProcesses} processes` : 'processes not counted';
  return `Each process at most ${memory} GiB of address space and ${limits.maxCpuSeconds} s of CPU; ${count}`;
}

function definedOf(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
