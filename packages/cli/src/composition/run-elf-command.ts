import { homedir, tmpdir, userInfo } from 'node:os';
import { defaultDaemonPaths, runCommand } from '@parseltongue/elf-orchestrator';
import type { CliContext } from '../io.js';

/** Runs a verb of the orchestrator of local models and answers its status. */
export function runElfCommand(argv: readonly string[], { env, io, signal }: CliContext): Promise<number> {
  const paths = defaultDaemonPaths({
    env,
    platform: process.platform,
    homeDir: env.HOME ?? homedir(),
    tmpDir: tmpdir(),
    userName: userInfo().username,
  });
  return runCommand(argv, {
    paths,
    writeOut: (text) => io.out(text),
    writeError: (text) => io.err(text),
    signal,
  });
}
