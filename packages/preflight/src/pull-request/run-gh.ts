import type { TreeContext } from '../git/tree-context.js';
import { type ProcessResult, runProcess } from '../process/run-process.js';
import { FORGE_TIMEOUT_MS } from './call-forge.js';

/** Input and limits of one command of `gh`. */
export interface RunGhOptions {
  stdin?: string;
  /** Default two minutes. */
  timeoutMs?: number;
  signal?: AbortSignal | undefined;
}

/**
 * Runs `gh` in the repository, without questions.
 *
 * @throws PreflightError PT_PREFLIGHT_TOOL_MISSING
 */
export function runGh(
  context: TreeContext,
  args: readonly string[],
  { stdin, timeoutMs = FORGE_TIMEOUT_MS, signal }: RunGhOptions = {},
): Promise<ProcessResult> {
  return runProcess({
    argv: ['gh', ...args],
    cwd: context.root,
    env: { ...context.env, GH_PROMPT_DISABLED: '1' },
    timeoutMs,
    ...(stdin === undefined ? {} : { stdin }),
    ...(signal === undefined ? {} : { signal }),
  });
}
