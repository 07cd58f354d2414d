import { chmod, rm, stat } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import type { GateChoice } from '../compose.js';
import type { RepositoryPlace } from '../config/locate-repository.js';
import type { CliContext } from '../io.js';
import type { RunCli } from '../verb.js';
import { connectDaemon } from './connect-daemon.js';
import { createSession, type DaemonState } from './serve-session.js';
import { prepareSocketFolder, socketPathOf } from './socket-path.js';

export interface ServeDaemonOptions {
  place: RepositoryPlace;
  context: CliContext;
  /** How long it lives without clients. */
  idleMs: number;
  /** How the tools of MCP clients verify; verbs say it themselves. */
  gates: GateChoice;
  /** Runs the command lines of clients. */
  runCli: RunCli;
}

/** Why a daemon ended. */
export type DaemonEnd = 'idle' | 'stopped' | 'orphaned' | 'already running';

const HEALTH_INTERVAL_MS = 2000;

/**
 * Owns the repository for every client of this user until nobody needs it: no client for a while, a request to stop, a
 * signal, or the repository or the socket gone.
 *
 * Listens on a unix socket that only its owner can open.
 */
export async function serveDaemon({
  place,
  context,
  idleMs,
  gates,
  runCli,
}: ServeDaemonOptions): Promise<DaemonEnd> {
  const path = socketPathOf(place, context.env);
  await prepareSocketFolder(context.env);
  await using other = await connectDaemon(place, context.env);
  if (other !== undefined) return 'already running';
  await rm(path, { force: true }); // nobody answers there: what a killed daemon left behind
  const { openDaemonState } = await import('./open-daemon-state.js');
  const state = await openDaemonState(place, context, { gates, runCli });
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    createSession(socket, state);
  });
  const inode = await listen(server, path);
  const end = await untilDone({ place, path, inode, idleMs, state, signal: context.signal });
  server.close();
  for (const socket of sockets) socket.end();
  if (end !== 'orphaned') await rm(path, { force: true });
  await state[Symbol.asyncDispose]();
  for (const socket of sockets) socket.destroy();
  return end;
}

/** Listens and answers the inode of the socket file: another inode there is another daemon. */
async function listen(server: Server, path: string): Promise<number> {
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(path, done);
  });
  await chmod(path, 0o600);
  return (await stat(path)).ino;
}

interface Life {
  place: RepositoryPlace;
  path: string;
  inode: number;
  idleMs: number;
  state: DaemonState;
  signal: AbortSignal;
}

function untilDone({ place, path, inode, idleMs, state, signal }: Life): Promise<DaemonEnd> {
  return new Promise((done) => {
    const finish = (end: DaemonEnd): void => {
      clearInterval(timer);
      done(end);
    };
    const look = async (): Promise<void> => {
      const socket = await stat(path).catch(() => undefined);
      const root = await stat(place.root).catch(() => undefined);
      if (socket?.ino !== inode || root === undefined) finish('orphaned');
      else if (state.clients === 0 && performance.now() - state.idleSince > idleMs) finish('idle');
    };
    const timer = setInterval(() => void look(), Math.min(HEALTH_INTERVAL_MS, idleMs));
    state.onStop = () => finish('stopped');
    if (signal.aborted) finish('stopped');
    signal.addEventListener('abort', () => finish('stopped'), { once: true });
  });
}
