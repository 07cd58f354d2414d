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

type Step = {
  do: 'enqueue' | 'lease' | 'ack' | 'fail' | 'cancel' | 'compact' | 'reopen' | 'wait';
  pick: number;
};
const StepArbitrary: fc.Arbitrary<Step> = fc.record({
  do: fc.constantFrom(
    'enqueue',
    'enqueue',
    'lease',
    'lease',
    'ack',
    'fail',
    'cancel',
    'compact',
    'reopen',
    'wait',
  ),
  pick: fc.nat(20),
});

interface World {
  dir: string;
  at: number;
  queue: TaskQueue;
  held: LeasedTask[];
  enqueued: string[];
  finished: Map<string, number>;
}

const ACTIONS: Record<Step['do'], (world: World, step: Step) => Promise<void>> = {
  async enqueue(world, { pick }) {
    world.enqueued.push((await world.queue.enqueue({ kind: 'k', payload: pick })).id);
  },
  async lease({ held, queue }) {
    const leased = await queue.lease({ owner: 'w', leaseMs: 1_000 });
    if (leased !== null) held.push(leased);
  },
  async ack(world, step) {
    const task = pickHeld(world, step);
    if (task === undefined) return;
    const { isAccepted } = await world.queue.ack(task.id, task.lease.fence, step.pick);
    if (isAccepted) world.finished.set(task.id, (world.finished.get(task.id) ?? 0) + 1);
  },
  async fail(world, step) {
    const task = pickHeld(world, step);
    if (task === undefined) return;
    const failure = { code: 'c', message: 'm', isRetryable: step.pick % 2 === 0 };
    await world.queue.fail(task.id, task.lease.fence, failure);
  },
  async cancel(world, step) {
    const task = pickHeld(world, step);
    if (task !== undefined) await world.queue.cancel(task.id).catch(() => undefined);
  },
  async compact({ queue }) {
    await queue.compact();
  },
  wait(world) {
    world.at += 400;
    return Promise.resolve();
  },
  async reopen(world) {
    const before = await world.queue.list();
    await world.queue[Symbol.asyncDispose]();
    world.queue = await openTaskQueue(world.dir, { now: () => world.at });
    expect(await world.queue.list()).toEqual(before);
  },
};

function pickHeld({ held }: World, { pick }: Step): LeasedTask | undefined {
  return held[pick % Math.max(1, held.length)];
}

async function startWorld(dir: string): Promise<World> {
  const clock = { at: 0 };
  const queue = await openTaskQueue(dir, { now: () => clock.at });
  return Object.assign(clock, { dir, queue, held: [], enqueued: [], finished: new Map() });
}

describe('any sequence of queue operations', () => {
  it('survives reopening unchanged, loses no task and finishes none twice', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(StepArbitrary, { maxLength: 40 }), async (steps) => {
        const dir = join(root, `run-${run++}`);
        const world = await startWorld(dir);
        for (const step of [...steps, { do: 'reopen', pick: 0 } as const])
          await ACTIONS[step.do](world, step);
        const tasks = await world.queue.list();
        await world.queue[Symbol.asyncDispose]();
        expect(tasks.map(({ id }) => id)).toEqual(world.enqueued);
        expect([...world.finished.values()].every((times) => times === 1)).toBe(true);
        expect(
          tasks
            .filter(({ state }) => state === 'done')
            .map(({ id }) => id)
            .sort(),
        ).toEqual([...world.finished.keys()].sort());
        await rm(dir, { recursive: true });
      }),
      { numRuns: 60, seed: 20_261_121 },
    );
  });
});
