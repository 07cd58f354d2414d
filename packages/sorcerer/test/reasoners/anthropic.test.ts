import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type AnthropicReasonerOptions, createAnthropicReasoner } from '../../src/index.js';
import { ANSWER, createRequest } from '../fakes/requests.js';

interface Call {
  headers: IncomingMessage['headers'];
  body: Record<string, unknown> & { system: { text: string; cache_control?: unknown }[] };
}
type Reply = (response: ServerResponse) => void;

let server: Server | undefined;
afterEach(
  () =>
    new Promise<void>((done) =>
      server === undefined ? done() : server.close(() => done()).closeAllConnections(),
    ),
);

/** A local double of the Messages API that speaks server-sent events; replies in order, the last one again. */
async function openApi(replies: Reply[]): Promise<{ baseURL: string; calls: Call[] }> {
  const calls: Call[] = [];
  server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => (text += part));
    request.on('end', () => {
      calls.push({ headers: request.headers, body: JSON.parse(text) as Call['body'] });
      (replies[calls.length - 1] ?? replies.at(-1))?.(response);
    });
  });
  await new Promise<void>((done) => server?.listen(0, '127.0.0.1', done));
  return { baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls };
}

function sse(response: ServerResponse, events: { type: string }[]): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const event of events) response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
}

function streamOf(text: string, stopReason: string): { type: string }[] {
  const message = {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-opus-5-5',
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: {
      input_tokens: 40,
      cache_creation_input_tokens: 10,
      cache_read_input_tokens: 500,
      output_tokens: 1,
    },
  };
  const pieces = text.match(/[^]{1,20}/g) ?? [];
  return [
    { type: 'message_start', message },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'ping' },
    ...pieces.map((piece) => ({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'text_delta', text: piece },
    })),
    { type: 'content_block_stop', index: 0 },
    {
      type: 'message_delta',
      delta: { stop_reason: stopReason, stop_sequence: null },
      usage: { output_tokens: 25 },
    },
    { type: 'message_stop' },
  ] as { type: string }[];
}

const answering =
  (text: string, stopReason = 'end_turn'): Reply =>
  (response) => {
    sse(response, streamOf(text, stopReason));
    response.end();
  };
const failing =
  (status: number, type: string): Reply =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({ type: 'error', error: { type, message: 'no sk-ant-aaaaaaaaaaaaaaaaaaaaaaaaaaaa' } }),
    );
  };

async function ask(replies: Reply[], options: Partial<AnthropicReasonerOptions> = {}) {
  const api = await openApi(replies);
  const reasoner = createAnthropicReasoner({
    apiKey: 'test-key',
    baseURL: api.baseURL,
    maxRetries: 0,
    ...options,
  });
  const deltas: string[] = [];
  const propose = (signal?: AbortSignal) =>
    reasoner.propose(createRequest(), {
      onDelta: (text) => deltas.push(text),
      ...(signal === undefined ? {} : { signal }),
    });
  return { ...api, reasoner, propose, deltas };
}

describe('createAnthropicReasoner', () => {
  it('streams an answer, reads its edits and what it took', async () => {
    const { propose, deltas, calls, reasoner } = await ask([answering(`Sure.\n${ANSWER}`)]);
    const answer = await propose();
    expect(reasoner.id).toBe('anthropic:claude-opus-5-5');
    expect(answer).toMatchObject({ finish: 'complete', notes: 'Sure.', problems: [] });
    expect(answer.edits).toMatchObject([{ target: { key: 'src/lib.rs-_-area' }, op: 'edit' }]);
    expect(answer.usage).toEqual({
      input_tokens: 50,
      output_tokens: 25,
      cache_read_tokens: 500,
      cost_usd: null,
      estimated: false,
    });
    expect(deltas.length).toBeGreaterThan(1);
    expect(deltas.join('')).toBe(`Sure.\n${ANSWER}`);
    expect(calls).toHaveLength(1);
  });

  it('sends the key it was given, the graph block marked for caching, and no sampling options', async () => {
    const { propose, calls } = await ask([answering(ANSWER)], { effort: 'low' });
    await propose();
    const { headers, body } = calls[0] as Call;
    expect(headers.authorization ?? headers['x-api-key']).toContain('test-key');
    expect(body).toMatchObject({
      model: 'claude-opus-5-5',
      max_tokens: 1_000,
      stream: true,
      output_config: { effort: 'low' },
    });
    expect(body.system[0]?.cache_control).toBeUndefined();
    expect(body.system[1]).toMatchObject({
      cache_control: { type: 'ephemeral' },
      text: expect.stringContaining('src/lib.rs-_-area') as string,
    });
    expect(
      Object.keys(body).filter((name) => ['temperature', 'top_p', 'top_k', 'tools'].includes(name)),
    ).toEqual([]);
  });

  it('computes costs from the prices it is given', async () => {
    const pricing = { inputUsd: 4, outputUsd: 20, cacheReadUsd: 0.4, cacheWriteUsd: 5 };
    const { propose } = await ask([answering(ANSWER)], { pricing });
    expect((await propose()).usage.cost_usd).toBeCloseTo((40 * 4 + 25 * 20 + 500 * 0.4 + 10 * 5) / 1e6, 12);
  });

  it.each([
    ['max_tokens', 'truncated'],
    ['model_context_window_exceeded', 'truncated'],
    ['pause_turn', 'truncated'],
    ['refusal', 'refused'],
  ])('uses nothing of an answer that ended with %s', async (stopReason, finish) => {
    const { propose } = await ask([answering(ANSWER, stopReason)]);
    expect(await propose()).toMatchObject({ finish, edits: [], problems: [] });
  });

  it.each([
    [529, 'overloaded_error', 'PT_SORCERER_ENGINE_OVERLOADED', true],
    [429, 'rate_limit_error', 'PT_SORCERER_ENGINE_OVERLOADED', true],
    [503, 'api_error', 'PT_SORCERER_ENGINE_OVERLOADED', true],
    [401, 'authentication_error', 'PT_SORCERER_ENGINE_DENIED', false],
    [402, 'billing_error', 'PT_SORCERER_ENGINE_DENIED', false],
    [400, 'invalid_request_error', 'PT_SORCERER_ENGINE_REJECTED', false],
    [404, 'not_found_error', 'PT_SORCERER_ENGINE_REJECTED', false],
  ])('translates status %i', async (...row) => {
    const [status, type, code, retryable] = row;
    const { propose, calls } = await ask([failing(status, type)]);
    const error = await propose().catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code, retryable });
    expect(JSON.stringify(error)).not.toContain('sk-ant-');
    expect(calls).toHaveLength(1);
  });

  it('tries again inside the library when allowed to', { timeout: 20_000 }, async () => {
    const { propose, calls } = await ask([failing(529, 'overloaded_error'), answering(ANSWER)], {
      maxRetries: 1,
    });
    expect((await propose()).edits).toHaveLength(1);
    expect(calls).toHaveLength(2);
  });

  it('does not take a stream that broke off for an answer', async () => {
    const { propose } = await ask([
      (response) => {
        sse(response, streamOf(ANSWER, 'end_turn').slice(0, 5));
        response.end();
      },
    ]);
    await expect(propose()).rejects.toMatchObject({
      code: 'PT_SORCERER_ENGINE_UNREACHABLE',
      retryable: true,
    });
  });

  it('reads an overload inside the stream', async () => {
    const { propose } = await ask([
      (response) => {
        const error = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };
        sse(response, [...streamOf(ANSWER, 'end_turn').slice(0, 4), error]);
        response.end();
      },
    ]);
    await expect(propose()).rejects.toMatchObject({ code: 'PT_SORCERER_ENGINE_OVERLOADED', retryable: true });
  });

  it('stops when told to', async () => {
    const controller = new AbortController();
    const { propose } = await ask([
      (response) => {
        sse(response, streamOf(ANSWER, 'end_turn').slice(0, 4));
        controller.abort();
      },
    ]);
    await expect(propose(controller.signal)).rejects.toMatchObject({ code: 'PT_SORCERER_ABORTED' });
  });

  it('says that nobody is there', async () => {
    const { propose } = await ask([], { baseURL: 'http://127.0.0.1:9' });
    await expect(propose()).rejects.toMatchObject({
      code: 'PT_SORCERER_ENGINE_UNREACHABLE',
      retryable: true,
    });
  });
});
