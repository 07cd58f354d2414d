import type pc from 'picocolors';

/** The color functions of one output, all plain when it shows none. */
export type Colors = ReturnType<typeof pc.createColors>;

/** Where answers and progress go, and what the far side can show. */
export interface CliIo {
  /** The answer, and nothing else (invariant I13). */
  out(text: string): void;
  /** Progress, warnings, questions. */
  err(text: string): void;
  /** True when stderr is a terminal that can redraw a line. */
  isInteractive: boolean;
  colors: Colors;
  /** Width of stdout when it is a terminal. */
  columns?: number | undefined;
  /** Width of stderr when it is a terminal. */
  progressColumns?: number | undefined;
  /** Asks a person; absent when nobody can answer, undefined when the person closed the input. */
  ask?: (question: string) => Promise<string | undefined>;
}

/** What a verb knows of the outside world. */
export interface CliContext {
  cwd: string;
  env: Readonly<Record<string, string | undefined>>;
  io: CliIo;
  signal: AbortSignal;
}
