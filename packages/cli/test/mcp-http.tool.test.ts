import { spawn } from 'node:child_process';
import { request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createRepository, type TestRepository } from './support/tiny-workspace.js';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
let repository: TestRepository;
let server: ReturnType<typeof spawn>;
let port = 0;
let token = '';

beforeAll(async () => {
  repository = createRepository();
  server = spawn(process.execPath, [MAIN, '-C', repository.root, '--no-daemon', 'mcp', '--http', '0'], {
    env: repository.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  server.stderr?.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  await vi.waitFor(() => expect(text).toMatch(/Bearer \w+\n/), { timeout: 50_000 });
  port = Number(/127\.0\.0\.1:(\d+)\/mcp/.exec(text)?.[1] ?? 0);
  token = /Bearer (\w+)\n/.exec(text)?.[1] ?? '';
});
afterAll(async () => {
  server.kill('SIGTERM');
  await new Promise((done) => server.once('close', done));
  repository.remove();
});

function post(headers: Record<string, string>, path = '/mcp'): Promise<number> {
  return new Promise((done, fail) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
    const sent = request({
      host: '127.0.0.1',
      port,
      path,
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
    });
    sent.once('response', (response) => {
      response.resume();
      done(response.statusCode ?? 0);
    });
    sent.once('error', fail);
    sent.end(body);
  });
}

describe('MCP over HTTP on this machine', () => {
  it.each(['legacy', 'auto'] as const)('serves a client of the %s era that holds the token', async (mode) => {
    const client = new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode } });
    await client.connect(
      new StreamableHTTPClientTransport(new URL(`http://127.0.0.1:${port}/mcp`), {
        requestInit: { headers: { authorization: `Bearer ${token}` } },
      }),
    );
    expect((await client.listTools()).tools.length).toBe(10);
    const found = (await client.callTool({ name: 'search', arguments: { query: 'total_area' } })) as {
      content: { text: string }[];
    };
    expect(found.content[0]?.text).toContain('shapes/src/lib.rs-_-total_area');
    await client.close();
  });

  it('refuses a missing or wrong token, a foreign Host, a foreign Origin and other paths', async () => {
    const authorization = `Bearer ${token}`;
    expect(await post({})).toBe(401);
    expect(await post({ authorization: `Bearer ${'0'.repeat(token.length)}` })).toBe(401);
    expect(await post({ authorization, host: 'evil.example' })).toBe(403);
    expect(await post({ authorization, origin: 'http://evil.example' })).toBe(403);
    expect(await post({ authorization }, '/')).toBe(404);
    expect(await post({ authorization, accept: 'application/json, text/event-stream' })).toBe(200);
  });
});
