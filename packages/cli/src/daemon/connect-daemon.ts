import { randomUUID } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import {
  CancellationTokenSource,
  createMessageConnection,
  type MessageConnection,
  ResponseError,
  SocketMessageReader,
  SocketMessageWriter,
} from 'vscode-jsonrpc/node';
import type { RepositoryPlace } from '../config/locate-repository.js';
import { CliError } from '../errors.js';
import type { ExitCode } from '../exit-codes.js';
import type { CliContext } from '../io.js';
import type { ToolHost } from '../mcp/tool-host.js';
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
} from './protocol.js';
import { socketPathOf } from './socket-path.js';

/** A connection to the daemon of a repository. */
export interface DaemonClient extends ToolHost, AsyncDisposable {
  status(): Promise<DaemonStatus>;
  /** Asks the daemon to end and waits until it let go of the repository. */
  stop(): Promise<void>;
  /** Says that a file changed. */
  touch(): Promise<void>;
  /** Keys of rows, or files, that begin with a text. */
  complete(prefix: string): Promise<string[]>;
  /** Runs a command line there; its output arrives in `context.io`. */
  runVerb(argv: readonly string[], context: CliContext): Promise<ExitCode>;
}

const CONNECT_TIMEOUT_MS = 2000;
const HELLO_TIMEOUT_MS = 5000;

/** Connects to the daemon of a repository; undefined when none answers, or only one of another version, which is told to end. */
export async function connectDaemon(
  place: RepositoryPlace,
  env: CliContext['env'],
  onClose: () => void = () => undefined,
): Promise<DaemonClient | undefined> {
  const path = socketPathOf(place, env);
  const socket = (await isOwnSocket(path)) ? await openSocket(path) : undefined;
  if (socket === undefined) return undefined;
  const client = createClient(socket, onClose);
  const status = await Promise.race([client.status().catch(() => undefined), giveUpAfter(HELLO_TIMEOUT_MS)]);
  if (status?.protocol === DAEMON_PROTOCOL && status.version === readVersion()) return client;
  if (status !== undefined) await client.stop();
  await client[Symbol.asyncDispose]();
  return undefined;
}

/** A process that was stopped takes connections and never answers. */
function giveUpAfter(timeoutMs: number): Promise<undefined> {
  return delay(timeoutMs, undefined, { ref: false });
}

/** A socket that somebody else put there is never spoken to. */
async function isOwnSocket(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  return found?.isSocket() === true && (process.getuid === undefined || found.uid === process.getuid());
}

function openSocket(path: string): Promise<Socket | undefined> {
  return new Promise((done) => {
    const socket = connect(path);
    const giveUp = (): void => {
      socket.destroy();
      done(undefined);
    };
    socket.setTimeout(CONNECT_TIMEOUT_MS, giveUp);
    socket.once('error', giveUp);
    socket.once('connect', () => {
      socket.setTimeout(0);
      socket.off('error', giveUp);
      done(socket);
    });
  });
}

function createClient(socket: Socket, onClose: () => void): DaemonClient {
  const connection = createMessageConnection(
    new SocketMessageReader(socket),
    new SocketMessageWriter(socket),
  );
  const closed = new Promise<void>((done) => connection.onClose(() => done()));
  void closed.then(onClose);
  connection.onError(() => undefined); // a broken connection also closes, which ends every request
  connection.listen();
  return {
    status: () => orClosed(closed, connection.sendRequest(StatusRequest)),
    async stop() {
      await orClosed(closed, connection.sendRequest(StopRequest)).catch(() => undefined); // it may end before it answers
      await closed;
    },
    async touch() {
      await orClosed(closed, connection.sendRequest(TouchRequest));
    },
    complete: (prefix) => orClosed(closed, connection.sendRequest(CompleteRequest, { prefix })),
    runVerb: (argv, context) => runRemoteVerb({ connection, closed }, argv, context),
    async callTool(name, input, { signal, onProgress }) {
      const id = randomUUID();
      const progress = connection.onNotification(ToolProgressNotification, (event) => {
        if (event.id === id) onProgress?.(event.progress);
      });
      using _cancel = cancelWith(signal);
      try {
        const request = { id, name, input: input as Record<string, unknown> };
        return await orClosed(closed, connection.sendRequest(CallToolRequest, request, _cancel.token));
      } finally {
        progress.dispose();
      }
    },
    readResource: (uri) => orClosed(closed, connection.sendRequest(ReadResourceRequest, { uri })),
    async [Symbol.asyncDispose]() {
      connection.end();
      socket.destroy();
      await closed;
    },
  };
}

interface OpenConnection {
  connection: MessageConnection;
  closed: Promise<void>;
}

async function runRemoteVerb(
  { connection, closed }: OpenConnection,
  argv: readonly string[],
  { cwd, env, io, signal }: CliContext,
): Promise<ExitCode> {
  const id = randomUUID();
  const output = connection.onNotification(OutputNotification, ({ id: of, to, text }) => {
    if (of === id) io[to](text);
  });
  const asked = connection.onRequest(AskRequest, async ({ question }) => ({
    answer: (await io.ask?.(question)) ?? null,
  }));
  using cancel = cancelWith(signal);
  const request = {
    id,
    argv: [...argv],
    cwd,
    env: Object.fromEntries(
      Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
    isInteractive: io.isInteractive,
    canAnswer: io.ask !== undefined,
    hasColors: io.colors.isColorSupported,
    columns: io.columns ?? null,
    progressColumns: io.progressColumns ?? null,
  };
  try {
    const { status } = await orClosed(closed, connection.sendRequest(RunVerbRequest, request, cancel.token));
    return status as ExitCode;
  } finally {
    output.dispose();
    asked.dispose();
  }
}

function cancelWith(signal: AbortSignal): Disposable & { token: CancellationTokenSource['token'] } {
  const source = new CancellationTokenSource();
  const cancel = (): void => source.cancel();
  if (signal.aborted) cancel();
  signal.addEventListener('abort', cancel, { once: true });
  return {
    token: source.token,
    [Symbol.dispose]() {
      signal.removeEventListener('abort', cancel);
      source.dispose();
    },
  };
}

/** The answer, or an error once the daemon is gone: it will not come any more. */
async function orClosed<T>(closed: Promise<void>, answer: Promise<T>): Promise<T> {
  const lost = closed.then(() => {
    throw daemonFailed('it ended while it worked');
  });
  lost.catch(() => undefined); // closing after the answer is no failure
  try {
    return await Promise.race([answer, lost]);
  } catch (error) {
    if (error instanceof ResponseError) throw fromResponse(error);
    throw error;
  }
}

function fromResponse(error: ResponseError<unknown>): CliError {
  const code = (error.data as { code?: unknown } | undefined)?.code;
  if (code === 'PT_CLI_RESOURCE_UNKNOWN')
    return new CliError('PT_CLI_RESOURCE_UNKNOWN', { message: error.message, details: { uri: '' } });
  return daemonFailed(error.message);
}

function daemonFailed(problem: string): CliError {
  return new CliError('PT_CLI_DAEMON_FAILED', {
    message: `The daemon of this repository failed: ${problem}. Run: parseltongue daemon stop, or use --no-daemon`,
    details: { problem },
  });
}
