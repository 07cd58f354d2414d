import { access, constants } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ParseltongueError } from '@parseltongue/isg-core';
import { openProbes, type Probes } from '../compose.js';
import { locateRepository, type RepositoryPlace } from '../config/locate-repository.js';
import type { CliContext } from '../io.js';
import type { GlobalOptions } from '../verb.js';
import { type DoctorCheck, type Finding, ok, type Patient } from './finding.js';
import { offerComponents } from './offer-components.js';
import {
  checkAnalyzer,
  checkClaudeCode,
  checkConfinement,
  checkDaemon,
  checkLock,
  checkModelDaemon,
} from './service-checks.js';
import { TOOL_CHECKS, type ToolCheck } from './tool-checks.js';

const CHECKS: readonly (readonly [string, (patient: Patient) => Finding | Promise<Finding>])[] = [
  ['node', checkNode],
  ...TOOL_CHECKS.map((tool) => [tool.id, ({ probes }: Patient) => checkTool(probes, tool)] as const),
  ['analyzer', checkAnalyzer],
  ['confinement', checkConfinement],
  ['system', checkSystem],
  ['local-models', checkLocalModels],
  ['model-daemon', checkModelDaemon],
  ['reasoner', checkReasoner],
  ['claude-code', checkClaudeCode],
  ['repository', checkRepository],
  ['state', checkStateDir],
  ['daemon', checkDaemon],
  ['lock', checkLock],
  ['journal', checkLeftovers],
];

/** Runs every check in order; a check that cannot run is a finding, never an exception. */
export async function runDoctor(context: CliContext, globals: GlobalOptions): Promise<DoctorCheck[]> {
  const place = await locate(context, globals);
  const patient: Patient = { context, probes: openProbes(context), place };
  const checks: DoctorCheck[] = [];
  for (const [id, check] of CHECKS) checks.push({ id, ...(await check(patient)) });
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

function checkNode(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const detail = `Node ${process.versions.node}`;
  if (major > 20 || (major === 20 && minor >= 19)) return ok(detail);
  return { status: 'fail', detail, fix: 'Install Node 20.19 or newer' };
}

async function checkTool(probes: Probes, { argv, whenMissing, fix, component }: ToolCheck): Promise<Finding> {
  const version = await probes.readVersion(argv);
  if (version !== undefined) return ok(version);
  const missing: Finding = { status: whenMissing, detail: 'not found, or it does not start', fix };
  return component === undefined ? missing : offerComponents(probes, missing, [component]);
}

async function checkSystem({ probes }: Patient): Promise<Finding> {
  const { detail, isLocalTierOn, reason } = await probes.readSystem();
  if (isLocalTierOn) return ok(detail);
  return { status: 'warn', detail, fix: `Local models are off: ${reason}. Everything else works` };
}

async function checkLocalModels({ probes }: Patient): Promise<Finding> {
  const version = await probes.readEngineVersion('node-llama-cpp');
  if (version !== undefined) return ok(`node-llama-cpp ${version}`);
  return {
    status: 'warn',
    detail: 'node-llama-cpp is not installed',
    fix: 'npm install node-llama-cpp; until then summaries are made by rules alone',
  };
}

function checkReasoner({ context }: Patient): Finding {
  if ((context.env.ANTHROPIC_API_KEY ?? '') !== '') return ok('ANTHROPIC_API_KEY is set');
  return {
    status: 'warn',
    detail: 'ANTHROPIC_API_KEY is not set',
    fix: 'Set it for change --reasoner anthropic; fix needs none',
  };
}

function checkRepository({ place }: Patient): Finding {
  if (place === undefined) {
    return {
      status: 'fail',
      detail: 'no Rust repository here',
      fix: 'Run inside one or give its path with -C',
    };
  }
  if (place.isGit) return ok('a git repository with a Cargo.toml');
  return {
    status: 'warn',
    detail: 'a Cargo project without git',
    fix: 'git init && git commit: fix, change, apply and undo need it',
  };
}

async function checkStateDir({ place }: Patient): Promise<Finding> {
  if (place === undefined) return ok('not checked: no repository');
  try {
    await access(dirname(place.stateDir), constants.W_OK);
    return ok('the CodeGraph can be written');
  } catch {
    return {
      status: 'fail',
      detail: 'the folder of the CodeGraph is read-only',
      fix: 'Give another one with --state-dir',
    };
  }
}

async function checkLeftovers({ probes, place }: Patient): Promise<Finding> {
  if (place?.isGit !== true) return ok('no apply was interrupted');
  const leftover = await probes.readLeftover(place);
  if (leftover === undefined) return ok('no apply was interrupted');
  return {
    status: 'warn',
    detail: leftover,
    fix: 'The next verb that opens the repository recovers it and says which tree you have',
    remedy: { what: 'bring the interrupted apply to its end', run: () => probes.recover(place) },
  };
}
