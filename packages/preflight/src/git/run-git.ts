import { PreflightError } from '../errors.js';
import { type ProcessResult, runProcess } from '../process/run-process.js';
import type { TreeContext } from './tree-context.js';

/** How one git command differs from a plain reading one. */
export interface RunGitOptions {
  stdin?: string | Uint8Array;
  /** Set over the environment of the context. */
  env?: Readonly<Record<string, string>>;
  /** Hooks of the user may run; default false. */
  withHooks?: boolean;
  /** The command takes plain paths and refuses the switch for literal pathspecs. */
  takesPlainPaths?: boolean;
  /** Exit codes that are answers; default only 0. */
  accept?: readonly number[];
  timeoutMs?: number;
  signal?: AbortSignal;
}

const READ_TIMEOUT_MS = 120_000;
const MAX_OUTPUT_BYTES = 512 * 1024 * 1024;

/** A reading command refreshes no index; hooks keep git's own habit. */
const NO_OPTIONAL_LOCKS = { GIT_OPTIONAL_LOCKS: '0' };

/** Variables that would point git at another repository, index or configuration than the tree's own. */
const LOCATION_VARIABLES = [
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_OBJECT_DIRECTORY',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_COMMON_DIR',
  'GIT_NAMESPACE',
  'GIT_PREFIX',
  'GIT_LITERAL_PATHSPECS',
  'GIT_GLOB_PATHSPECS',
  'GIT_NOGLOB_PATHSPECS',
  'GIT_ICASE_PATHSPECS',
];

/**
 * Runs git in the tree and answers what it said.
 *
 * Paths are taken literally and printed unquoted; hooks run only with `withHooks`.
 *
 * @throws PreflightError PT_PREFLIGHT_GIT_FAILED for an exit code that is no answer, PT_PREFLIGHT_TOOL_MISSING
 */
export async function runGit(
  context: TreeContext,
  args: readonly string[],
  options: RunGitOptions = {},
): Promise<ProcessResult> {
  const argv: [string, ...string[]] = ['git', ...gitSwitches(options), ...args];
  const result = await runProcess({
    argv,
    cwd: context.root,
    env: {
      ...gitEnvironment(context.env),
      ...(options.withHooks === true ? {} : NO_OPTIONAL_LOCKS),
      ...options.env,
    },
    timeoutMs: options.timeoutMs ?? READ_TIMEOUT_MS,
    maxOutputBytes: MAX_OUTPUT_BYTES,
    ...(options.stdin === undefined ? {} : { stdin: options.stdin }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  const accepted = options.accept ?? [0];
  if (result.exit !== null && accepted.includes(result.exit) && !result.timedOut) return result;
  throw gitFailure(args, result);
}

/** The error for a git command that failed, with what git and its hooks said. */
export function gitFailure(
  args: readonly string[],
  result: ProcessResult,
): PreflightError<'PT_PREFLIGHT_GIT_FAILED'> {
  const said = [result.stderr.trim(), result.stdout.trim()].filter((text) => text !== '').join('\n');
  const how = result.timedOut ? 'took too long and was stopped' : `ended with ${result.exit ?? 'a signal'}`;
  return new PreflightError('PT_PREFLIGHT_GIT_FAILED', {
    message: `git ${args[0] ?? ''} ${how}: ${said.slice(0, 4000) || 'no output'}`,
    details: { argv: ['git', ...args.slice(0, 20)], exit: result.exit, stderr: said.slice(0, 16_000) },
  });
}

/** The switches every git command of this package gets. */
export function gitSwitches(options: Pick<RunGitOptions, 'withHooks' | 'takesPlainPaths'>): string[] {
  const pathspecs = options.takesPlainPaths === true ? [] : ['--literal-pathspecs'];
  const hooks = ['-c', 'core.hooksPath=/dev/null', '-c', 'core.logAllRefUpdates=false'];
  return [...pathspecs, '-c', 'core.quotepath=off', ...(options.withHooks === true ? [] : hooks)];
}

/** The environment of a git command: the context's, without what points git elsewhere, never asking on a terminal. */
export function gitEnvironment(env: Readonly<Record<string, string>>): Record<string, string> {
  const kept = Object.entries(env).filter(([name]) => !LOCATION_VARIABLES.includes(name));
  return { ...Object.fromEntries(kept), GIT_TERMINAL_PROMPT: '0' };
}

/** The fields of a `-z` output. */
export function splitZero(text: string): string[] {
  return text.split('\0').filter((field) => field !== '');
}
