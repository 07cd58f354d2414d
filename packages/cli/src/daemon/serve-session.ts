import type { Socket } from 'node:net';
import { ParseltongueError, type Progress } from '@parseltongue/isg-core';
import pc from 'picocolors';
import {
  type CancellationToken,
  createMessageConnection,
  ErrorCodes,
  type MessageConnection,
  ResponseError,
  SocketMessageReader,
  SocketMessageWriter,
} from 'vscode-jsonrpc/node';
import type { RepositoryPlace } from '../config/locate-repository.js';
import type { CliContext } from '../io.js';
import type { ToolHost } from '../mcp/tool-host.js';
import type { RunCli, WorkspaceOpener } from '../verb.js';
import { readVersion } from '../version.js';
import {
  AskRequest,
  CallToolRequest,
  CompleteRequest,
  DAEMON_PROTOCOL,
  type DaemonStatus,
  OutputNotification,
  ReadResourceRequest,
  RunVerbRequest,
  StatusRequest,
  StopRequest,
  ToolProgressNotification,
  TouchRequest,
  type VerbRequest,
} from './protocol.js';

/** What all sessions of a daemon share. */
export interface DaemonState extends AsyncDisposable {
  place: RepositoryPlace;
  started: string;
  clients: number;
  requests: number;
  /** When the last client left, on the clock of `performance`. */
  idleSince: number;
  onStop: () => void;
  isWatching(): boolean;
  /** A file changed, says a client. */
  touch(): void;
  tools: ToolHost;
  complete(prefix: string): Promise<string[]>;
  openWorkspace: WorkspaceOpener;
  runCli: RunCli;
}

/** Answers one client until it hangs up; what it started is cancelled then. */
export function createSession(socket: Socket, state: DaemonState): void {
  const connection = createMessageConnection(
    new SocketMessageReader(socket),
    new SocketMessageWriter(socket),
  );
  const gone = new AbortController();
  state.clients += 1;
  connection.onClose(() => {
    state.clients -= 1;
    state.idleSince = performance.now();
    gone.abort('SIGTERM');
  });
  connection.onError(() => undefined); // a broken connection also closes
  connection.onRequest(StatusRequest, () => describeState(state));
  connection.onRequest(StopRequest, (): null => {
    setImmediate(() => state.onStop()); // the answer leaves first
    return null;
  });
  connection.onRequest(TouchRequest, (): null => {
    state.touch();
    return null;
  });
  connection.onRequest(CompleteRequest, ({ prefix }) => state.complete(prefix));
  connection.onRequest(RunVerbRequest, async (request, token) => {
    state.requests += 1;
    const signal = signalOf(token, gone.signal);
    const context = createVerbContext(connection, request, signal);
    return { status: await state.runCli(request.argv, context, { openWorkspace: state.openWorkspace }) };
  });
  connection.onRequest(CallToolRequest, async ({ id, name, input }, token) => {
    state.requests += 1;
    const onProgress = throttle((progress: Progress) =>
      connection.sendNotification(ToolProgressNotification, { id, progress }),
    );
    return asResponse(() =>
      state.tools.callTool(name, input, { signal: signalOf(token, gone.signal), onProgress }),
    );
  });
  connection.onRequest(ReadResourceRequest, ({ uri }) => {
    state.requests += 1;
    return asResponse(() => state.tools.readResource(uri));
  });
  connection.listen();
}

const PROGRESS_INTERVAL_MS = 100;

/** Lets at most ten events a second through; the answer itself says how it ended. */
function throttle<T>(send: (event: T) => Promise<void>): (event: T) => void {
  let sentAt = 0;
  return (event) => {
    if (performance.now() - sentAt < PROGRESS_INTERVAL_MS) return;
    sentAt = performance.now();
    send(event).catch(() => undefined); // the client left
  };
}

function describeState(state: DaemonState): DaemonStatus {
  return {
    protocol: DAEMON_PROTOCOL,
    version: readVersion(),
    pid: process.pid,
    root: state.place.root,
    started: state.started,
    clients: state.clients,
    requests: state.requests,
    rss_bytes: process.memoryUsage.rss(),
    is_watching: state.isWatching(),
  };
}

/** The context of a verb whose person sits at the client. */
function createVerbContext(
  connection: MessageConnection,
  { id, cwd, env, isInteractive, canAnswer, hasColors, columns, progressColumns }: VerbRequest,
  signal: AbortSignal,
): CliContext {
  const write = (to: 'out' | 'err', text: string): void => {
    connection.sendNotification(OutputNotification, { id, to, text }).catch(() => undefined); // the client left
  };
  return {
    cwd,
    env,
    signal,
    io: {
      out: (text) => write('out', text),
      err: (text) => write('err', text),
      isInteractive,
      colors: pc.createColors(hasColors),
      ...(columns === null ? {} : { columns }),
      ...(progressColumns === null ? {} : { progressColumns }),
      ...(canAnswer
        ? {
            ask: async (question: string) =>
              (await connection.sendRequest(AskRequest, { id, question })).answer ?? undefined,
          }
        : {}),
    },
  };
}

function signalOf(token: CancellationToken, gone: AbortSignal): AbortSignal {
  const cancelled = new AbortController();
  token.onCancellationRequested(() => cancelled.abort('SIGINT'));
  return AbortSignal.any([cancelled.signal, gone]);
}

async function asResponse<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!ParseltongueError.isInstance(error)) throw error;
    throw new ResponseError(ErrorCodes.InvalidRequest, error.message, {
      code: error.code,
      message: error.message,
    });
  }
}
