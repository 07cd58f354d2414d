import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A local double of a server that speaks chat completions: one answer for every request. */
export interface ChatDouble extends AsyncDisposable {
  /** Up to and including the version. */
  baseUrl: string;
  requests: { authorization: string | undefined; body: Record<string, unknown> }[];
}

/** Starts the double on a free loopback port. */
export async function openChatDouble(answer: string): Promise<ChatDouble> {
  const requests: ChatDouble['requests'] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    request.on('end', () => {
      const { authorization } = request.headers;
      const body = JSON.parse(text) as Record<string, unknown>;
      requests.push({ authorization, body });
      if (body.stream !== true) {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify(completionOf(answer)));
        return;
      }
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const chunk of chunksOf(answer)) response.write(`data: ${JSON.stringify(chunk)}\n\n`);
      response.end('data: [DONE]\n\n');
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((done) => server.close(() => done()));
    },
  };
}

function completionOf(content: string): object {
  const choice = { index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' };
  return { choices: [choice], usage: { prompt_tokens: 900, completion_tokens: 40 } };
}

function chunksOf(answer: string): object[] {
  const pieces = answer.match(/[^]{1,40}/g) ?? [];
  return [
    ...pieces.map((content) => ({ choices: [{ delta: { content }, finish_reason: null }] })),
    { choices: [{ delta: {}, finish_reason: 'stop' }] },
    { choices: [], usage: { prompt_tokens: 900, completion_tokens: 40 } },
  ];
}
