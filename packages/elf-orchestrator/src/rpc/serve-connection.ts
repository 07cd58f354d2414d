import type { Socket } from 'node:net';
import {
  type CancellationToken,
  createMessageConnection,
  ErrorCodes,
  type MessageConnection,
  ResponseError,
} from 'vscode-jsonrpc/node';
import { LineMessageReader, LineMessageWriter } from './line-transport.js';
import type { AnyMethod, CallContext } from './method.js';
import { toResponseError } from './rpc-error.js';

/** What a connection offers to its peer. */
export interface ServedConnection {
  /** Sends an event if the peer subscribed. */
  publish(event: object): void;
  /** Ends the connection after what was written. */
  end(): void;
  readonly closed: Promise<void>;
}

/** Settings of {@link serveConnection}. */
export interface ServeOptions {
  methods: ReadonlyMap<string, AnyMethod>;
  onCall: (call: { method: string; durationMs: number; isFailed: boolean }) => void;
}

const MAX_CALLS_IN_FLIGHT = 20_000;

/** Answers the requests of one peer until it goes; what it asked for is cancelled then. */
export function serveConnection(socket: Socket, options: ServeOptions): ServedConnection {
  const connection = createMessageConnection(new LineMessageReader(socket), new LineMessageWriter(socket));
  const running = new Set<AbortController>();
  let isSubscribed = false;
  let inFlight = 0;
  const notify: CallContext['notify'] = (method, params) => void connection.sendNotification(method, params);
  const subscribe = (): void => {
    isSubscribed = true;
  };
  connection.onRequest(async (method, params, token: CancellationToken) => {
    const startedAt = performance.now();
    inFlight += 1;
    const abort = new AbortController();
    running.add(abort);
    // A token that was cancelled before its request is worked on fires no event.
    if (token.isCancellationRequested) abort.abort();
    token.onCancellationRequested(() => abort.abort());
    let isFailed = false;
    try {
      if (inFlight > MAX_CALLS_IN_FLIGHT) throw tooMany();
      return await callMethod(
        options.methods,
        { method, params },
        { signal: abort.signal, notify, subscribe },
      );
    } catch (error) {
      isFailed = true;
      return toResponseError(error);
    } finally {
      running.delete(abort);
      inFlight -= 1;
      options.onCall({ method, durationMs: performance.now() - startedAt, isFailed });
    }
  });
  connection.onError(() => undefined);
  const closed = watchClose(connection, socket, running);
  connection.listen();
  return {
    publish: (event) => {
      if (isSubscribed) notify('event', event);
    },
    end: () => socket.end(),
    closed,
  };
}

async function callMethod(
  methods: ReadonlyMap<string, AnyMethod>,
  call: { method: string; params: unknown },
  context: CallContext,
): Promise<unknown> {
  const method = methods.get(call.method);
  if (method === undefined) throw new ResponseError(ErrorCodes.MethodNotFound, `No method ${call.method}`);
  const params = method.params.parse(call.params ?? {});
  const result = await method.handle(params as never, context);
  return result ?? null;
}

function watchClose(
  connection: MessageConnection,
  socket: Socket,
  running: Set<AbortController>,
): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => {
      for (const abort of running) abort.abort();
      connection.dispose();
      resolve();
    });
  });
}

function tooMany(): ResponseError<object> {
  return new ResponseError(-32_000, `More than ${MAX_CALLS_IN_FLIGHT} requests wait on this connection`, {
    code: 'PT_ELF_WORK_REFUSED',
    retryable: true,
    details: { reason: 'draining' },
  });
}
