import { parseArgs } from 'node:util';
import { ElfError } from '../errors.js';

/** One call of the program, as its verbs see it. */
export interface Command {
  verb: string;
  positionals: readonly string[];
  flags: Readonly<Record<string, string | boolean | undefined>>;
}

const TEXT_FLAGS = [
  ...['socket', 'state-dir', 'log', 'memory-cap', 'agents', 'default-model', 'prompt', 'prompt-file'],
  ...['model', 'max-tokens', 'key', 'id', 'url', 'file', 'sha256', 'context', 'sequences', 'threads'],
  ...['gpu-layers', 'purpose', 'lines', 'tokens', 'state', 'format', 'server', 'preset', 'server-model'],
] as const;
const SWITCHES = ['json', 'run', 'trust-first-use', 'help', 'foreground'] as const;

/**
 * Reads the program's arguments: a verb, or `models` and its verb, then names and flags.
 *
 * @throws ElfError PT_ELF_REQUEST_INVALID
 */
export function parseCommand(argv: readonly string[]): Command {
  try {
    const { positionals, values } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        ...Object.fromEntries(TEXT_FLAGS.map((name) => [name, { type: 'string' as const }])),
        ...Object.fromEntries(SWITCHES.map((name) => [name, { type: 'boolean' as const }])),
      },
    });
    const [first = 'help', second, ...rest] = positionals;
    const flags = values as Command['flags'];
    if (values['help'] === true) return { verb: 'help', positionals: [], flags };
    if (first === 'models') return { verb: `models ${second ?? 'list'}`, positionals: rest, flags };
    return { verb: first, positionals: second === undefined ? [] : [second, ...rest], flags };
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    throw invalidArgument('arguments', problem, cause);
  }
}

/** The text of a flag, undefined when it was not given. */
export function readText({ flags }: Command, name: (typeof TEXT_FLAGS)[number]): string | undefined {
  const value = flags[name];
  return typeof value === 'string' ? value : undefined;
}

/** The whole number of a flag, undefined when it was not given. */
export function readNumber(command: Command, name: (typeof TEXT_FLAGS)[number]): number | undefined {
  const text = readText(command, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0) return value;
  throw invalidArgument(`--${name}`, `${text} is not a whole number`);
}

/** Bytes written as a number with an optional k, m or g. */
export function readBytes(command: Command, name: (typeof TEXT_FLAGS)[number]): number | undefined {
  const text = readText(command, name);
  if (text === undefined) return undefined;
  const match = /^(\d+(?:\.\d+)?)\s*([kmg]?)i?b?$/i.exec(text);
  if (match === null) throw invalidArgument(`--${name}`, `${text} is not a size such as 8g`);
  const power = ['', 'k', 'm', 'g'].indexOf((match[2] ?? '').toLowerCase());
  return Math.floor(Number(match[1]) * 1_024 ** power);
}

/** True when a switch was given. */
export function hasSwitch({ flags }: Command, name: (typeof SWITCHES)[number]): boolean {
  return flags[name] === true;
}

/** The first name after the verb. */
export function readName({ positionals, verb }: Command, what: string): string {
  const [name] = positionals;
  if (name !== undefined) return name;
  throw invalidArgument(what, `${verb} needs it`);
}

function invalidArgument(field: string, problem: string, cause?: unknown): ElfError {
  return new ElfError('PT_ELF_REQUEST_INVALID', {
    message: `The ${field} is not valid: ${problem}. See: local-orchestrator-daemon --help`,
    details: { field, problem },
    ...(cause === undefined ? {} : { cause }),
  });
}
