import { chmod, lstat, mkdir, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { ElfError } from '../errors.js';

const CONNECT_TIMEOUT_MS = 2_000;
const OWNER_ONLY_FILE = 0o600;
const OWNER_ONLY_DIR = 0o700;
/** Longer addresses are cut by the kernel, on some systems silently. */
const MAX_SOCKET_PATH_BYTES = 103;

/**
 * Listens on a unix socket that only its owner may use. A socket file that a dead daemon left is removed first; any
 * other file is left alone.
 *
 * @throws ElfError PT_ELF_DAEMON_OCCUPIED
 */
export async function listenOnSocket(
  socketPath: string,
  onConnection: (socket: Socket) => void,
): Promise<Server> {
  if (!isPipe(socketPath)) await clearPath(socketPath);
  const server = createServer(onConnection);
  const restoreMask = narrowMask();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(socketPath, () => {
        server.off('error', reject);
        resolve();
      });
    });
  } catch (cause) {
    throw describeOccupied((cause as NodeJS.ErrnoException).code ?? 'it cannot be bound', cause);
  } finally {
    restoreMask();
  }
  if (!isPipe(socketPath)) await chmod(socketPath, OWNER_ONLY_FILE);
  return server;
}

/** Whether somebody answers at a socket, or only its file is left, or not even that. */
export async function probeSocket(socketPath: string): Promise<'running' | 'stale' | 'absent'> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    const end = (answer: 'running' | 'stale' | 'absent'): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(CONNECT_TIMEOUT_MS, () => end('running'));
    socket.once('connect', () => end('running'));
    socket.once('error', ({ code }: NodeJS.ErrnoException) => end(code === 'ENOENT' ? 'absent' : 'stale'));
  });
}

async function clearPath(socketPath: string): Promise<void> {
  if (Buffer.byteLength(socketPath) > MAX_SOCKET_PATH_BYTES)
    throw describeOccupied(`its path is longer than ${MAX_SOCKET_PATH_BYTES} bytes`);
  await mkdir(dirname(socketPath), { recursive: true, mode: OWNER_ONLY_DIR });
  const found = await lstat(socketPath).catch(() => null);
  if (found === null) return;
  if (!found.isSocket()) throw describeOccupied('another file has its path');
  if ((await probeSocket(socketPath)) === 'running') throw describeOccupied('another daemon answers at it');
  await rm(socketPath, { force: true });
}

/** The socket must not be open to others even for the moment between binding it and setting its mode. */
function narrowMask(): () => void {
  try {
    const before = process.umask(0o177);
    return () => void process.umask(before);
  } catch {
    // Threads cannot change the mask; the directory's mode protects the socket there.
    return () => undefined;
  }
}

function isPipe(path: string): boolean {
  return path.startsWith('\\\\.\\pipe\\') || path.startsWith('\\\\?\\pipe\\');
}

function describeOccupied(problem: string, cause?: unknown): ElfError {
  return new ElfError('PT_ELF_DAEMON_OCCUPIED', {
    message: `The daemon's socket cannot be used: ${problem}. Stop the other daemon or give another socket`,
    details: { problem },
    ...(cause === undefined ? {} : { cause }),
  });
}
