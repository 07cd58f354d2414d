import { randomBytes, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import {
  localhostHostValidation,
  localhostOriginValidation,
  type NodeIncomingMessageLike,
  toNodeHandler,
} from '@modelcontextprotocol/node';
import { createMcpHandler } from '@modelcontextprotocol/server';
import { CliError } from '../errors.js';
import type { Invocation } from '../verb.js';
import { createMcpServer } from './create-server.js';
import { openToolHost } from './open-tool-host.js';

export interface ServeHttpOptions {
  /** 0 picks a free one. */
  port: number;
  /** Where the bearer token is; without one a new token is made and told on stderr. */
  tokenFile?: string;
}

const PATH = '/mcp';
const TOKEN_BYTES = 24;
const SHORTEST_TOKEN = 16;

/**
 * Serves all tools by streamable HTTP on 127.0.0.1 until the signal aborts.
 *
 * Every request needs the bearer token, a Host of this machine and, from a browser, an Origin of this machine.
 *
 * @throws CliError PT_CLI_USAGE for an unreadable or short token, PT_CLI_REQUEST_REFUSED when the port is taken
 */
export async function serveHttp(invocation: Invocation, options: ServeHttpOptions): Promise<void> {
  const { io, signal } = invocation.context;
  const token = await readToken(invocation, options.tokenFile);
  await using host = openToolHost(invocation);
  const handler = createMcpHandler(() => createMcpServer(host), {
    onerror: (error) => io.err(`mcp: ${error.message}\n`),
  });
  const serve = toNodeHandler(handler);
  const guard = createGuard(token);
  const server = createServer((request, response) => {
    if (guard(request, response)) void serve(request as NodeIncomingMessageLike, response);
  });
  await new Promise<void>((done, fail) => {
    server.once('error', (cause) => fail(portTaken(options.port, cause)));
    server.listen(options.port, '127.0.0.1', done);
  });
  const { port } = server.address() as AddressInfo;
  io.err(`MCP on http://127.0.0.1:${port}${PATH}\n`);
  if (options.tokenFile === undefined) io.err(`Authorization: Bearer ${token}\n`);
  await new Promise<void>((done) => {
    if (signal.aborted) done();
    signal.addEventListener('abort', () => done(), { once: true });
  });
  await handler.close();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
}

type Guard = (request: IncomingMessage, response: ServerResponse) => boolean;

/** Lets a request through, or answers it and says no. */
function createGuard(token: string): Guard {
  const isLocalHost = localhostHostValidation();
  const isLocalOrigin = localhostOriginValidation();
  return (request, response) => {
    if (!isLocalHost(request, response) || !isLocalOrigin(request, response)) return false;
    if ((request.url ?? '').split('?')[0] !== PATH) return refuse(response, 404, 'Not found');
    if (isToken(request.headers.authorization, token)) return true;
    return refuse(response, 401, 'The bearer token is missing or wrong');
  };
}

function refuse(response: ServerResponse, status: number, message: string): false {
  const headers = {
    'content-type': 'application/json',
    ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
  };
  response.writeHead(status, headers);
  response.end(JSON.stringify({ jsonrpc: '2.0', id: null, error: { code: -32_000, message } }));
  return false;
}

function isToken(header: string | undefined, token: string): boolean {
  const given = Buffer.from(/^Bearer (.+)$/.exec(header ?? '')?.[1] ?? '');
  const wanted = Buffer.from(token);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

async function readToken({ context }: Invocation, file: string | undefined): Promise<string> {
  if (file === undefined) return randomBytes(TOKEN_BYTES).toString('hex');
  const text = await readFile(resolve(context.cwd, file), 'utf8').catch(() => '');
  const token = text.trim();
  if (token.length >= SHORTEST_TOKEN) return token;
  throw new CliError('PT_CLI_USAGE', {
    message: `${file} holds no token of at least ${SHORTEST_TOKEN} characters. Write one there, or leave --token-file out`,
    details: { argument: '--token-file' },
  });
}

function portTaken(port: number, cause: unknown): CliError {
  return new CliError('PT_CLI_REQUEST_REFUSED', {
    message: `Cannot listen on port ${port} of 127.0.0.1. Give another one, or 0 for any`,
    details: { problem: `port ${port}` },
    cause,
  });
}
