import { spawn } from 'node:child_process';
import { createServer, request as httpRequest } from 'node:http';

/** Starts an HTTP server of ours and a door to it that adds the token, which the suite cannot; Host and Origin pass as they came, so that the guards are still what is tested. */
export async function openTokenProxy(argv) {
  const [program, ...args] = argv;
  const server = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const { port, token } = await readAddress(server);
  const proxy = createServer((request, response) => {
    const headers = { ...request.headers, authorization: `Bearer ${token}` };
    const upstream = httpRequest(
      { host: '127.0.0.1', port, path: request.url, method: request.method, headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    upstream.on('error', () => response.destroy());
    request.pipe(upstream);
  });
  await new Promise((done) => proxy.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${proxy.address().port}/mcp`,
    async close() {
      proxy.closeAllConnections();
      proxy.close();
      server.kill('SIGTERM');
      await new Promise((done) => server.once('close', done));
    },
  };
}

async function readAddress(server) {
  let text = '';
  for await (const piece of server.stderr) {
    text += piece;
    const port = /127\.0\.0\.1:(\d+)\/mcp/.exec(text)?.[1];
    const token = /Bearer (\w+)\n/.exec(text)?.[1];
    if (port !== undefined && token !== undefined) return { port: Number(port), token };
  }
  throw new Error(`the server ended: ${text}`);
}
