import { estimateTokenCount } from '@parseltongue/isg-core';
import { SorcererError } from '../../errors.js';
import { joinPrompt } from '../../prompts/propose-v1.js';
import type { Reasoner } from '../../reasoner.js';
import { redactSecrets } from '../../redact.js';
import { type Completion, createTextReasoner } from '../text-reasoner.js';
import { type CommandResult, runCommand } from './run-command.js';

export interface CommandReasonerOptions {
  /** Program and arguments, for example `['claude', '-p']`; gets the prompt on stdin and answers on stdout. */
  argv: readonly [string, ...string[]];
  /** Where the program runs. Give an empty folder to a program that could write files. */
  cwd: string;
  /** The whole environment of the program; `PATH` is needed to find it by name. */
  env: Readonly<Record<string, string>>;
  /** Default 600,000. */
  timeoutMs?: number;
  /** Default 4 MiB; a longer answer counts as cut off. */
  maxOutputBytes?: number;
  /** Local programs get the small step budget. Default `remote`. */
  locality?: Reasoner['locality'];
}

const DEFAULT_TIMEOUT_MS = 600_000;
const DEFAULT_OUTPUT_BYTES = 4 * 1024 * 1024;

/**
 * A reasoner over any program that reads a prompt and prints an answer. Tokens are estimates, costs unknown.
 *
 * The program runs in a process group of its own and is ended with all its children on timeout, abort or too much output.
 * Calls throw SorcererError PT_SORCERER_ENGINE_MISSING, _FAILED, _TIMEOUT or PT_SORCERER_ABORTED.
 */
export function createCommandReasoner(options: CommandReasonerOptions): Reasoner {
  const name = options.argv[0].split('/').at(-1) ?? options.argv[0];
  return createTextReasoner({
    id: `command:${name}`,
    locality: options.locality ?? 'remote',
    async complete(prompt, { signal, onDelta }) {
      const stdin = joinPrompt(prompt);
      const result = await runCommand({
        argv: options.argv,
        cwd: options.cwd,
        env: options.env,
        stdin,
        timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
        maxOutputBytes: options.maxOutputBytes ?? DEFAULT_OUTPUT_BYTES,
        ...(signal === undefined ? {} : { signal }),
        ...(onDelta === undefined ? {} : { onText: onDelta }),
      }).catch((cause: unknown) => missingProgram(name, cause));
      return readResult(result, { name, stdin, timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS });
    },
  });
}

function readResult(
  result: CommandResult,
  { name, stdin, timeoutMs }: { name: string; stdin: string; timeoutMs: number },
): Completion {
  const engine = `command:${name}`;
  if (result.end === 'aborted') {
    throw new SorcererError('PT_SORCERER_ABORTED', {
      message: `${name} was stopped from outside`,
      details: { what: engine },
    });
  }
  if (result.end === 'timed_out') {
    throw new SorcererError('PT_SORCERER_ENGINE_TIMEOUT', {
      message: `${name} did not answer within ${timeoutMs} ms and was ended. Raise the timeout and resume the run`,
      details: { engine, timeoutMs },
      retryable: true,
    });
  }
  if (result.end === 'exited' && result.exit !== 0) {
    const stderr = redactSecrets(result.stderr).trim();
    throw new SorcererError('PT_SORCERER_ENGINE_FAILED', {
      message: `${name} ended with status ${result.exit ?? 'none'}: ${stderr.split('\n').at(-1) ?? ''}. Run it by hand to see why`,
      details: { engine, exit: result.exit, stderr },
    });
  }
  const usage = {
    input_tokens: estimateTokenCount(stdin),
    output_tokens: estimateTokenCount(result.stdout),
    cache_read_tokens: 0,
    cost_usd: null,
    estimated: true,
  };
  return { text: result.stdout, usage, finish: result.end === 'output_capped' ? 'truncated' : 'complete' };
}

function missingProgram(name: string, cause: unknown): never {
  throw new SorcererError('PT_SORCERER_ENGINE_MISSING', {
    message: `Cannot start ${name}: ${(cause as NodeJS.ErrnoException).code ?? 'unknown reason'}. Install it or give its full path`,
    details: { engine: `command:${name}`, package: name },
    cause,
  });
}
