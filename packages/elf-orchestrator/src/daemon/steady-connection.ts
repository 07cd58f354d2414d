import { ParseltongueError } from '@parseltongue/isg-core';
import { connectDaemon, type DaemonClient } from './connect-daemon.js';
import type { DaemonPaths } from './daemon-paths.js';
import { launchDaemon } from './launch-daemon.js';

/** A connection that outlives the daemon at its other end. */
export interface SteadyConnection extends AsyncDisposable {
  /**
   * Runs `work` on a connection; when the daemon goes meanwhile, starts it again and runs `work` anew, so it has to be
   * harmless to repeat.
   *
   * @throws whatever `work` throws, PT_ELF_DAEMON_UNREACHABLE after `reconnects` new connections
   */
  use<T>(work: (client: DaemonClient) => Promise<T>, reconnects: number): Promise<T>;
}

/** Opens a connection to the daemon at `paths`; nothing is connected or started before it is used. */
export function openSteadyConnection(
  paths: DaemonPaths,
  launchArguments: readonly string[],
): SteadyConnection {
  let current: Promise<DaemonClient> | null = null;
  const connect = async (): Promise<DaemonClient> => {
    await launchDaemon(paths, { arguments: launchArguments });
    return connectDaemon({ socketPath: paths.socketPath });
  };
  const drop = async (broken: Promise<DaemonClient>): Promise<void> => {
    // Whoever else saw it break may have opened the next one already.
    if (current === broken) current = null;
    await broken.then(
      (client) => client[Symbol.asyncDispose](),
      () => undefined,
    );
  };
  return {
    async use(work, reconnects) {
      for (let left = reconnects; ; left -= 1) {
        const connection = (current ??= connect());
        try {
          return await work(await connection);
        } catch (error) {
          if (!isUnreachable(error)) throw error;
          await drop(connection);
          if (left <= 0) throw error;
        }
      }
    },
    async [Symbol.asyncDispose]() {
      if (current !== null) await drop(current);
    },
  };
}

function isUnreachable(error: unknown): boolean {
  return ParseltongueError.isInstance(error) && error.code === 'PT_ELF_DAEMON_UNREACHABLE';
}
