import type { CompilerDiagnostic } from '@parseltongue/isg-core';
import type { CommandSession } from '../process/cargo-session.js';
import { type BuiltTarget, createCargoMessageParser } from './cargo-message-parser.js';
import type { MapOptions } from './map-diagnostic.js';

/** How cargo may resolve dependencies. */
export interface ResolveMode {
  isOffline: boolean;
  /** Refuse to change the lock file; given up when the lock file does not match the manifests. */
  isLocked: boolean;
}

export interface BuildOptions {
  mode: ResolveMode;
  map: MapOptions;
  timeoutMs: number;
  signal?: AbortSignal;
}

/** How a build ended. */
export interface BuildOutcome {
  status: 'ok' | 'failed' | 'environment' | 'stopped';
  diagnostics: CompilerDiagnostic[];
  targets: BuiltTarget[];
  /** Why cargo could not start building, with what to do, or how it was stopped; null otherwise. */
  problem: string | null;
  /** The mode that was used in the end. */
  mode: ResolveMode;
  durationMs: number;
}

/**
 * Runs one cargo command that builds (`check`, `clippy`, `test --no-run`) and reads its messages.
 *
 * A manifest or resolution failure is `environment`, never a compile error. A lock file that does not match the
 * manifests is brought up to date in the shadow only.
 */
export async function runBuild(
  session: CommandSession,
  command: readonly string[],
  options: BuildOptions,
): Promise<BuildOutcome> {
  const outcome = await runOnce(session, command, options);
  const isLockStale =
    outcome.status === 'environment' && options.mode.isLocked && /--locked/.test(outcome.problem ?? '');
  if (!isLockStale) return outcome;
  return runOnce(session, command, { ...options, mode: { ...options.mode, isLocked: false } });
}

/** The flags of a mode. */
export function formatMode(mode: ResolveMode): string[] {
  return [...(mode.isOffline ? ['--offline'] : []), ...(mode.isLocked ? ['--locked'] : [])];
}

async function runOnce(
  session: CommandSession,
  command: readonly string[],
  options: BuildOptions,
): Promise<BuildOutcome> {
  const parser = createCargoMessageParser(options.map);
  const argv = ['cargo', ...command, '--message-format=json', ...formatMode(options.mode)] as const;
  const result = await session.run([...argv] as [string, ...string[]], {
    timeoutMs: options.timeoutMs,
    onStdoutLine: parser.push,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  const { diagnostics, targets, success } = parser.outcome();
  const base = { diagnostics, targets, mode: options.mode, durationMs: result.durationMs, problem: null };
  const stderr = options.map.translate(result.stderr);
  if (result.timedOut || result.exit === null) {
    const how = result.timedOut
      ? `took longer than ${options.timeoutMs} ms`
      : `was ended by ${result.signal ?? 'a signal'}`;
    return { ...base, status: 'stopped', problem: `cargo ${command[0] ?? ''} ${how}` };
  }
  if (result.exit === 0 && success !== false) return { ...base, status: 'ok' };
  if (success === null)
    return { ...base, status: 'environment', problem: describeProblem(stderr, options.mode) };
  const errors = diagnostics.some((diagnostic) => diagnostic.level === 'error');
  return {
    ...base,
    status: 'failed',
    diagnostics: errors ? diagnostics : [...diagnostics, describeFailure(stderr)],
  };
}

function describeProblem(stderr: string, mode: ResolveMode): string {
  const said = stderr.trim() || 'cargo ended without a message';
  const isUnreachable =
    mode.isOffline && /offline|no matching package|failed to download|unable to update/i.test(said);
  if (!isUnreachable) return said;
  return `${said}\nA dependency is not on this machine. Run cargo fetch in the repository, or allow the network for preflight`;
}

/** A build that failed outside the compiler: a build script, a crashed compiler. */
function describeFailure(stderr: string): CompilerDiagnostic {
  const first = stderr.split('\n').find((line) => line.startsWith('error'));
  return {
    tool: 'parseltongue',
    level: 'error',
    code: null,
    message: first?.replace(/^error:\s*/, '') ?? 'cargo failed without naming an error',
    rendered: stderr.trim().slice(-4000),
    package_name: null,
    spans: [],
    suggestions: [],
    row_key: null,
  };
}
