import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { createOpenAiReasoner, runChange } from '../src/index.js';
import { createFakeWorld } from './fakes/fake-world.js';
import { block } from './fakes/scripted-reasoner.js';

const KEY = 'src/lib.rs-_-area';
const ANSWER = block(`EDIT ${KEY}`, 'pub fn area() -> u32 {\n    2\n}');
let close = (): void => undefined;
afterEach(() => close());

/** A server that says its first words and waits with the rest until it is told to go on. */
async function openHalting(text: string): Promise<{ url: string; spokeAt: () => number; goOn: () => void }> {
  let waiting: ServerResponse | undefined;
  let at = 0;
  const say = (response: ServerResponse, content: string, finish: string | null): void =>
    void response.write(
      `data: ${JSON.stringify({ choices: [{ delta: { content }, finish_reason: finish }] })}\n\n`,
    );
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      at = performance.now();
      say(response, 'I will ', null);
      waiting = response;
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  close = () => {
    server.close();
    server.closeAllConnections();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    spokeAt: () => at,
    goOn() {
      if (waiting === undefined) return;
      say(waiting, `do it.\n${text}`, 'stop');
      waiting.end('data: [DONE]\n\n');
    },
  };
}

it('passes the first words of a model on before it has said more, and ends with what the answer took', async () => {
  const api = await openHalting(ANSWER);
  const world = createFakeWorld({
    files: { 'src/lib.rs': 'pub fn area() -> u32 {\n    1\n}\n' },
    reasoner: createOpenAiReasoner({ baseUrl: api.url, model: 'm' }),
  });
  const delays: number[] = [];
  const deltas: string[] = [];
  const calls: unknown[] = [];
  const outcome = await runChange(world.ports, {
    runId: 'c1',
    request: 'two',
    onEvent: ({ type, payload }) => {
      if (type === 'model-called') calls.push(payload);
      if (type !== 'model-delta') return;
      deltas.push(payload['text'] as string);
      if (deltas.length > 1) return;
      delays.push(performance.now() - api.spokeAt());
      api.goOn(); // the model goes on only once somebody has read its first words
    },
  });
  expect(outcome.status).toBe('committed');
  expect(deltas[0]).toBe('I will ');
  expect(deltas.join('')).toBe(`I will do it.\n${ANSWER}`);
  expect(delays[0]).toBeLessThan(5_000); // 200 ms on an idle machine: docs/benchmarks
  expect(calls).toMatchObject([
    { finish: 'complete', usage: { output_tokens: expect.any(Number) as number } },
  ]);
});
