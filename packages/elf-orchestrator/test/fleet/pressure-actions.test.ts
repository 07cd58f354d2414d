import { describe, expect, it } from 'vitest';
import type { DaemonEvent } from '../../src/index.js';
import { openTestDaemon } from '../daemon/open-test-daemon.js';
import { waitUntil } from '../wait-until.js';
import { FakeMachine } from './fake-fleet.js';

const GIBIBYTE = 1_073_741_824;

describe('acceptance 8: a gauge that reads 0.65, 0.75, 0.85, 0.95 and then 0.5', () => {
  it('acts in order, each action within 500 ms, and calms down only after three calm samples', async () => {
    const machine = new FakeMachine(100 * GIBIBYTE, 0);
    let tick = (): void => undefined;
    let now = 0;
    await using test = await openTestDaemon({
      memorySource: machine,
      openModel: machine.open(({ gpuLayers }) => 1_000 + gpuLayers, 60_000),
      gaugeClock: {
        now: () => (now += 250),
        every: (_, callback) => {
          tick = callback;
          return () => undefined;
        },
      },
    });
    for (const id of ['idle', 'old', 'new'])
      await test.install(id, { kind: 'chain20' }, { contextTokens: 256, sequences: 4, gpuLayers: 8 });
    await test.client.call('models.load', { id: 'idle' });
    const sample = async (ratio: number, count = 1): Promise<void> => {
      machine.otherBytes = ratio * machine.totalBytes;
      for (let done = 0; done < count; done += 1) {
        const before = (await test.client.call('system.pressure', {})).latest?.at ?? 0;
        tick();
        await waitUntil('the sample is taken', async () => {
          const { latest } = await test.client.call('system.pressure', {});
          return (latest?.at ?? 0) > before;
        });
      }
    };
    const actions = () => test.events.filter((event) => event.type === 'pressure-action');
    const endless = { prompt: 'go', maxTokens: 4, deadlineMs: 600_000 };
    const [oldJob] = await test.client.call('jobs.submit', {
      nodes: [{ name: 'a', job: { ...endless, model: 'old', priority: 5 } }],
    });
    await waitUntil('old is loaded', () => machine.loads.includes('old'));
    const [newJob] = await test.client.call('jobs.submit', {
      nodes: [{ name: 'a', job: { ...endless, model: 'new' } }],
    });
    await waitUntil(
      'both work',
      async () => (await test.client.call('system.health', {})).work.running === 2,
    );

    await sample(0.65);
    await waitUntil('it is tight', () => actions().length === 1);
    await sample(0.75);
    await waitUntil('it warned', () => actions().some(({ action }) => action === 'shrink-sequences'));
    await sample(0.85);
    await waitUntil('it is high', () => actions().some(({ action }) => action === 'reduce-gpu-layers'));
    await sample(0.95);
    await waitUntil('it is critical', () => actions().some(({ action }) => action === 'kill-worker'));
    await expect(test.client.generate({ model: 'old', prompt: 'a', maxTokens: 1 })).rejects.toMatchObject({
      code: 'PT_ELF_WORK_REFUSED',
      retryable: true,
    });
    await sample(0.5, 2);
    expect((await test.client.call('system.pressure', {})).level).toBe('critical');
    await sample(0.5);
    await waitUntil('batch work goes on', () => actions().some(({ action }) => action === 'resume-batch'));

    const done = actions().filter(isAction);
    expect(done.map(({ action, models }) => [action, ...models])).toEqual([
      ['hold-speculative'],
      ['pause-batch'],
      ['drop-prefixes', 'idle', 'old', 'new'],
      ['unload-idle', 'idle'],
      ['shrink-sequences', 'old', 'new'],
      // It waits for its work to end before it is loaded again smaller.
      ['reduce-gpu-layers', 'old'],
      ['refuse-new'],
      ['kill-worker', 'new'],
      ['accept-new'],
      ['resume-batch'],
    ]);
    expect(Math.max(...done.map(({ durationMs }) => durationMs))).toBeLessThan(500);
    expect(done.every(({ usedBytesAfter }) => usedBytesAfter !== null)).toBe(true);
    await test.client.call('jobs.cancel', { id: oldJob!.id });
    await test.client.call('jobs.cancel', { id: newJob!.id });
  });
});

function isAction(event: DaemonEvent): event is Extract<DaemonEvent, { type: 'pressure-action' }> {
  return event.type === 'pressure-action';
}
