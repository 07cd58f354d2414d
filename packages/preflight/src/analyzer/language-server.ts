import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import {
  CancellationTokenSource,
  createMessageConnection,
  type MessageConnection,
  ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node';
import type { InitializeResult } from 'vscode-languageserver-protocol';
import { PreflightError } from '../errors.js';
import type { ConfinedCommand } from '../ports.js';
import { type ServerLimits, type ServerProcess, startServer } from './server-process.js';
import { createStatusTracker, type StatusTracker } from './server-status.js';
import type { PositionEncoding } from './text-positions.js';

/** How one request may end early. */
export interface RequestOptions {
  timeoutMs: number;
  signal?: AbortSignal;
}

/** A server that has been told about its workspace. */
export interface LanguageServer extends AsyncDisposable {
  readonly encoding: PositionEncoding;
  /** What the server calls itself. */
  readonly name: string;
  readonly process: ServerProcess;
  readonly status: StatusTracker;
  /**
   * Sends a request; answers that say the content changed or the server was busy are asked for again.
   *
   * @throws PreflightError PT_PREFLIGHT_ANALYZER_FAILED when the time is up, the server ends or refuses; a server that
   * does not answer in time is killed
   * @throws the reason of `signal` when it is aborted; the server is told to stop
   */
  request<R>(method: string, params: unknown, options: RequestOptions): Promise<R>;
  notify(method: string, params: unknown): Promise<void>;
}

export interface OpenLanguageServerOptions {
  command: ConfinedCommand;
  /** The workspace, an absolute path. */
  root: string;
  settings: Record<string, unknown>;
  limits: ServerLimits;
  /** Until the workspace is loaded. */
  startTimeoutMs: number;
  signal?: AbortSignal;
}

/** Answers of a server whose view of the texts moved while it worked. */
const RETRIED_CODES = new Set([-32801, -32802]);
const RETRY_DELAY_MS = 20;
const MAX_RETRY_DELAY_MS = 200;
const STOP_TIMEOUT_MS = 1000;

/**
 * Starts a server, introduces the client and waits until the workspace is loaded.
 *
 * @throws PreflightError PT_PREFLIGHT_ANALYZER_FAILED
 */
export async function openLanguageServer(options: OpenLanguageServerOptions): Promise<LanguageServer> {
  const serverProcess = await startServer(options.command, options.limits);
  const connection = createMessageConnection(
    new StreamMessageReader(serverProcess.stdout),
    new StreamMessageWriter(serverProcess.stdin),
  );
  const server = new ConnectedServer(serverProcess, connection);
  try {
    await server.introduce(options);
    return server;
  } catch (error) {
    await serverProcess.stop('it did not start properly');
    throw error;
  }
}

class ConnectedServer implements LanguageServer {
  encoding: PositionEncoding = 'utf-16';
  name = 'rust-analyzer';
  readonly process: ServerProcess;
  readonly status = createStatusTracker();
  readonly #connection: MessageConnection;

  constructor(serverProcess: ServerProcess, connection: MessageConnection) {
    this.process = serverProcess;
    this.#connection = connection;
  }

  async introduce(options: OpenLanguageServerOptions): Promise<void> {
    const { settings, root, startTimeoutMs: timeoutMs } = options;
    const limits = options.signal === undefined ? { timeoutMs } : { timeoutMs, signal: options.signal };
    this.#answerServer(settings);
    this.#connection.listen();
    const result = await this.request<InitializeResult>('initialize', describeClient(root, settings), limits);
    this.encoding = result.capabilities.positionEncoding === 'utf-8' ? 'utf-8' : 'utf-16';
    this.name = [result.serverInfo?.name ?? 'rust-analyzer', result.serverInfo?.version ?? '']
      .join(' ')
      .trim();
    await this.notify('initialized', {});
    const isReady = await this.status.waitForRest({
      ...limits,
      expectsReload: true,
      isAlive: () => this.process.isRunning(),
    });
    if (!isReady) throw await this.#failure(`the workspace was not loaded within ${timeoutMs} ms`);
  }

  async request<R>(method: string, params: unknown, options: RequestOptions): Promise<R> {
    const deadline = performance.now() + options.timeoutMs;
    for (let waitMs = RETRY_DELAY_MS; ; waitMs = Math.min(waitMs * 2, MAX_RETRY_DELAY_MS)) {
      options.signal?.throwIfAborted();
      const answer = await this.#ask<R>(method, params, { ...options, deadline });
      if (answer !== RETRY) return answer;
      if (performance.now() + waitMs > deadline)
        throw await this.#failure(`${method} was put off for ${options.timeoutMs} ms`);
      await delay(waitMs);
    }
  }

  async notify(method: string, params: unknown): Promise<void> {
    if (!this.process.isRunning()) throw await this.#failure(`${method} could not be sent`);
    await this.#connection.sendNotification(method, params);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.process.isRunning()) {
      await this.request('shutdown', null, { timeoutMs: STOP_TIMEOUT_MS }).catch(() => undefined);
      await this.process.stop('it was stopped');
    }
    this.#connection.dispose();
  }

  async #ask<R>(
    method: string,
    params: unknown,
    options: RequestOptions & { deadline: number },
  ): Promise<R | typeof RETRY> {
    if (!this.process.isRunning()) throw await this.#failure(`${method} could not be sent`);
    const cancellation = new CancellationTokenSource();
    const stop = createStop(options);
    try {
      const answer = this.#connection.sendRequest<R>(method, params, cancellation.token);
      answer.catch(() => undefined); // it may fail after nobody waits any more
      const ended = this.process.ended.then(() => ENDED);
      const first = await Promise.race([answer, ended, stop.promise]);
      if (first === ENDED) throw await this.#failure(`${method} was not answered`);
      if (first === STOPPED) {
        cancellation.cancel();
        options.signal?.throwIfAborted();
        await this.process.stop(`it did not answer ${method} within ${options.timeoutMs} ms`);
        throw await this.#failure(`${method} was not answered`);
      }
      return first as R;
    } catch (error) {
      if (error instanceof ResponseError && RETRIED_CODES.has(error.code)) return RETRY;
      throw await this.#translate(error, method);
    } finally {
      stop.clear();
      cancellation.dispose();
    }
  }

  async #translate(error: unknown, method: string): Promise<unknown> {
    if (PreflightError.isInstance(error) || !(error instanceof Error)) return error;
    if (error instanceof ResponseError) return analyzerFailure(`${method}: ${error.message}`, error);
    return error.name === 'AbortError' ? error : this.#failure(`${method}: ${error.message}`);
  }

  async #failure(what: string): Promise<PreflightError> {
    return analyzerFailure(this.process.isRunning() ? what : `${what}: ${await this.process.ended}`);
  }

  /** What a server asks of its client: unanswered questions would stall it. */
  #answerServer(settings: Record<string, unknown>): void {
    const connection = this.#connection;
    connection.onError(() => undefined); // the end of the process tells more
    connection.onNotification('experimental/serverStatus', (params: unknown) => this.status.update(params));
    connection.onNotification(() => undefined);
    connection.onRequest('workspace/configuration', (params: { items?: readonly unknown[] }) =>
      (params.items ?? []).map(() => settings),
    );
    connection.onRequest('workspace/applyEdit', () => ({ applied: false }));
    connection.onRequest(() => null);
  }
}

const RETRY = Symbol('retry');
const ENDED = Symbol('ended');
const STOPPED = Symbol('stopped');

/** Creates the error for a server that let its client down. */
export function analyzerFailure(reason: string, cause?: unknown): PreflightError {
  return new PreflightError('PT_PREFLIGHT_ANALYZER_FAILED', {
    message: `rust-analyzer failed: ${reason}. Run again; without an analyzer cargo check decides alone`,
    details: { reason },
    retryable: true,
    cause,
  });
}

function createStop(options: RequestOptions & { deadline: number }) {
  let clear = (): void => undefined;
  const promise = new Promise<typeof STOPPED>((resolve) => {
    const end = (): void => resolve(STOPPED);
    const timer = setTimeout(end, Math.max(0, options.deadline - performance.now()));
    options.signal?.addEventListener('abort', end, { once: true });
    clear = () => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', end);
    };
  });
  return { promise, clear: () => clear() };
}

function describeClient(root: string, settings: Record<string, unknown>): Record<string, unknown> {
  const uri = pathToFileURL(root).href;
  return {
    processId: process.pid,
    clientInfo: { name: 'parseltongue' },
    rootUri: uri,
    workspaceFolders: [{ uri, name: 'shadow' }],
    initializationOptions: settings,
    capabilities: {
      general: { positionEncodings: ['utf-8', 'utf-16'] },
      experimental: { serverStatusNotification: true },
      window: { workDoneProgress: false },
      workspace: {
        configuration: true,
        workspaceFolders: true,
        workspaceEdit: { documentChanges: true, resourceOperations: ['create', 'rename', 'delete'] },
        didChangeWatchedFiles: { dynamicRegistration: true, relativePatternSupport: true },
        didChangeConfiguration: { dynamicRegistration: false },
      },
      textDocument: {
        synchronization: { didSave: false },
        diagnostic: { dynamicRegistration: false, relatedDocumentSupport: false },
        codeAction: {
          codeActionLiteralSupport: {
            codeActionKind: { valueSet: ['', 'quickfix', 'refactor', 'refactor.rewrite'] },
          },
          dataSupport: true,
          resolveSupport: { properties: ['edit'] },
        },
        rename: { prepareSupport: true },
      },
    },
  };
}
