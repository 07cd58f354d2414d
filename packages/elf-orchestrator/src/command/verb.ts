import type { DaemonClient } from '../daemon/connect-daemon.js';
import type { DaemonPaths } from '../daemon/daemon-paths.js';
import type { Command } from './parse-command.js';

/** What a verb answers: for programs and for people. */
export interface VerbResult {
  data: unknown;
  text: string;
  exitCode?: number;
}

/** What every verb may use. */
export interface VerbContext {
  paths: DaemonPaths;
  writeOut: (text: string) => void;
  signal: AbortSignal;
}

/** A verb that needs no running daemon. */
export type LocalVerb = (command: Command, context: VerbContext) => Promise<VerbResult>;

/** A verb that talks to a running daemon. */
export type Verb = (command: Command, context: VerbContext & { client: DaemonClient }) => Promise<VerbResult>;
