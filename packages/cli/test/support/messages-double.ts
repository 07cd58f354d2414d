import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A local double of the Messages API that streams one answer for every request and keeps what it was asked. */
export interface MessagesDouble extends AsyncDisposable {
  url: string;
  requests: { authorization: string | undefined; body: Record<string, unknown> }[];
}

/** Starts the double on a free loopback port. */
export async function openMessagesDouble(answer: string): Promise<MessagesDouble> {
  const requests: MessagesDouble['requests'] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    request.on('end', () => {
      requests.push({
        authorization: request.headers.authorization,
        body: JSON.parse(text) as Record<string, unknown>,
      });
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const event of streamOf(answer))
        response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
      response.end();
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    [Symbol.asyncDispose]: () => close(server),
  };
}

function streamOf(answer: string): { type: string }[] {
  const usage = {
    input_tokens: 1200,
    output_tokens: 1,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 800,
  };
  const message = {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-opus-5-5',
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage,
  };
  const pieces = answer.match(/[^]{1,40}/g) ?? [];
  return [
    { type: 'message_start', message },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    ...pieces.map((text) => ({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })),
    { type: 'content_block_stop', index: 0 },
    {
      type: 'message_delta',
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { output_tokens: 90 },
    },
    { type: 'message_stop' },
  ] as { type: string }[];
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((done) => server.close(() => done()));
}
