import type { Confinement } from '../ports.js';
import { type ProcessResult, runProcess } from './run-process.js';

/** Where cargo runs and what it may see. */
export interface CargoPlace {
  cwd: string;
  env: Readonly<Record<string, string>>;
  /** Takes the shadow's paths out of what is logged. */
  translate: (text: string) => string;
  /** What keeps the commands in, null when nothing does. */
  confinement: Confinement | null;
  /** Absolute folders the commands may write. */
  writable: readonly string[];
}

export interface SessionRunOptions {
  timeoutMs: number;
  signal?: AbortSignal;
  stdin?: string;
  onStdoutLine?: (line: string) => void;
}

/** Runs the commands of one gate and remembers what ran and what was said. */
export interface CommandSession {
  run(argv: readonly [string, ...string[]], options: SessionRunOptions): Promise<ProcessResult>;
  /** The commands in the order they ran. */
  readonly commands: readonly string[][];
  /** The exit of the last command, null before the first or when a signal ended it. */
  lastExit(): number | null;
  /** All output so far, with the shadow's paths taken out. */
  log(): string;
}

/** Part of every log, so that nobody takes a receipt for more than it is. */
const UNCONFINED = 'Not confined: build scripts, macros and tests ran with the rights of the user';

/** Creates a session for one gate. */
export function createCommandSession(place: CargoPlace): CommandSession {
  const commands: string[][] = [];
  const parts: string[] = [];
  let exit: number | null = null;
  return {
    commands,
    lastExit: () => exit,
    log: () => place.translate([place.confinement?.statement ?? UNCONFINED, ...parts].join('\n')),
    async run(argv, options) {
      commands.push([...argv]);
      const command = { argv, cwd: place.cwd, env: place.env };
      const started = place.confinement?.wrap(command, place.writable) ?? command;
      const result = await runProcess({ ...started, ...options });
      exit = result.exit;
      const end = result.timedOut
        ? `timed out after ${options.timeoutMs} ms`
        : `exit ${result.exit ?? result.signal ?? ''}`;
      parts.push(`$ ${argv.join(' ')}\n${result.stdout}\n${result.stderr}\n(${end})`);
      return result;
    },
  };
}
