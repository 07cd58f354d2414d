import { access, constants } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ParseltongueError } from '@parseltongue/isg-core';
import { openProbes, type Probes } from '../compose.js';
import { locateRepository, type RepositoryPlace } from '../config/locate-repository.js';
import type { CliContext } from '../io.js';
import type { GlobalOptions } from '../verb.js';

/** One finding of the doctor. `fix` says what to do, null when nothing is to be done. */
export interface DoctorCheck {
  id: string;
  status: 'ok' | 'warn' | 'fail';
  detail: string;
  fix: string | null;
}

interface Patient {
  context: CliContext;
  probes: Probes;
  place: RepositoryPlace | undefined;
}

type Check = (patient: Patient) => Promise<DoctorCheck>;

const CHECKS: readonly Check[] = [
  checkNode,
  ({ probes }) =>
    checkTool(probes, { id: 'git', argv: ['git', '--version'], status: 'fail', fix: 'Install git' }),
  ({ probes }) =>
    checkTool(probes, {
      id: 'cargo',
      argv: ['cargo', '--version'],
      status: 'fail',
      fix: 'Install Rust, e.g. by https://rustup.rs',
    }),
  ({ probes }) =>
    checkTool(probes, {
      id: 'rustc',
      argv: ['rustc', '--version'],
      status: 'fail',
      fix: 'Install Rust, e.g. by https://rustup.rs',
    }),
  ({ probes }) =>
    checkTool(probes, {
      id: 'rustfmt',
      argv: ['rustfmt', '--version'],
      status: 'warn',
      fix: 'rustup component add rustfmt; until then T0 has no arbiter for syntax',
    }),
  ({ probes }) =>
    checkTool(probes, {
      id: 'clippy',
      argv: ['cargo', 'clippy', '--version'],
      status: 'warn',
      fix: 'rustup component add clippy; until then fix uses rustc alone',
    }),
  ({ probes }) =>
    checkTool(probes, {
      id: 'rust-analyzer',
      argv: ['rust-analyzer', '--version'],
      status: 'warn',
      fix: 'rustup component add rust-analyzer rust-src; until then gate T2 is not run',
    }),
  checkMemory,
  checkLocalModels,
  checkApiKey,
  checkRepository,
  checkStateDir,
  checkLeftovers,
];

/** Runs every check in order; a check that cannot run is a finding, never an exception. */
export async function runDoctor(context: CliContext, globals: GlobalOptions): Promise<DoctorCheck[]> {
  const place = await locate(context, globals);
  const probes = openProbes(context);
  const checks: DoctorCheck[] = [];
  for (const check of CHECKS) checks.push(await check({ context, probes, place }));
  return checks;
}

async function locate(context: CliContext, globals: GlobalOptions): Promise<RepositoryPlace | undefined> {
  try {
    return await locateRepository({ ...globals, env: context.env });
  } catch (error) {
    if (ParseltongueError.isInstance(error)) return undefined;
    throw error;
  }
}

async function checkNode(): Promise<DoctorCheck> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const isOk = major > 20 || (major === 20 && minor >= 19);
  return finding(
    'node',
    isOk ? 'ok' : 'fail',
    `Node ${process.versions.node}`,
    'Install Node 20.19 or newer',
  );
}

interface ToolCheck {
  id: string;
  argv: [string, ...string[]];
  /** What its absence means. */
  status: 'warn' | 'fail';
  fix: string;
}

async function checkTool(probes: Probes, tool: ToolCheck): Promise<DoctorCheck> {
  const version = await probes.readVersion(tool.argv);
  if (version !== undefined) return finding(tool.id, 'ok', version, null);
  return finding(tool.id, tool.status, 'not found, or it does not start', tool.fix);
}

async function checkMemory({ probes }: Patient): Promise<DoctorCheck> {
  const { detail, isLocalTierOn, reason } = await probes.readSystem();
  const fix = isLocalTierOn ? null : `Local models are off: ${reason}. Everything else works`;
  return finding('system', isLocalTierOn ? 'ok' : 'warn', detail, fix);
}

async function checkLocalModels({ probes }: Patient): Promise<DoctorCheck> {
  const version = await probes.readEngineVersion('node-llama-cpp');
  if (version !== undefined) return finding('local-models', 'ok', `node-llama-cpp ${version}`, null);
  return finding(
    'local-models',
    'warn',
    'node-llama-cpp is not installed',
    'npm install node-llama-cpp; until then summaries are made by rules alone',
  );
}

async function checkApiKey({ context }: Patient): Promise<DoctorCheck> {
  const isSet = (context.env.ANTHROPIC_API_KEY ?? '') !== '';
  const fix = 'Set ANTHROPIC_API_KEY for change --reasoner anthropic; fix needs none';
  return finding(
    'reasoner',
    isSet ? 'ok' : 'warn',
    isSet ? 'ANTHROPIC_API_KEY is set' : 'ANTHROPIC_API_KEY is not set',
    isSet ? null : fix,
  );
}

async function checkRepository({ place }: Patient): Promise<DoctorCheck> {
  if (place === undefined)
    return finding(
      'repository',
      'fail',
      'no Rust repository here',
      'Run inside one or give its path with -C',
    );
  if (!place.isGit)
    return finding(
      'repository',
      'warn',
      'a Cargo project without git',
      'git init && git commit: apply, undo and commit need it',
    );
  return finding('repository', 'ok', 'a git repository with a Cargo.toml', null);
}

async function checkStateDir({ place }: Patient): Promise<DoctorCheck> {
  if (place === undefined) return finding('state', 'warn', 'not checked: no repository', null);
  const isWritable = await access(dirname(place.stateDir), constants.W_OK).then(
    () => true,
    () => false,
  );
  return finding(
    'state',
    isWritable ? 'ok' : 'fail',
    isWritable ? 'the CodeGraph can be written' : 'the folder of the CodeGraph is read-only',
    'Give another one with --state-dir',
  );
}

async function checkLeftovers({ probes, place }: Patient): Promise<DoctorCheck> {
  if (place === undefined || !place.isGit) return finding('journal', 'ok', 'no apply was interrupted', null);
  const leftover = await probes.readLeftover(place);
  if (leftover === undefined) return finding('journal', 'ok', 'no apply was interrupted', null);
  return finding(
    'journal',
    'warn',
    leftover,
    'The next verb that opens the repository recovers it and says which tree you have',
  );
}

function finding(id: string, status: DoctorCheck['status'], detail: string, fix: string | null): DoctorCheck {
  return { id, status, detail, fix: status === 'ok' ? null : fix };
}
