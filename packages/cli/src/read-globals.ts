import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { CliContext } from './io.js';
import type { GlobalOptions } from './verb.js';

/** The options of every verb as one command line gives them. */
export function readGlobals(command: Command, context: CliContext): GlobalOptions {
  const given: GlobalOptions = command.optsWithGlobals();
  return { ...given, cwd: resolve(context.cwd, given.cwd) };
}
