import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHAIN20_LINES, expectIsoAnswer } from '../../src/testing/index.js';
import { waitUntil } from '../wait-until.js';
import { openTestDaemon, type TestDaemon } from './open-test-daemon.js';

// The strict figures of these acceptance tests are measured by the benchmark, on a quiet machine; here the limits leave
// room for a loaded one.
const KILLS = 2;
const RECOVERY_LIMIT_MS = 20_000;
const CALLS = 1_000;
const CALL_P99_LIMIT_MS = 100;

let test: TestDaemon;

beforeAll(async () => {
  test = await openTestDaemon();
  await test.install('chain', { kind: 'chain20' }, { sequences: 2 });
  await test.install('iso', { kind: 'iso' });
  await test.install('loop', { kind: 'loop' }, { contextTokens: 4_096, sequences: 2 });
}, 60_000);

afterAll(() => test[Symbol.asyncDispose]());

async function readWorkerPid(id: string): Promise<number | null> {
  const { models } = await test.client.call('system.health', {});
  return models.find((model) => model.id === id)?.workerPid ?? null;
}

describe('acceptance 5: a worker that is killed in the middle of a job', () => {
  it('costs nothing but time: the job completes, and other models do not notice', {
    timeout: 120_000,
  }, async () => {
    await test.client.generate({ model: 'iso', prompt: 'a', maxTokens: 20 });
    const bystander = await readWorkerPid('iso');
    for (let kill = 0; kill < KILLS; kill += 1) {
      const job = { model: 'loop', prompt: `go ${kill}`, maxTokens: 400 };
      const [task] = await test.client.call('jobs.submit', { nodes: [{ name: 'job', job }] });
      await waitUntil('the job runs', async () => {
        const { task: shown } = await test.client.call('jobs.get', { id: task!.id });
        return shown?.state === 'leased' && (await readWorkerPid('loop')) !== null;
      });
      const pid = (await readWorkerPid('loop')) ?? 0;
      const killedAt = performance.now();
      process.kill(pid, 'SIGKILL');
      const [done] = await test.client.call('jobs.wait', { ids: [task!.id] });
      expect(done).toMatchObject({ state: 'done', result: { outputTokens: 400 } });
      expect(done!.attempts).toBeLessThanOrEqual(2);
      expect(performance.now() - killedAt).toBeLessThan(RECOVERY_LIMIT_MS);
    }
    expect(await readWorkerPid('iso')).toBe(bystander);
    expect((await test.client.generate({ model: 'iso', prompt: 'a', maxTokens: 20 })).text).toBe(
      expectIsoAnswer(97),
    );
  });
});

describe('acceptance 9: an estimate after calibration', () => {
  it.each([
    ['one sequence', { contextTokens: 512, sequences: 1 }],
    ['a long context', { contextTokens: 8_192, sequences: 1 }],
    ['many sequences', { contextTokens: 2_048, sequences: 5 }],
  ])('lies within 10 percent of what the worker takes, with %s', async (name, settings) => {
    const id = `sized-${name.replaceAll(' ', '-')}`;
    const spec = {
      kind: 'random',
      storage: 'q8_0',
      layers: 6,
      embedding: 512,
      feedForward: 1_024,
      heads: 8,
      kvHeads: 4,
    } as const;
    await test.install(id, spec, settings);
    await test.client.call('models.load', { id });
    await test.client.call('models.unload', { id });
    const { calibratedBytes } = await test.client.call('models.estimate', { id });
    await test.client.call('models.load', { id });
    const measured = test.events.flatMap((event) =>
      event.type === 'model-loaded' && event.model === id ? [event.measuredBytes] : [],
    );
    const error = (calibratedBytes ?? 0) / (measured.at(-1) ?? 1) - 1;
    expect(Math.abs(error)).toBeLessThanOrEqual(0.1);
    await test.client.call('models.remove', { id });
  });
});

describe('acceptance 15: the socket', () => {
  it('answers while a model decodes, and the gauge keeps its beat', async () => {
    const abort = new AbortController();
    const decoding = test.client.generate(
      { model: 'loop', prompt: 'go', maxTokens: 4_000 },
      { onDelta: () => undefined, signal: abort.signal },
    );
    const times: number[] = [];
    for (let call = 0; call < CALLS; call += 1) {
      const startedAt = performance.now();
      await test.client.call('system.info', {});
      times.push(performance.now() - startedAt);
    }
    abort.abort();
    await decoding.catch(() => undefined);
    times.sort((a, b) => a - b);
    expect(times[Math.floor(CALLS * 0.99)]).toBeLessThan(CALL_P99_LIMIT_MS);
    const { latest, status } = await test.client.call('system.pressure', {});
    expect(status).toBe('running');
    expect(latest?.costMs).toBeLessThan(1_000);
  });
});

describe('acceptance 18: an answer that has to follow a schema', () => {
  const schema = {
    type: 'object',
    properties: {
      name: { type: 'string', maxLength: 12 },
      count: { enum: [1, 2, 3] },
      isPublic: { type: 'boolean' },
    },
    required: ['name', 'count', 'isPublic'],
    additionalProperties: false,
  };

  it('follows it, or fails with a code of its own: 24 runs of random weights', {
    timeout: 120_000,
  }, async () => {
    await test.install('random', { kind: 'random' });
    const outcomes = await Promise.allSettled(
      Array.from({ length: 24 }, (_, seed) =>
        test.client.generate({
          model: 'random',
          prompt: `{${seed}`,
          maxTokens: 120,
          temperature: 1,
          seed,
          schema,
        }),
      ),
    );
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') {
        expect(outcome.reason).toMatchObject({ code: 'PT_ELF_OUTPUT_INVALID', details: { attempts: 3 } });
        continue;
      }
      const json = outcome.value.json as Record<string, unknown>;
      expect(Object.keys(json).sort()).toEqual(['count', 'isPublic', 'name']);
      expect([1, 2, 3]).toContain(json['count']);
      // JSON Schema counts characters, not UTF-16 units.
      expect(Array.from(String(json['name'])).length).toBeLessThanOrEqual(12);
    }
    expect(outcomes.some(({ status }) => status === 'fulfilled')).toBe(true);
  });

  it('is refused at once when nobody can check the schema', async () => {
    await expect(
      test.client.generate({ model: 'random', prompt: 'a', maxTokens: 1, schema: { type: 'nonsense' } }),
    ).rejects.toMatchObject({ code: 'PT_ELF_REQUEST_INVALID' });
  });
});

describe('acceptance 16: many jobs', () => {
  it('reuse the sequences of one worker, which does not grow', async () => {
    const run = async (count: number) => {
      const nodes = Array.from({ length: count }, (_, index) => ({
        name: `j${index}`,
        job: { model: 'iso', prompt: `soak ${index} a`, maxTokens: 8 },
      }));
      const tasks = await test.client.call('jobs.submit', { nodes });
      await test.client.call('jobs.wait', { ids: tasks.map(({ id }) => id) });
    };
    const memory = async () => (await test.client.call('debug.vram', {})).components['iso'] ?? 0;
    await run(200);
    const before = await memory();
    await run(200);
    // The benchmark measures 2,000 jobs; a leak of a few kilobytes a job would show here already.
    expect(await memory()).toBeLessThanOrEqual(before + 24);
  });
});

describe('what a model wrote before it is stopped', () => {
  it('has whole lines in order whatever else runs', async () => {
    const texts = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        test.client.generate({ model: 'chain', prompt: `go ${index}`, maxTokens: 5 + index }),
      ),
    );
    expect(texts.map(({ text }) => text)).toEqual(
      texts.map((_, index) => CHAIN20_LINES.slice(0, 5 + index).join('')),
    );
  });
});
