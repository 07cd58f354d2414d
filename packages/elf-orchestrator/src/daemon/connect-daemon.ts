import { connect, type Socket } from 'node:net';
import {
  CancellationTokenSource,
  createMessageConnection,
  type MessageConnection,
  ParameterStructures,
} from 'vscode-jsonrpc/node';
import type { z } from 'zod';
import { ElfError } from '../errors.js';
import type { GenerateParams } from '../jobs/job-spec.js';
import { LineMessageReader, LineMessageWriter } from '../rpc/line-transport.js';
import type { Method } from '../rpc/method.js';
import { fromResponseError } from '../rpc/rpc-error.js';
import type { WorkPlace } from '../schedule/work-scheduler.js';
import type { DaemonEvent } from './daemon-event.js';
import type { DaemonMethodTable } from './open-daemon.js';

/** Names of the daemon's methods. */
export type DaemonMethod = keyof DaemonMethodTable;
/** What a method takes. */
export type DaemonParams<M extends DaemonMethod> =
  DaemonMethodTable[M] extends Method<infer P> ? z.input<P> : never;
/** What a method answers. */
export type DaemonResult<M extends DaemonMethod> = Awaited<ReturnType<DaemonMethodTable[M]['handle']>>;

/** What a generation reports while it waits and runs. */
export interface GenerateListeners {
  onDelta?: (text: string) => void;
  /** Called about once a second while it waits. */
  onPlace?: (place: WorkPlace) => void;
  signal?: AbortSignal;
}

/** A connection to a daemon. */
export interface DaemonClient extends AsyncDisposable {
  /**
   * Calls a method.
   *
   * @throws ElfError with the daemon's code, PT_ELF_DAEMON_UNREACHABLE when the connection ends first
   */
  call<M extends DaemonMethod>(
    method: M,
    params: DaemonParams<M>,
    options?: { signal?: AbortSignal },
  ): Promise<DaemonResult<M>>;
  /** Generates one answer, in pieces where somebody listens. */
  generate(
    params: Omit<GenerateParams, 'streamId'>,
    listeners?: GenerateListeners,
  ): Promise<DaemonResult<'generate'>>;
  /** Hears the daemon's events until the returned function is called. */
  onEvent(listener: (event: DaemonEvent) => void): () => void;
  /** Resolves when the connection has ended. */
  readonly closed: Promise<void>;
}

const DEFAULT_CONNECT_TIMEOUT_MS = 5_000;

/**
 * Connects to the daemon at a socket.
 *
 * @throws ElfError PT_ELF_DAEMON_UNREACHABLE
 */
export async function connectDaemon(options: {
  socketPath: string;
  timeoutMs?: number;
}): Promise<DaemonClient> {
  const socket = await openSocket(options.socketPath, options.timeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS);
  return new SocketClient(socket);
}

class SocketClient implements DaemonClient {
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  readonly #connection: MessageConnection;
  readonly #streams = new Map<string, GenerateListeners>();
  readonly #listeners = new Set<(event: DaemonEvent) => void>();
  #nextStream = 1;
  #isClosed = false;
  #isSubscribed = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#connection = createMessageConnection(new LineMessageReader(socket), new LineMessageWriter(socket));
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.#isClosed = true;
        this.#connection.dispose();
        resolve();
      });
    });
    this.#connection.onNotification('delta', ({ streamId, text }: { streamId: string; text: string }) => {
      this.#streams.get(streamId)?.onDelta?.(text);
    });
    this.#connection.onNotification('queued', ({ streamId, ...place }: WorkPlace & { streamId: string }) => {
      this.#streams.get(streamId)?.onPlace?.(place);
    });
    this.#connection.onNotification('event', (event: DaemonEvent) => {
      for (const listener of this.#listeners) listener(event);
    });
    this.#connection.onError(() => undefined);
    this.#connection.listen();
  }

  async call<M extends DaemonMethod>(
    method: M,
    params: DaemonParams<M>,
    options: { signal?: AbortSignal } = {},
  ): Promise<DaemonResult<M>> {
    if (this.#hasEnded()) throw describeUnreachable('the connection has ended');
    options.signal?.throwIfAborted();
    const source = new CancellationTokenSource();
    const cancel = () => source.cancel();
    options.signal?.addEventListener('abort', cancel, { once: true });
    try {
      return await this.#connection.sendRequest<DaemonResult<M>>(
        method,
        ParameterStructures.byName,
        params,
        source.token,
      );
    } catch (error) {
      options.signal?.throwIfAborted();
      if (this.#hasEnded()) throw describeUnreachable('the connection ended before the answer', error);
      throw fromResponseError(method, error);
    } finally {
      options.signal?.removeEventListener('abort', cancel);
      source.dispose();
    }
  }

  async generate(
    params: Omit<GenerateParams, 'streamId'>,
    listeners: GenerateListeners = {},
  ): Promise<DaemonResult<'generate'>> {
    const { onDelta, onPlace, signal } = listeners;
    const options = signal === undefined ? {} : { signal };
    if (onDelta === undefined && onPlace === undefined) return this.call('generate', params, options);
    const streamId = `s${this.#nextStream++}`;
    this.#streams.set(streamId, listeners);
    try {
      return await this.call('generate', { ...params, streamId }, options);
    } finally {
      this.#streams.delete(streamId);
    }
  }

  onEvent(listener: (event: DaemonEvent) => void): () => void {
    this.#listeners.add(listener);
    if (!this.#isSubscribed) {
      this.#isSubscribed = true;
      // A connection that ends meanwhile says so through `closed`.
      this.call('system.subscribe', {}).catch(() => undefined);
    }
    return () => this.#listeners.delete(listener);
  }

  #hasEnded(): boolean {
    return this.#isClosed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy();
    await this.closed;
  }
}

function openSocket(socketPath: string, timeoutMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath);
    const timer = setTimeout(() => {
      socket.destroy();
      reject(describeUnreachable(`no answer within ${timeoutMs} ms`));
    }, timeoutMs);
    socket.once('connect', () => {
      clearTimeout(timer);
      resolve(socket);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      reject(describeUnreachable(error.code ?? 'the socket failed', error));
    });
  });
}

function describeUnreachable(problem: string, cause?: unknown): ElfError {
  return new ElfError('PT_ELF_DAEMON_UNREACHABLE', {
    message: `The daemon cannot be reached: ${problem}. Start it with: local-orchestrator-daemon start`,
    details: { problem },
    retryable: true,
    ...(cause === undefined ? {} : { cause }),
  });
}
