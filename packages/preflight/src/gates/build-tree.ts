import { type CompilerDiagnostic, diagnosticIdentity } from '@parseltongue/isg-core';
import type { MapOptions } from '../diagnose/map-diagnostic.js';
import { type BuildOutcome, type ResolveMode, runBuild } from '../diagnose/run-build.js';
import type { CommandSession } from '../process/cargo-session.js';

/** The commands of T3, in order. `--all-targets` would pull in benches, which often need a nightly compiler. */
const CHECKS: readonly (readonly string[])[] = [
  ['check', '--workspace', '--keep-going'],
  ['check', '--workspace', '--tests', '--examples', '--keep-going'],
];

/** What checking a whole tree gave. */
export interface TreeBuild {
  status: BuildOutcome['status'];
  diagnostics: CompilerDiagnostic[];
  problem: string | null;
  /** Targets that compiled, and targets that did not. */
  built: number;
  failed: number;
  mode: ResolveMode;
  durationMs: number;
}

export interface BuildTreeOptions {
  mode: ResolveMode;
  map: MapOptions;
  timeoutMs: number;
  /** Go on to tests and examples although the workspace itself does not compile. */
  isExhaustive: boolean;
  signal?: AbortSignal;
}

/** Checks all members, then their tests and examples, in the tree the session runs in. */
export async function buildTree(session: CommandSession, options: BuildTreeOptions): Promise<TreeBuild> {
  const all: TreeBuild = {
    status: 'ok',
    diagnostics: [],
    problem: null,
    built: 0,
    failed: 0,
    mode: options.mode,
    durationMs: 0,
  };
  for (const command of CHECKS) {
    const outcome = await runBuild(session, command, { ...options, mode: all.mode });
    all.diagnostics = mergeDiagnostics(all.diagnostics, outcome.diagnostics);
    all.built = Math.max(all.built, outcome.targets.length);
    all.mode = outcome.mode;
    all.durationMs += outcome.durationMs;
    if (outcome.status === 'ok') continue;
    all.status = outcome.status;
    all.problem = outcome.problem;
    if (outcome.status !== 'failed' || !options.isExhaustive) break;
  }
  all.failed = new Set(errorsOf(all.diagnostics).map((diagnostic) => diagnostic.package_name)).size;
  return all;
}

/** The errors among diagnostics. */
export function errorsOf(diagnostics: readonly CompilerDiagnostic[]): CompilerDiagnostic[] {
  return diagnostics.filter((diagnostic) => diagnostic.level === 'error');
}

/** The diagnostics of `after` beyond those of `before`, counted: a second equal error is new. */
export function subtractDiagnostics(
  after: readonly CompilerDiagnostic[],
  before: readonly CompilerDiagnostic[],
): CompilerDiagnostic[] {
  const left = new Map<string, number>();
  for (const diagnostic of before) {
    const identity = diagnosticIdentity(diagnostic);
    left.set(identity, (left.get(identity) ?? 0) + 1);
  }
  return after.filter((diagnostic) => {
    const identity = diagnosticIdentity(diagnostic);
    const count = left.get(identity) ?? 0;
    left.set(identity, count - 1);
    return count <= 0;
  });
}

function mergeDiagnostics(
  a: readonly CompilerDiagnostic[],
  b: readonly CompilerDiagnostic[],
): CompilerDiagnostic[] {
  const seen = new Map<string, CompilerDiagnostic>();
  for (const diagnostic of [...a, ...b]) {
    const key = JSON.stringify([diagnosticIdentity(diagnostic), diagnostic.spans]);
    if (!seen.has(key)) seen.set(key, diagnostic);
  }
  return [...seen.values()];
}
