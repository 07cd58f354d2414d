import { serveStdio } from '@modelcontextprotocol/server/stdio';
import type { Invocation } from '../verb.js';
import { createMcpServer } from './create-server.js';
import { openToolHost } from './open-tool-host.js';

/** Serves all tools over stdio and resolves when the client closes its end or the signal aborts. */
export async function serveMcp(invocation: Invocation): Promise<void> {
  const { signal, io } = invocation.context;
  await using host = openToolHost(invocation);
  const handle = serveStdio(() => createMcpServer(host), {
    onerror: (error) => io.err(`mcp: ${error.message}\n`),
  });
  await new Promise<void>((done) => {
    process.stdin.once('end', done);
    process.stdin.once('close', done);
    signal.addEventListener('abort', () => done(), { once: true });
  });
  await handle.close();
}
