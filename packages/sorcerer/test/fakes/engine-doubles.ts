import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EngineBehaviour } from '../../src/testing/index.js';

/** An HTTP server that plays a script, one behaviour a call. `write` turns text into the protocol's stream. */
export async function openHttpDouble(
  script: readonly EngineBehaviour[],
  write: (
    response: ServerResponse,
    said: { text: string; finish: 'complete' | 'truncated' | 'refused' },
  ) => void,
) {
  const sent: string[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => (text += part));
    request.on('end', () => {
      sent.push(text);
      play(script[sent.length - 1] ?? { does: 'crash' }, response, write);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sent: () => sent,
    close: () =>
      new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

function play(
  behaviour: EngineBehaviour,
  response: ServerResponse,
  write: Parameters<typeof openHttpDouble>[1],
): void {
  const error = JSON.stringify({ type: 'error', error: { type: 'overloaded_error', message: 'later' } });
  switch (behaviour.does) {
    case 'answer':
      return write(response, { text: behaviour.text, finish: 'complete' });
    case 'cut_off':
      return write(response, { text: behaviour.text, finish: 'truncated' });
    case 'refuse':
      return write(response, { text: 'No.', finish: 'refused' });
    case 'overload':
      response.writeHead(529, { 'content-type': 'application/json' });
      return void response.end(error);
    case 'crash':
      return void response.destroy();
    case 'hang':
      return;
  }
}

/** The stream of the chat completions protocol. */
export function writeChatStream(
  response: ServerResponse,
  { text, finish }: { text: string; finish: 'complete' | 'truncated' | 'refused' },
): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const send = (value: unknown): void => void response.write(`data: ${JSON.stringify(value)}\n\n`);
  for (const piece of text.match(/[^]{1,17}/g) ?? []) send({ choices: [{ delta: { content: piece } }] });
  const reason = { complete: 'stop', truncated: 'length', refused: 'content_filter' }[finish];
  send({ choices: [{ delta: {}, finish_reason: reason }] });
  send({
    choices: [],
    usage: { prompt_tokens: 40, completion_tokens: 9, prompt_tokens_details: { cached_tokens: 30 } },
  });
  response.end('data: [DONE]\n\n');
}

/** The stream of the Messages API. */
export function writeMessageStream(
  response: ServerResponse,
  { text, finish }: { text: string; finish: 'complete' | 'truncated' | 'refused' },
): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const send = (event: { type: string }): void =>
    void response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  const usage = {
    input_tokens: 40,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 5,
    output_tokens: 1,
  };
  const message = {
    id: 'm',
    type: 'message',
    role: 'assistant',
    model: 'x',
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage,
  };
  send({ type: 'message_start', message } as { type: string });
  send({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } } as {
    type: string;
  });
  for (const piece of text.match(/[^]{1,17}/g) ?? []) {
    send({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: piece } } as {
      type: string;
    });
  }
  send({ type: 'content_block_stop', index: 0 } as { type: string });
  const reason = { complete: 'end_turn', truncated: 'max_tokens', refused: 'refusal' }[finish];
  send({
    type: 'message_delta',
    delta: { stop_reason: reason, stop_sequence: null },
    usage: { output_tokens: 9 },
  } as { type: string });
  send({ type: 'message_stop' });
  response.end();
}

/** A program that plays a script from a file, one behaviour a start, and keeps what it was sent. */
export function writeProgramDouble(script: readonly EngineBehaviour[]) {
  const dir = mkdtempSync(join(tmpdir(), 'program-'));
  writeFileSync(join(dir, 'script.json'), JSON.stringify(script));
  const code = `
    const fs = require('node:fs');
    let text = '';
    process.stdin.on('data', (part) => (text += part));
    process.stdin.on('end', () => {
      const at = fs.readdirSync('.').filter((name) => name.startsWith('sent-')).length;
      fs.writeFileSync('sent-' + String(at).padStart(3, '0'), text);
      const step = JSON.parse(fs.readFileSync('script.json', 'utf8'))[at] ?? { does: 'crash' };
      if (step.does === 'answer') process.stdout.write(step.text);
      else if (step.does === 'cut_off') process.stdout.write(step.text + 'x'.repeat(2000000));
      else if (step.does === 'hang') setInterval(() => {}, 1000);
      else process.exitCode = 3;
    });
  `;
  return {
    argv: [process.execPath, '-e', code] as [string, ...string[]],
    dir,
    sent: () =>
      readdirSync(dir)
        .filter((name) => name.startsWith('sent-'))
        .sort()
        .map((name) => readFileSync(join(dir, name), 'utf8')),
    close: () => rmSync(dir, { recursive: true, force: true }),
  };
}
