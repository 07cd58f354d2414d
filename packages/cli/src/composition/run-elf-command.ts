import { homedir, tmpdir, userInfo } from 'node:os';
import { type DaemonPaths, defaultDaemonPaths, runCommand } from '@parseltongue/elf-orchestrator';
import type { CliContext } from '../io.js';

/** Runs a verb of the orchestrator of local models and answers its status. */
export function runElfCommand(argv: readonly string[], { env, io, signal }: CliContext): Promise<number> {
  return runCommand(argv, {
    paths: readElfPaths(env),
    writeOut: (text) => io.out(text),
    writeError: (text) => io.err(text),
    signal,
  });
}

/** Where the daemon of this user's local models lives. */
export function readElfPaths(env: CliContext['env']): DaemonPaths {
  return defaultDaemonPaths({
    env,
    platform: process.platform,
    homeDir: env.HOME ?? homedir(),
    tmpDir: tmpdir(),
    userName: userInfo().username,
  });
}
