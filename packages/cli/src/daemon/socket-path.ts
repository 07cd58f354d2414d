import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { RepositoryPlace } from '../config/locate-repository.js';
import { CliError } from '../errors.js';

type Env = Readonly<Record<string, string | undefined>>;

/** Where the daemon of a repository listens: one path for one root with one state folder and one cache. */
export function socketPathOf({ root, stateDir, cacheDir }: RepositoryPlace, env: Env): string {
  const name = createHash('sha256').update(`${root}\n${stateDir}\n${cacheDir}`).digest('hex').slice(0, 16);
  return join(socketFolder(env), `${name}.sock`);
}

/**
 * Makes the folder of the sockets, open to its owner alone.
 *
 * @throws CliError PT_CLI_DAEMON_FAILED when the folder belongs to somebody else or is a symlink
 */
export async function prepareSocketFolder(env: Env): Promise<void> {
  const folder = socketFolder(env);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const found = await lstat(folder);
  const isOurs = process.getuid === undefined || found.uid === process.getuid();
  if (!found.isDirectory() || !isOurs) {
    throw new CliError('PT_CLI_DAEMON_FAILED', {
      message:
        'The folder of the daemon sockets belongs to somebody else. Set XDG_RUNTIME_DIR to a folder of yours',
      details: { problem: 'socket folder is not ours' },
    });
  }
  await chmod(folder, 0o700);
}

function socketFolder(env: Env): string {
  const runtime = env.XDG_RUNTIME_DIR;
  if (runtime !== undefined && runtime !== '') return join(runtime, 'parseltongue');
  return join(tmpdir(), `parseltongue-${userInfo().uid}`);
}
