import { join } from 'node:path';

/** Where a user's daemon lives. */
export interface DaemonPaths {
  socketPath: string;
  stateDir: string;
  logPath: string;
}

/** What decides the paths; a program passes its own environment in. */
export interface PathContext {
  env: Readonly<Record<string, string | undefined>>;
  platform: string;
  homeDir: string;
  tmpDir: string;
  userName: string;
}

/** The paths of a user's daemon: state under the data directory, the socket under the runtime directory where there is one. */
export function defaultDaemonPaths(context: PathContext): DaemonPaths {
  const { env, homeDir, platform, tmpDir, userName } = context;
  const data =
    platform === 'win32'
      ? (env['LOCALAPPDATA'] ?? join(homeDir, 'AppData', 'Local'))
      : (env['XDG_DATA_HOME'] ?? join(homeDir, '.local', 'share'));
  const stateDir = join(data, 'parseltongue', 'elf');
  const runtime = env['XDG_RUNTIME_DIR'] ?? join(tmpDir, `parseltongue-${userName}`);
  const socketPath =
    platform === 'win32'
      ? `\\\\.\\pipe\\parseltongue-elf-${userName}`
      : join(runtime, 'parseltongue-elf.sock');
  return { socketPath, stateDir, logPath: join(stateDir, 'daemon.ndjson') };
}
