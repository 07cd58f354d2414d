import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { TestRepository } from './tiny-workspace.js';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** What one run of the built command line did. */
export interface VerbRun {
  status: number | null;
  stdout: string;
  stderr: string;
  /** stdout as JSON; throws when it is none. */
  json(): Record<string, any>;
}

/** Runs the built `parseltongue` in a repository, as a user's shell would. */
export async function runVerb(
  repository: TestRepository,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<VerbRun> {
  const child = spawn(process.execPath, [MAIN, '-C', repository.root, ...args], {
    env: { ...repository.env, ...env },
    cwd: repository.root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const status = await new Promise<number | null>((done) => child.once('close', done));
  return { status, stdout, stderr, json: () => JSON.parse(stdout) as Record<string, any> };
}
