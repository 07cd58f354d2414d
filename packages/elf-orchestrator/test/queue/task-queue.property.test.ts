import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type LeasedTask, openTaskQueue, type TaskQueue } from '../../src/index.js';
import { createTemporaryDir } from '../temporary-dir.js';

let root = '';
beforeAll(async () => {
  root = await createTemporaryDir();
});

type Step = { do: 'enqueue' | 'lease' | 'ack' | 'fail' | 'cancel' | 'compact' | 'reopen' | 'wait'; pick: number };
const StepArbitrary: fc.Arbitrary<Step> = fc.record({
  do: fc.constantFrom('enqueue', 'enqueue', 'lease', 'lease', 'ack', 'fail', 'cancel', 'compact', 'reopen', 'wait'),
  pick: fc.nat(20),
});

interface World {
  at: number;
  queue: TaskQueue;
  held: LeasedTask[];
  enqueued: string[];
  finished: Map<string, number>;
}

async function take(world: World, step: Step, dir: string): Promise<void> {
  const { held, queue } = world;
  const task = held[step.pick % Math.max(1, held.length)];
  if (step.do === 'enqueue') world.enqueued.push((await queue.enqueue({ kind: 'k', payload: step.pick })).id);
  if (step.do === 'wait') world.at += 400;
  if (step.do === 'compact') await queue.compact();
  if (step.do === 'lease') {
    const leased = await queue.lease({ owner: 'w', leaseMs: 1_000 });
    if (leased !== null) held.push(leased);
  }
  if (step.do === 'ack' && task !== undefined) {
    const { isAccepted } = await queue.ack(task.id, task.lease.fence, step.pick);
    if (isAccepted) world.finished.set(task.id, (world.finished.get(task.id) ?? 0) + 1);
  }
  if (step.do === 'fail' && task !== undefined) {
    await queue.fail(task.id, task.lease.fence, { code: 'c', message: 'm', isRetryable: step.pick % 2 === 0 });
  }
  if (step.do === 'cancel' && task !== undefined) await queue.cancel(task.id).catch(() => undefined);
  if (step.do === 'reopen') {
    const before = await queue.list();
    await queue[Symbol.asyncDispose]();
    world.queue = await openTaskQueue(dir, { now: () => world.at });
    expect(await world.queue.list()).toEqual(before);
  }
}

describe('any sequence of queue operations', () => {
  it('survives reopening unchanged, loses no task and finishes none twice', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(StepArbitrary, { maxLength: 40 }), async (steps) => {
        const dir = join(root, `run-${run++}`);
        const world: World = { at: 0, queue: await openTaskQueue(dir, { now: () => world.at }), held: [], enqueued: [], finished: new Map() };
        for (const step of [...steps, { do: 'reopen', pick: 0 } as const]) await take(world, step, dir);
        const tasks = await world.queue.list();
        await world.queue[Symbol.asyncDispose]();
        expect(tasks.map(({ id }) => id)).toEqual(world.enqueued);
        expect([...world.finished.values()].every((times) => times === 1)).toBe(true);
        expect(tasks.filter(({ state }) => state === 'done').map(({ id }) => id).sort()).toEqual([...world.finished.keys()].sort());
        await rm(dir, { recursive: true });
      }),
      { numRuns: 60, seed: 20_261_121 },
    );
  });
});
