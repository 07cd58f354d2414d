import { estimateTokenCount } from '@parseltongue/isg-core';
import { SorcererError } from '../../errors.js';
import type { ReasonerUsage } from '../../reasoner.js';
import { redactSecrets } from '../../redact.js';
import { type CommandResult, runCommand } from '../command/run-command.js';
import type { Agent, AgentEnd } from './agent.js';

export interface ClaudeAgentOptions {
  /** The program, default `claude`. */
  program?: string;
  /** The whole environment of the program. */
  env: Readonly<Record<string, string>>;
  model?: string;
  /** Turns of one attempt, default 30. */
  maxTurns?: number;
  /** Default 1,200,000. */
  timeoutMs?: number;
}

const DEFAULT_TURNS = 30;
const DEFAULT_TIMEOUT_MS = 1_200_000;
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
/** It reads and edits; it runs nothing. The gates run what has to run. */
const TOOLS = 'Read,Edit,Write,Grep,Glob';

/**
 * Claude Code without its screen (`claude -p`, one JSON event a line), in the scratch tree, with file tools only.
 *
 * Each call is a session of its own. A turn limit or an error it reports makes the work unusable. The program and its
 * children end on abort and timeout. Calls throw SorcererError PT_SORCERER_ENGINE_MISSING, _FAILED, _TIMEOUT, PT_SORCERER_ABORTED.
 */
export function createClaudeAgent(options: ClaudeAgentOptions): Agent {
  const program = options.program ?? 'claude';
  return {
    id: 'claude',
    async work({ dir, instructions }, { signal, onDelta }) {
      const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
      const result = await runCommand({
        argv: [program, ...formatArguments(options)],
        cwd: dir,
        env: options.env,
        stdin: instructions,
        timeoutMs,
        maxOutputBytes: MAX_OUTPUT_BYTES,
        ...(signal === undefined ? {} : { signal }),
        ...(onDelta === undefined ? {} : { onText: createTextSink(onDelta) }),
      }).catch((cause: unknown) => missing(program, cause));
      assertEnded(result, timeoutMs);
      return readEvents(result, instructions);
    },
  };
}

function formatArguments({ model, maxTurns = DEFAULT_TURNS }: ClaudeAgentOptions): string[] {
  return [
    '-p',
    '--output-format',
    'stream-json',
    '--verbose',
    '--permission-mode',
    'acceptEdits',
    '--allowedTools',
    TOOLS,
    '--max-turns',
    String(maxTurns),
    ...(model === undefined ? [] : ['--model', model]),
  ];
}

/** The parts of an event this agent reads. */
interface AgentEvent {
  type?: string;
  subtype?: string;
  is_error?: boolean;
  result?: string;
  total_cost_usd?: number;
  usage?: {
    input_tokens?: number;
    output_tokens?: number;
    cache_read_input_tokens?: number;
    cache_creation_input_tokens?: number;
  };
  message?: { content?: { type?: string; text?: string }[] };
}

function createTextSink(onDelta: (text: string) => void): (piece: string) => void {
  let held = '';
  return (piece) => {
    const lines = (held + piece).split('\n');
    held = lines.pop() ?? '';
    for (const event of lines.flatMap(parseEvent)) {
      for (const block of event.type === 'assistant' ? (event.message?.content ?? []) : []) {
        if (block.type === 'text' && block.text !== undefined) onDelta(block.text);
      }
    }
  };
}

function parseEvent(line: string): AgentEvent[] {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? [value] : [];
  } catch {
    return [];
  }
}

function readEvents({ stdout, end }: CommandResult, instructions: string): AgentEnd {
  const last = stdout
    .split('\n')
    .flatMap(parseEvent)
    .findLast(({ type }) => type === 'result');
  const isWhole = end === 'exited' && last?.subtype === 'success' && last.is_error !== true;
  return {
    text: last?.result ?? '',
    usage: readUsage(last, { instructions, stdout }),
    finish: isWhole ? 'complete' : 'truncated',
  };
}

function readUsage(
  event: AgentEvent | undefined,
  { instructions, stdout }: { instructions: string; stdout: string },
): ReasonerUsage {
  const usage = event?.usage;
  if (usage?.input_tokens === undefined || usage.output_tokens === undefined) {
    const [input_tokens, output_tokens] = [estimateTokenCount(instructions), estimateTokenCount(stdout)];
    return { input_tokens, output_tokens, cache_read_tokens: 0, cost_usd: null, estimated: true };
  }
  return {
    input_tokens: usage.input_tokens + (usage.cache_creation_input_tokens ?? 0),
    output_tokens: usage.output_tokens,
    cache_read_tokens: usage.cache_read_input_tokens ?? 0,
    cost_usd: event?.total_cost_usd ?? null,
    estimated: false,
  };
}

function assertEnded(result: CommandResult, timeoutMs: number): void {
  if (result.end === 'aborted') {
    throw new SorcererError('PT_SORCERER_ABORTED', {
      message: 'The agent was stopped from outside',
      details: { what: 'agent:claude' },
    });
  }
  if (result.end === 'timed_out') {
    throw new SorcererError('PT_SORCERER_ENGINE_TIMEOUT', {
      message: `The agent was not done within ${timeoutMs} ms and was ended. Raise the timeout and resume the run`,
      details: { engine: 'agent:claude', timeoutMs },
      retryable: true,
    });
  }
  const hasResult = result.stdout
    .split('\n')
    .flatMap(parseEvent)
    .some(({ type }) => type === 'result');
  if (result.end !== 'exited' || result.exit === 0 || hasResult) return;
  const stderr = redactSecrets(result.stderr).trim();
  throw new SorcererError('PT_SORCERER_ENGINE_FAILED', {
    message: `The agent ended with status ${result.exit ?? 'none'}: ${stderr.split('\n').at(-1) ?? ''}. Run it by hand to see why`,
    details: { engine: 'agent:claude', exit: result.exit, stderr },
  });
}

function missing(program: string, cause: unknown): never {
  throw new SorcererError('PT_SORCERER_ENGINE_MISSING', {
    message: `Cannot start ${program.split('/').at(-1) ?? program}: ${(cause as NodeJS.ErrnoException).code ?? 'unknown reason'}. Install Claude Code or give its full path`,
    details: { engine: 'agent:claude', package: '@anthropic-ai/claude-code' },
    cause,
  });
}
