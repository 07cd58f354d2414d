import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

/**
 * An HTTP door to a server on stdio: `initialize` starts a process and names a session, later messages of the session go to its stdin as they
 * came, and the line of stdout with the id of a request is its answer. Judges nothing and adds nothing.
 */
export async function openStdioBridge(argv) {
  const sessions = new Map();
  const door = createServer(async (request, response) => {
    const session = sessions.get(request.headers['mcp-session-id']);
    if (request.method === 'DELETE') {
      await session?.close();
      return response.writeHead(200).end();
    }
    if (request.method !== 'POST') return response.writeHead(405).end(); // stdio has no stream of its own to offer
    const message = JSON.parse(await readBody(request));
    const id = message.method === 'initialize' ? randomUUID() : request.headers['mcp-session-id'];
    if (message.method === 'initialize') sessions.set(id, openSession(argv));
    const asked = sessions.get(id);
    if (asked === undefined) return response.writeHead(404).end();
    const answer = await asked.pass(message);
    if (answer === undefined) return response.writeHead(202, { 'mcp-session-id': id }).end();
    response.writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': id });
    return response.end(answer);
  });
  await new Promise((done) => door.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${door.address().port}/mcp`,
    async close() {
      door.closeAllConnections();
      door.close();
      for (const session of sessions.values()) await session.close();
    },
  };
}

function openSession([program, ...args]) {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'] });
  const closed = new Promise((done) => child.once('close', done));
  const waiting = new Map();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { id, method } = JSON.parse(line); // anything else on stdout would end the run here, as it would end a client
    if (method !== undefined) return;
    waiting.get(id)?.(line);
    waiting.delete(id);
  });
  return {
    /** The answer to a request; undefined for a notification. */
    async pass(message) {
      const answer =
        message.id === undefined ? undefined : new Promise((done) => waiting.set(message.id, done));
      child.stdin.write(`${JSON.stringify(message)}\n`);
      return answer;
    },
    async close() {
      child.stdin.end();
      await closed;
    },
  };
}

async function readBody(request) {
  let text = '';
  for await (const piece of request.setEncoding('utf8')) text += piece;
  return text;
}
