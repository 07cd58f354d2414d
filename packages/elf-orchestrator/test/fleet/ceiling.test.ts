import { describe, expect, it } from 'vitest';
import { openTestDaemon, type TestDaemon } from '../daemon/open-test-daemon.js';
import { waitUntil } from '../wait-until.js';
import { FakeMachine } from './fake-fleet.js';

const MEBIBYTE = 1_048_576;
/** What the estimate of a tiny synthetic model comes to: its worker, mostly. */
const MODEL_BYTES = 110 * MEBIBYTE;

async function openOn(machine: FakeMachine, runMs: number, sequences = 1): Promise<TestDaemon> {
  const test = await openTestDaemon({
    memorySource: machine,
    openModel: machine.open(() => MODEL_BYTES, runMs),
  });
  for (const id of ['a', 'b', 'c', 'd', 'e'])
    await test.install(id, { kind: 'chain20' }, { contextTokens: 256, sequences });
  return test;
}

describe('acceptance 7: a ceiling under which three of five models fit', () => {
  it('is never crossed over a thousand samples; two wait with the numbers, and all finish', async () => {
    // 70 % of 550 MiB hold the daemon's 30 and three models.
    const machine = new FakeMachine(550 * MEBIBYTE, 30 * MEBIBYTE);
    await using test = await openOn(machine, 120);
    const answers = Promise.all(
      ['a', 'b', 'c', 'd', 'e'].flatMap((model) =>
        Array.from({ length: 4 }, () => test.client.generate({ model, prompt: 'go', maxTokens: 4 })),
      ),
    );
    await waitUntil('the other models wait', () => {
      const waiting = test.events.filter(({ type }) => type === 'model-load-waiting');
      return new Set(waiting.map((event) => 'model' in event && event.model)).size >= 2;
    });
    expect(machine.loaded.size).toBe(3);
    const waiting = test.events.find((event) => event.type === 'model-load-waiting');
    expect(waiting).toMatchObject({ refusal: { limitBytes: 550 * MEBIBYTE, ceilingBytes: 385 * MEBIBYTE } });
    expect((await answers).map(({ text }) => text)).toHaveLength(20);
    while (machine.ratios.length < 1_000) await machine.readTree();
    expect(Math.max(...machine.ratios)).toBeLessThanOrEqual(0.7);
  });

  it('refuses a model that can never fit, with the numbers', async () => {
    const machine = new FakeMachine(100 * MEBIBYTE, 30 * MEBIBYTE);
    await using test = await openOn(machine, 1);
    await expect(test.client.generate({ model: 'a', prompt: 'go', maxTokens: 4 })).rejects.toMatchObject({
      code: 'PT_ELF_ADMISSION_REFUSED',
      retryable: false,
      details: { limitBytes: 100 * MEBIBYTE },
    });
    expect(machine.loads).toEqual([]);
  });

  it('never evicts a pinned model or a busy one', async () => {
    // Room for one.
    const machine = new FakeMachine(230 * MEBIBYTE, 30 * MEBIBYTE);
    await using test = await openOn(machine, 300);
    await test.client.call('models.load', { id: 'a' });
    await test.client.call('models.pin', { id: 'a', isPinned: true });
    expect(await test.client.call('models.load', { id: 'b' })).toMatchObject({ status: 'refused' });
    await test.client.call('models.pin', { id: 'a', isPinned: false });
    const running = test.client.generate({ model: 'a', prompt: 'go', maxTokens: 4 });
    await waitUntil('a works', async () => {
      const { work } = await test.client.call('system.health', {});
      return work.running === 1;
    });
    expect(await test.client.call('models.load', { id: 'b' })).toMatchObject({ status: 'waiting' });
    expect((await running).text).toBe('a');
    expect(await test.client.call('models.load', { id: 'b' })).toMatchObject({ status: 'ready' });
    expect(test.events).toContainEqual(expect.objectContaining({ type: 'model-evicted', model: 'a' }));
  });
});

describe('acceptance 13: work in the order A B A A C A B C with room for one model', () => {
  it('is collated by model: two swaps after the first load', async () => {
    const machine = new FakeMachine(230 * MEBIBYTE, 30 * MEBIBYTE);
    await using test = await openOn(machine, 5);
    const answers = await Promise.all(
      ['a', 'b', 'a', 'a', 'c', 'a', 'b', 'c'].map((model) =>
        test.client.generate({ model, prompt: 'go', maxTokens: 4 }),
      ),
    );
    expect(answers.map(({ text }) => text).join('')).toBe('abaacabc');
    expect(machine.loads).toEqual(['a', 'b', 'c']);
  });
});
