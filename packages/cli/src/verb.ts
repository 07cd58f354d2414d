import type { Command } from 'commander';
import type { Workspace } from './compose.js';
import type { Config } from './config/load-config.js';
import type { ExitCode } from './exit-codes.js';
import type { CliContext } from './io.js';
import type { ProgressLine } from './render/progress-line.js';

/** Options every verb takes. */
export interface GlobalOptions {
  cwd: string;
  json: boolean;
  quiet: boolean;
  verbose: boolean;
  /** Colors where the output shows them. */
  color: boolean;
  /** Answer yes to every question. */
  yes: boolean;
  /** Questions on a terminal. */
  input: boolean;
  /** Use the daemon of the repository when one runs. */
  daemon: boolean;
  /** Ask rust-analyzer in gate T2 when there is one. */
  analyzer: boolean;
  /** Keep builds and tests inside bubblewrap where it works. */
  confine: boolean;
  /** Let cargo download what is missing. */
  allowNetwork: boolean;
  stateDir?: string;
}

/** One run of a verb. */
export interface Invocation {
  context: CliContext;
  globals: GlobalOptions;
  config: Config;
  progress: ProgressLine;
  /** Opens the repository around the working folder; closed when the verb ends. */
  openWorkspace: () => Promise<Workspace>;
  /** The whole command line, for verbs that complete or document it. */
  program: Command;
  /** Runs another command line as this one was run. */
  runCli: RunCli;
}

/** `runCli` itself: verbs that run other command lines are given it, since it knows all verbs. */
export type RunCli = (
  argv: readonly string[],
  context: CliContext,
  options?: { openWorkspace?: WorkspaceOpener },
) => Promise<ExitCode>;

/** How a verb reaches its repository. */
export interface WorkspaceWish {
  context: CliContext;
  globals: GlobalOptions;
  progress: ProgressLine;
}
export type WorkspaceOpener = (wish: WorkspaceWish) => Promise<Workspace>;

/** What a verb answers: the same facts as JSON and as text. */
export interface VerbAnswer {
  exitCode: ExitCode;
  /** One document with a `contract` literal. */
  json: { contract: string } & Record<string, unknown>;
  text: string;
  /** True when the verb wrote its answer itself, piece by piece. */
  isStreamed?: boolean;
}

/** Runs a handler as a verb: opens what it asks for, prints its answer, maps its errors. */
export interface VerbHost {
  run<Args extends unknown[]>(
    handler: (invocation: Invocation, ...args: Args) => Promise<VerbAnswer>,
  ): (...args: [...Args, Command]) => Promise<void>;
}

/** Adds one verb to the program. */
export type AddVerb = (program: Command, host: VerbHost) => void;
