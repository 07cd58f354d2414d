import type { Workspace } from '../compose.js';
import { locateRepository } from '../config/locate-repository.js';
import { type DaemonClient, ensureDaemon } from '../daemon/ensure-daemon.js';
import { CliError } from '../errors.js';
import type { Invocation } from '../verb.js';
import { answerFailure, createToolHost, type ToolHost } from './tool-host.js';

/**
 * The tools of the repository around the working folder: run by its daemon, which is started when there is none; in this
 * process with `--no-daemon`, or when no daemon can be started.
 *
 * Nothing opens before the first call, so that a client's greeting is answered at once.
 */
export function openToolHost(invocation: Invocation): ToolHost & AsyncDisposable {
  const local = createLocalHost(invocation);
  if (!invocation.globals.daemon) return { ...local, [Symbol.asyncDispose]: () => Promise.resolve() };
  const link = createDaemonLink(invocation);
  const choose = async (): Promise<ToolHost> => (await link.connect()) ?? local;
  return {
    async callTool(name, input, options) {
      try {
        return await (await choose()).callTool(name, input, options);
      } catch (error) {
        return answerFailure(error);
      }
    },
    readResource: async (uri) => (await choose()).readResource(uri),
    [Symbol.asyncDispose]: () => link.close(),
  };
}

function createLocalHost(invocation: Invocation): ToolHost {
  let opened: Promise<Workspace> | undefined;
  return createToolHost(() => {
    opened ??= invocation.openWorkspace().catch((error: unknown) => {
      opened = undefined; // the next call may find the repository in order
      throw error;
    });
    return opened;
  });
}

interface DaemonLink {
  /** Undefined when no daemon can be started here. */
  connect(): Promise<DaemonClient | undefined>;
  close(): Promise<void>;
}

/** Connects at the first call and again after a daemon ended. */
function createDaemonLink({ context, globals, config }: Invocation): DaemonLink {
  let connected: Promise<DaemonClient | undefined> | undefined;
  const forget = (): void => void (connected = undefined);
  const open = async (): Promise<DaemonClient | undefined> => {
    const place = await locateRepository({ ...globals, env: context.env });
    try {
      return await ensureDaemon({ place, context, config, onClose: forget });
    } catch (error) {
      if (!CliError.isInstance(error)) throw error;
      context.io.err(`${error.message}. Working without a daemon\n`);
      return undefined;
    }
  };
  return {
    connect() {
      connected ??= open().catch((error: unknown) => {
        forget(); // the next call may find the repository in order
        throw error;
      });
      return connected;
    },
    async close() {
      const client = await connected?.catch(() => undefined);
      await client?.[Symbol.asyncDispose]();
    },
  };
}
