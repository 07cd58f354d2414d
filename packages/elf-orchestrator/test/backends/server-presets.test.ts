import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestDaemon, type TestDaemon } from '../daemon/open-test-daemon.js';

let test: TestDaemon;
let server: Server;
let requests: { path: string; body: any }[] = [];

const ANSWERS: Record<string, unknown> = {
  '/v1/chat/completions': {
    choices: [{ message: { content: '{"ok":true}' }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 3, completion_tokens: 2 },
  },
  '/v1/embeddings': {
    data: [
      { index: 1, embedding: [3, 4] },
      { index: 0, embedding: [1, 2] },
    ],
  },
  '/v1/rerank': {
    results: [
      { index: 1, relevance_score: 0.9 },
      { index: 0, relevance_score: 0.1 },
    ],
  },
  '/tokenize': { tokens: [1, 2, 3] },
  '/api/generate': {},
};

beforeAll(async () => {
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += String(chunk);
    });
    request.on('end', () => {
      requests.push({ path: request.url ?? '', body: JSON.parse(text) });
      response.end(JSON.stringify(ANSWERS[request.url ?? ''] ?? {}));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  test = await openTestDaemon();
});

afterAll(async () => {
  await test[Symbol.asyncDispose]();
  server.close();
});

beforeEach(() => {
  requests = [];
});

async function install(preset: 'openai' | 'ollama' | 'llama-server' | 'lm-studio' | 'vllm' | 'ray-serve') {
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const settings = { preset, baseUrl, model: 'their-name', maxConcurrency: 2, isRemoteAllowed: false };
  await test.client.call('models.install', { id: preset, source: { kind: 'server', server: settings } });
  return preset;
}

describe('acceptance 17: a model behind a server', () => {
  it.each([
    ['openai', {}],
    ['ollama', { keep_alive: -1 }],
    ['llama-server', { cache_prompt: true }],
    ['lm-studio', { ttl: 3_600 }],
    ['vllm', {}],
    ['ray-serve', {}],
  ] as const)(
    'of the kind %s gets what that kind needs, and its answer its provenance',
    async (preset, extra) => {
      const model = await install(preset);
      const schema = { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'] };
      const result = await test.client.generate({ model, prompt: 'go', maxTokens: 9, schema });
      expect(result).toMatchObject({
        json: { ok: true },
        inputTokens: 3,
        provenance: { model, modelSha: null, engineRelease: `${preset} over http` },
      });
      expect(requests[0]).toMatchObject({
        path: '/v1/chat/completions',
        body: { model: 'their-name', max_tokens: 9, response_format: { type: 'json_schema' }, ...extra },
      });
    },
  );

  it('embeds, ranks and tokenizes where the server can, in the order of the question', async () => {
    const model = await install('llama-server');
    const { vectors } = await test.client.call('embed', { model, texts: ['a', 'b'] });
    expect(vectors).toEqual([
      [1, 2],
      [3, 4],
    ]);
    const { scores } = await test.client.call('rerank', { model, query: 'q', documents: ['a', 'b'] });
    expect(scores).toEqual([0.1, 0.9]);
    expect(await test.client.call('tokenize', { model, text: 'abc' })).toEqual({
      tokens: [1, 2, 3],
      count: 3,
    });
    await expect(
      test.client.call('tokenize', { model: await install('ollama'), text: 'abc' }),
    ).rejects.toMatchObject({ code: 'PT_ELF_ABILITY_UNSUPPORTED' });
  });

  it('is told to let its model go when it is unloaded, where it keeps models', async () => {
    const model = await install('ollama');
    await test.client.generate({ model, prompt: 'go', maxTokens: 1 });
    await test.client.call('models.unload', { id: model });
    expect(requests.at(-1)).toEqual({ path: '/api/generate', body: { model: 'their-name', keep_alive: 0 } });
  });

  it('on another machine is refused unless it is allowed', async () => {
    const settings = { preset: 'openai', baseUrl: 'http://models.example/v1', model: 'm' } as const;
    await test.client.call('models.install', {
      id: 'far',
      source: { kind: 'server', server: { ...settings, maxConcurrency: 1, isRemoteAllowed: false } },
    });
    await expect(test.client.generate({ model: 'far', prompt: 'a', maxTokens: 1 })).rejects.toMatchObject({
      code: 'PT_ELF_HTTP_REMOTE_REFUSED',
    });
    expect(requests).toEqual([]);
  });
});
