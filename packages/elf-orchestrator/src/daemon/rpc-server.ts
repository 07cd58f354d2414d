import type { Socket } from 'node:net';
import type { Metrics } from '../metrics/metrics.js';
import { listenOnSocket } from '../rpc/listen-on-socket.js';
import type { AnyMethod } from '../rpc/method.js';
import { type ServedConnection, serveConnection } from '../rpc/serve-connection.js';

/** Settings of {@link openRpcServer}. */
export interface RpcServerOptions {
  socketPath: string;
  methods: ReadonlyMap<string, AnyMethod>;
  metrics: Metrics;
}

/** A listening socket and its connections. */
export interface RpcServer extends AsyncDisposable {
  /** Sends an event to every connection that subscribed. */
  publish(event: object): void;
}

const MAX_CONNECTIONS = 128;
const CLOSE_GRACE_MS = 500;

/** Opens the daemon's door. */
export async function openRpcServer(options: RpcServerOptions): Promise<RpcServer> {
  const { methods, metrics, socketPath } = options;
  const connections = new Map<ServedConnection, Socket>();
  const server = await listenOnSocket(socketPath, (socket) => {
    if (connections.size >= MAX_CONNECTIONS) {
      socket.destroy();
      return;
    }
    const connection = serveConnection(socket, {
      methods,
      onCall: ({ durationMs, isFailed, method }) => {
        const known = methods.has(method) ? method : 'unknown';
        metrics.count('rpc_calls', { method: known, result: isFailed ? 'error' : 'ok' });
        metrics.observe('rpc_ms', durationMs, { method: known });
      },
    });
    connections.set(connection, socket);
    void connection.closed.then(() => connections.delete(connection));
  });
  return {
    publish(event) {
      for (const connection of connections.keys()) connection.publish(event);
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const connection of connections.keys()) connection.end();
      // A peer that does not read its last answers cannot keep the daemon alive.
      const timer = setTimeout(() => {
        for (const socket of connections.values()) socket.destroy();
      }, CLOSE_GRACE_MS);
      await closed;
      clearTimeout(timer);
    },
  };
}
