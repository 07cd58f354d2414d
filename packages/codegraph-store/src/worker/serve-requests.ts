import { ParseltongueError } from '@parseltongue/isg-core';
import type { ErrorMessage, WorkerRequest, WorkerResponse, WorkerSetup } from '../client/protocol.js';
import { FORMAT_VERSION } from '../durable/format.js';
import { openEngine } from '../engines/open-engine.js';
import { StoreError } from '../errors.js';
import { settleSnapshot } from '../state/commit.js';
import type { GraphState } from '../state/graph-state.js';
import { closeState, openState } from '../state/open-state.js';
import { type MethodContext, STORE_METHODS } from './store-methods.js';

/** The caller's end: a thread's port, or the channel of a process. */
export interface RequestPort {
  postMessage: (message: WorkerResponse) => void;
  on: (event: 'message', listener: (request: WorkerRequest) => void) => unknown;
  close: () => void;
}

/** Opens the graph and answers requests in the order they come, until it is told to close. */
export async function serveRequests(port: RequestPort, setup: WorkerSetup): Promise<void> {
  const send = (message: WorkerResponse) => port.postMessage(message);
  let state: GraphState;
  try {
    const engine = await openEngine(setup.engine, setup.dir);
    state = openState({ dir: setup.dir, readOnly: setup.readOnly || setup.role === 'query', engine });
    if (state.snapshot !== undefined && !state.readOnly) migrate(state);
  } catch (error) {
    send({ type: 'refused', error: describeError(error) });
    port.close();
    return;
  }
  const context: MethodContext = {
    state,
    sessions: { nextId: 1, ingests: new Map(), imports: new Map(), exports: new Map(), graphs: new Map() },
  };
  let queue = Promise.resolve();
  port.on('message', (request: WorkerRequest) => {
    queue = queue.then(async () => {
      send(await answerRequest(context, request));
      if (request.method === 'close') port.close();
    });
  });
  send({ type: 'ready', lockToken: state.lock?.token ?? null, seq: state.seq });
}

/** An older format is rewritten once; the old snapshot stays until the new one is complete. */
function migrate(state: GraphState): void {
  if (state.snapshot?.format === FORMAT_VERSION) return;
  try {
    settleSnapshot(state);
  } catch (error) {
    closeState(state);
    throw error;
  }
}

async function answerRequest(context: MethodContext, request: WorkerRequest): Promise<WorkerResponse> {
  const { id, method, args } = request;
  try {
    const value = await callMethod(context, method, args);
    return { type: 'value', id, value, seq: context.state.seq };
  } catch (error) {
    return { type: 'error', id, error: describeError(error) };
  }
}

function callMethod(context: MethodContext, method: string, args: unknown[]): unknown {
  if (method === 'close') {
    closeState(context.state);
    return undefined;
  }
  if (context.state.failure !== undefined) throw context.state.failure;
  const call = (STORE_METHODS as Record<string, (context: MethodContext, ...args: never[]) => unknown>)[
    method
  ];
  if (call === undefined) throw new Error(`the worker has no method "${method}"`);
  return call(context, ...(args as never[]));
}

/** Errors of this package travel as they are; anything else is a fault of the store and says so. */
function describeError(error: unknown): ErrorMessage {
  if (!isStoreFault(error)) return describeError(wrap(error));
  return { code: error.code, message: error.message, details: error.details, retryable: error.retryable };
}

function isStoreFault(error: unknown): error is StoreError {
  return ParseltongueError.isInstance(error) && error.code.startsWith('PT_STORE_');
}

function wrap(cause: unknown): StoreError {
  const problem = cause instanceof Error ? cause.message : String(cause);
  return new StoreError('PT_STORE_ENGINE_FAILED', {
    message: `The store failed: ${problem}. Close it and open it again; what was acknowledged is on disk`,
    details: { engine: 'cozo-wasm', problem },
    cause,
  });
}
