import { stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  connectDaemon,
  openDaemon,
  openDaemonEmbedder,
  openDaemonReranker,
  openDaemonTextModel,
} from '../../src/index.js';
import { CHAIN20_LINES, expectIsoAnswer } from '../../src/testing/index.js';
import { waitUntil } from '../wait-until.js';
import { openTestDaemon, type TestDaemon } from './open-test-daemon.js';

let test: TestDaemon;

beforeAll(async () => {
  test = await openTestDaemon();
  await test.install('chain', { kind: 'chain20' });
  await test.install('iso', { kind: 'iso' });
  await test.install('loop', { kind: 'loop' }, { contextTokens: 4_096 });
}, 60_000);

afterAll(() => test[Symbol.asyncDispose]());

describe('a daemon', () => {
  it('generates over its socket, in pieces, and says where the answer came from', async () => {
    const pieces: string[] = [];
    const result = await test.client.generate(
      { model: 'chain', prompt: 'go', maxTokens: 64 },
      { onDelta: (text) => pieces.push(text) },
    );
    expect(result.text).toBe(CHAIN20_LINES.join(''));
    expect(pieces).toEqual(CHAIN20_LINES);
    expect(result.provenance).toMatchObject({
      model: 'chain',
      modelSha: expect.stringMatching(/^[0-9a-f]{64}$/),
      engineRelease: expect.stringContaining('llama.cpp'),
      promptHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      outputTokens: 20,
      attempts: 1,
    });
  });

  it('acceptance 2: keeps five agents with 100 jobs each apart, and equals a serial run', async () => {
    const nodes = Array.from({ length: 500 }, (_, index) => ({
      name: `job${index}`,
      job: { model: 'iso', prompt: `job ${index} ${String.fromCharCode(32 + (index % 90))}`, maxTokens: 20 },
    }));
    const tasks = await test.client.call('jobs.submit', { nodes });
    const done = await test.client.call('jobs.wait', { ids: tasks.map(({ id }) => id) });
    const texts = done.map(({ result }: any) => String(result.text));
    expect(texts).toEqual(nodes.map((_, index) => expectIsoAnswer(32 + (index % 90))));
    expect(done.every(({ attempts, state }) => state === 'done' && attempts === 1)).toBe(true);
  });

  it('runs a graph in the order of its dependencies and hands their texts on', async () => {
    const nodes = [
      {
        name: 'last',
        job: { model: 'iso', prompt: 'after {{first}} {{other}}', maxTokens: 20, after: ['first'] },
      },
      { name: 'first', job: { model: 'chain', prompt: 'go', maxTokens: 3, hasArtifacts: true } },
    ];
    const tasks = await test.client.call('jobs.submit', { nodes, key: 'graph' });
    const again = await test.client.call('jobs.submit', { nodes, key: 'graph' });
    expect(again.map(({ id }) => id)).toEqual(tasks.map(({ id }) => id));
    const [last, first] = await test.client.call('jobs.wait', { ids: tasks.map(({ id }) => id) });
    expect(first).toMatchObject({ state: 'done', result: { text: 'line01\nline02\nline03\n' } });
    expect(last!.finishedAt).toBeGreaterThanOrEqual(first!.finishedAt!);
    // 'after ' + 21 characters + ' {{other}}': what is not a dependency stays text.
    expect(last).toMatchObject({ result: { inputTokens: 6 + 21 + 10 } });
    const { files } = await test.client.call('jobs.artifacts', { id: first!.id });
    expect(files.map(({ name }) => name).sort()).toEqual(['answer.txt', 'prompt.txt', 'provenance.json']);
  });

  it('fails what depends on a failed job and refuses a cycle', async () => {
    const tasks = await test.client.call('jobs.submit', {
      nodes: [
        { name: 'missing', job: { model: 'no-such-model', prompt: 'a', maxTokens: 1 } },
        { name: 'after', job: { model: 'iso', prompt: 'a', maxTokens: 1, after: ['missing'] } },
      ],
    });
    const done = await test.client.call('jobs.wait', { ids: tasks.map(({ id }) => id) });
    expect(done.map(({ failures, state }) => [state, failures.at(-1)?.code])).toEqual([
      ['failed', 'PT_ELF_MODEL_UNKNOWN'],
      ['failed', 'dependency_failed'],
    ]);
    const job = { prompt: 'a', maxTokens: 1 };
    const cycle = [
      { name: 'a', job: { ...job, after: ['b'] } },
      { name: 'b', job: { ...job, after: ['a'] } },
    ];
    await expect(test.client.call('jobs.submit', { nodes: cycle })).rejects.toMatchObject({
      code: 'PT_ELF_REQUEST_INVALID',
    });
  });

  it('acceptance 12: eight requests at once for a model that is not loaded load it exactly once', async () => {
    await test.client.call('models.unload', { id: 'chain' });
    const loads = () =>
      test.events.filter((event) => event.type === 'model-loaded' && event.model === 'chain');
    const before = loads().length;
    await Promise.all(
      Array.from({ length: 8 }, () => test.client.generate({ model: 'chain', prompt: 'go', maxTokens: 2 })),
    );
    expect(loads().length - before).toBe(1);
  });

  it('cancels a running generation and a waiting job, and ends one at its deadline', async () => {
    const abort = new AbortController();
    const endless = { model: 'loop', prompt: 'go', maxTokens: 4_000 };
    const running = test.client.generate(endless, { onDelta: () => abort.abort(), signal: abort.signal });
    expect(await running).toMatchObject({ finishReason: 'aborted' });
    const [task] = await test.client.call('jobs.submit', { nodes: [{ name: 'a', job: endless }] });
    await test.client.call('jobs.cancel', { id: task!.id });
    const [ended] = await test.client.call('jobs.wait', { ids: [task!.id] });
    expect(ended!.state).toBe('cancelled');
    await expect(test.client.generate({ ...endless, deadlineMs: 50 })).rejects.toMatchObject({
      code: 'PT_ELF_DEADLINE_EXCEEDED',
      retryable: true,
    });
    await waitUntil('nothing runs', async () => {
      const { work } = await test.client.call('system.health', {});
      return work.running === 0;
    });
  });

  it('hears a cancellation that arrives together with its request', async () => {
    const abort = new AbortController();
    const held = await test.client.call('queue.enqueue', { job: { prompt: 'go', maxTokens: 1 } });
    const waiting = test.client.call('jobs.wait', { ids: [held.id] }, { signal: abort.signal });
    abort.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
    await test.client.call('jobs.cancel', { id: held.id });
  });

  it('holds enqueued jobs until they are told to run, and retries failed ones', async () => {
    const job = { model: 'chain', prompt: 'go', maxTokens: 1 };
    const held = await test.client.call('queue.enqueue', { job, key: 'held-1' });
    expect(held.state).toBe('queued');
    expect(await test.client.call('queue.runNext', {})).toMatchObject({
      id: held.id,
      state: 'done',
      result: { text: 'line01\n' },
    });
    expect(await test.client.call('queue.runNext', {})).toBeNull();
    const failing = await test.client.call('queue.enqueue', { job: { ...job, model: 'absent' } });
    expect(await test.client.call('queue.runNext', { id: failing.id })).toMatchObject({ state: 'failed' });
    expect(await test.client.call('jobs.retry', { id: failing.id })).toMatchObject({ state: 'queued' });
    await test.client.call('jobs.cancel', { id: failing.id });
  });

  it('lends tasks of other kinds to workers outside', async () => {
    const task = await test.client.call('queue.put', { kind: 'row', payload: { key: 'a' } });
    const leased = await test.client.call('queue.lease', { owner: 'me', leaseMs: 60_000, kinds: ['row'] });
    expect(leased).toMatchObject({ id: task.id, lease: { owner: 'me' } });
    const { fence } = leased!.lease;
    expect(await test.client.call('queue.ack', { id: task.id, fence, result: 1 })).toMatchObject({
      isAccepted: true,
    });
  });

  it('counts tokens exactly as a generation does', async () => {
    const prompt = 'fn main() { println!("☕"); }';
    const { count } = await test.client.call('tokenize', { model: 'iso', text: prompt, isPrompt: true });
    const { inputTokens } = await test.client.generate({ model: 'iso', prompt, maxTokens: 1 });
    expect(count).toBe(inputTokens);
  });

  it('reports itself: info, pressure, memory, metrics in both formats', async () => {
    expect(await test.client.call('system.info', {})).toMatchObject({ contract: 'pt.elf/1', maxAgents: 5 });
    const vram = await test.client.call('debug.vram', {});
    expect(Object.keys(vram)).toEqual([
      'vram_used_mb',
      'vram_available_mb',
      'percentage',
      'peak_mb',
      'components',
    ]);
    expect(vram.components['daemon']).toBeGreaterThan(0);
    const { text } = (await test.client.call('system.metrics', { format: 'prometheus' })) as { text: string };
    expect(text).toContain('parseltongue_elf_generations_total{model="iso",finish="stop"}');
    expect(text).toMatch(/parseltongue_elf_worker_memory_bytes\{model="\w+",kind="anonymous"\} \d{6,}/);
    for (const line of text.trim().split('\n'))
      expect(line).toMatch(/^(# TYPE \w+ (counter|gauge|summary)|\w+(\{[^}]*\})? -?[\d.e+-]+)$/);
    const { models } = await test.client.call('system.health', { isProbing: true });
    expect(models.map(({ health }) => health?.status)).toContain('healthy');
  });

  it('opens its socket to its owner only and lets no second daemon in', async () => {
    const { mode } = await stat(test.daemon.socketPath);
    expect(mode & 0o777).toBe(0o600);
    const second = { socketPath: test.daemon.socketPath, stateDir: `${test.dir}/other` };
    await expect(openDaemon(second)).rejects.toMatchObject({ code: 'PT_ELF_DAEMON_OCCUPIED' });
    await expect(openDaemon({ ...second, stateDir: `${test.dir}/state` })).rejects.toMatchObject({
      code: 'PT_ELF_QUEUE_LOCKED',
    });
  });

  it('answers garbage with the errors of the protocol and goes on', async () => {
    const socket = connect(test.daemon.socketPath);
    let answers = '';
    socket.on('data', (chunk) => {
      answers += String(chunk);
    });
    socket.write('nonsense\n[]\n{"jsonrpc":"2.0","id":7,"method":"no.such"}\n');
    socket.write('{"jsonrpc":"2.0","id":8,"method":"generate","params":{"prompt":"a","maxTokens":99999}}\n');
    await waitUntil('four answers came', () => answers.split('\n').length > 4);
    const codes = answers
      .trim()
      .split('\n')
      .map((line) => Number(JSON.parse(line).error.code));
    expect(codes.sort()).toEqual([-32700, -32602, -32601, -32600].sort());
    socket.destroy();
  });

  it('says what to do when no daemon answers', async () => {
    await expect(connectDaemon({ socketPath: `${test.dir}/nothing` })).rejects.toMatchObject({
      code: 'PT_ELF_DAEMON_UNREACHABLE',
      retryable: true,
    });
  });
});

describe('the ports of a daemon', () => {
  it('stand for a model that writes, one that embeds and one that ranks', async () => {
    await test.install('embedding', { kind: 'random', purpose: 'embedding' }, { purpose: 'embedding' });
    await test.install('ranking', { kind: 'random', purpose: 'ranking' }, { purpose: 'ranking' });
    const text = await openDaemonTextModel(test.client, { model: 'chain' });
    expect(text).toMatchObject({ id: 'chain', maxConcurrency: 5 });
    expect((await text.generate({ prompt: 'go', maxTokens: 1 })).text).toBe('line01\n');
    expect(await text.generate({ prompt: 'go', maxTokens: 1, signal: AbortSignal.abort() })).toMatchObject({
      finishReason: 'aborted',
    });
    const embedder = await openDaemonEmbedder(test.client, { model: 'embedding' });
    const [vector] = await embedder.embed(['fn parse()']);
    expect(vector).toHaveLength(embedder.dimension);
    const reranker = await openDaemonReranker(test.client, { model: 'ranking' });
    expect(await reranker.rerank('a', ['b', 'c'])).toHaveLength(2);
  });
});
