import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { createOpenAiHttpModel, type OpenAiHttpOptions } from '../../src/index.js';
import { waitUntil } from '../wait-until.js';

interface Seen {
  url: string;
  authorization: string | undefined;
  body: Record<string, unknown>;
}
type Answer = (response: ServerResponse, seen: Seen) => void;

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A server on this machine that answers as told, and a model on top of it. */
async function serve(answer: Answer, options: Partial<OpenAiHttpOptions> = {}) {
  const seen: Seen[] = [];
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const body = JSON.parse(await text(request)) as Record<string, unknown>;
    const entry = { url: request.url ?? '', authorization: request.headers.authorization, body };
    seen.push(entry);
    answer(response, entry);
  };
  server = createServer((request, response) => void handle(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    seen,
    model: createOpenAiHttpModel({ baseUrl: `http://127.0.0.1:${port}/v1`, model: 'coder', ...options }),
  };
}

function complete(content: string, extra: object = {}): Answer {
  return (response, { url }) => {
    const choice = url.includes('chat') ? { message: { role: 'assistant', content } } : { text: content };
    response.end(
      JSON.stringify({
        choices: [{ ...choice, finish_reason: 'stop', ...extra }],
        usage: { prompt_tokens: 7, completion_tokens: 3 },
      }),
    );
  };
}

const REQUEST = { prefix: 'Be short. ', prompt: 'Say hi', maxTokens: 16 };

describe('a model behind an OpenAI-compatible server', () => {
  it('sends a chat request and answers text with the counts the server reports', async () => {
    const { model, seen } = await serve(complete('hi'), { apiKey: 'key-1' });
    expect(await model.generate({ ...REQUEST, stop: ['\n'], seed: 5 })).toMatchObject({
      text: 'hi',
      finishReason: 'stop',
      inputTokens: 7,
      outputTokens: 3,
      tokenCounts: 'reported',
    });
    expect(seen).toEqual([
      {
        url: '/v1/chat/completions',
        authorization: 'Bearer key-1',
        body: {
          model: 'coder',
          messages: [{ role: 'user', content: 'Be short. Say hi' }],
          max_tokens: 16,
          temperature: 0,
          stream: false,
          stop: ['\n'],
          seed: 5,
        },
      },
    ]);
  });

  it('sends a plain prompt to the completions endpoint', async () => {
    const { model, seen } = await serve(complete('hi', { finish_reason: 'length' }), {
      endpoint: 'completions',
    });
    expect(await model.generate(REQUEST)).toMatchObject({ text: 'hi', finishReason: 'length' });
    expect(seen[0]).toMatchObject({ url: '/v1/completions', body: { prompt: 'Be short. Say hi' } });
  });

  it('says that counts are estimated when the server reports none', async () => {
    const { model } = await serve((response) =>
      response.end(JSON.stringify({ choices: [{ message: { content: 'four' } }] })),
    );
    expect(await model.generate(REQUEST)).toMatchObject({ tokenCounts: 'estimated', outputTokens: 2 });
  });

  it('cuts at a stop text that the server left in', async () => {
    const { model } = await serve(complete('one\ntwo'));
    expect((await model.generate({ ...REQUEST, stop: ['\n'] })).text).toBe('one');
  });

  it.each([
    [429, true],
    [503, true],
    [400, false],
    [401, false],
  ])('reports status %i with retryable %s and without the key', async (status, retryable) => {
    const { model } = await serve((response) => response.writeHead(status).end('{"error":"no"}'), {
      apiKey: 'key-1',
    });
    const error: unknown = await model.generate(REQUEST).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'PT_ELF_HTTP_STATUS',
      retryable,
      details: { status, body: '{"error":"no"}' },
    });
    expect(JSON.stringify(error)).not.toContain('key-1');
  });

  it.each(['not json', '{}', '{"choices":[]}', '{"choices":[{"message":{"content":7}}]}'])(
    'refuses the body %s',
    async (body) => {
      const { model } = await serve((response) => response.end(body));
      await expect(model.generate(REQUEST)).rejects.toMatchObject({ code: 'PT_ELF_HTTP_MALFORMED' });
    },
  );

  it('refuses a body without end', async () => {
    const { model } = await serve((response) => {
      const more = () => {
        if (!response.destroyed) response.write(Buffer.alloc(1_048_576, 'x'), more);
      };
      more();
    });
    await expect(model.generate(REQUEST)).rejects.toMatchObject({ code: 'PT_ELF_HTTP_MALFORMED' });
  });

  it('reports a server that is not there, one that is silent and one that redirects', async () => {
    const silent = await serve(() => undefined, { timeoutMs: 50 });
    await expect(silent.model.generate(REQUEST)).rejects.toMatchObject({
      code: 'PT_ELF_HTTP_TIMEOUT',
      retryable: true,
    });
    server?.closeAllConnections();
    server?.close();
    const moved = await serve((response, request) => {
      if (request.url === '/other') complete('followed')(response, request);
      else response.writeHead(307, { location: '/other' }).end();
    });
    await expect(moved.model.generate(REQUEST)).rejects.toMatchObject({ code: 'PT_ELF_HTTP_UNREACHABLE' });
    server?.closeAllConnections();
    server?.close();
    await expect(moved.model.generate(REQUEST)).rejects.toMatchObject({
      code: 'PT_ELF_HTTP_UNREACHABLE',
      details: { problem: 'ECONNREFUSED' },
      retryable: true,
    });
  });

  it('answers aborted when its caller gives up, running or waiting', async () => {
    const { model, seen } = await serve(() => undefined);
    const abort = new AbortController();
    const running = model.generate({ ...REQUEST, signal: abort.signal });
    const waiting = model.generate({ ...REQUEST, signal: abort.signal });
    await waitUntil('the server has the request', () => seen.length === 1);
    abort.abort();
    for (const result of await Promise.all([running, waiting])) {
      expect(result).toMatchObject({ finishReason: 'aborted', text: '', outputTokens: 0 });
    }
    expect(seen).toHaveLength(1);
  });

  it('sends no more requests at once than it may', async () => {
    const open: ServerResponse[] = [];
    let most = 0;
    const { model } = await serve(
      (response, seen) => {
        most = Math.max(most, open.push(response));
        setImmediate(() => {
          open.splice(open.indexOf(response), 1);
          complete('hi')(response, seen);
        });
      },
      { maxConcurrency: 2 },
    );
    const results = await Promise.all(Array.from({ length: 8 }, () => model.generate(REQUEST)));
    expect(results.map(({ text: answer }) => answer)).toEqual(Array(8).fill('hi'));
    expect(most).toBeLessThanOrEqual(2);
  });

  it.each([
    'http://192.168.1.5:8080/v1',
    'https://models.example.org/v1',
    'http://localhost.example.org/v1',
    'http://0.0.0.0:1/v1',
  ])('refuses %s unless remote hosts are allowed', (baseUrl) => {
    expect(() => createOpenAiHttpModel({ baseUrl, model: 'm' })).toThrow(
      expect.objectContaining({ code: 'PT_ELF_HTTP_REMOTE_REFUSED' }),
    );
    expect(createOpenAiHttpModel({ baseUrl, model: 'm', isRemoteAllowed: true }).id).toBe('m');
  });

  it.each(['', 'file:///etc/passwd', 'http://user:pass@127.0.0.1/v1'])(
    'refuses the address %s',
    (baseUrl) => {
      expect(() => createOpenAiHttpModel({ baseUrl, model: 'm' })).toThrow(
        expect.objectContaining({ code: 'PT_ELF_REQUEST_INVALID' }),
      );
    },
  );
});
