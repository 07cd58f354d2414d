import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createStepPacer } from '../../src/worker/step-pacer.js';

const LIMITS = { sliceTokens: 64, batchTokens: 320 };

/** Work that is under way until it is told to end. */
function createWork() {
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  return {
    started,
    run: (name: string) => () =>
      new Promise<void>((resolve) => {
        started.push(name);
        ends.set(name, resolve);
      }),
    end: async (name: string) => {
      ends.get(name)?.();
      await settle();
    },
  };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await nextTurn();
}

describe('prompts', () => {
  it('share one batch, a slice each, while nobody generates', async () => {
    const pacer = createStepPacer(LIMITS);
    const work = createWork();
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    for (const name of names) void pacer.evaluate(64, work.run(name));
    expect(work.started).toEqual([]);
    await settle();
    expect(pacer.isGenerating).toBe(false);
    expect(work.started).toEqual(['a', 'b', 'c', 'd', 'e']);
    await work.end('a');
    expect(work.started).toEqual(names);
  });

  it('go on slice by slice while somebody generates, with a token of theirs in between', async () => {
    const pacer = createStepPacer(LIMITS);
    const work = createWork();
    const generating = pacer.join();
    expect(pacer.isGenerating).toBe(true);
    void pacer.evaluate(64, work.run('a'));
    void pacer.evaluate(64, work.run('b'));
    await settle();
    expect(work.started).toEqual(['a']);
    await work.end('a');
    expect(work.started).toEqual(['a']);
    await generating.step();
    await settle();
    expect(work.started).toEqual(['a', 'b']);
  });

  it('come to a slice at a time as soon as one of them came to its first token', async () => {
    const pacer = createStepPacer(LIMITS);
    const work = createWork();
    const first = pacer.evaluate(64, work.run('a')).then(() => pacer.join());
    for (const name of ['b', 'c', 'd', 'e']) void pacer.evaluate(64, work.run(name));
    await settle();
    void pacer.evaluate(64, work.run('f'));
    void pacer.evaluate(64, work.run('g'));
    for (const name of ['a', 'b', 'c', 'd']) await work.end(name);
    await first;
    expect(work.started).toEqual(['a', 'b', 'c', 'd', 'e']);
    await work.end('e');
    expect(work.started).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });
});

describe('a pause', () => {
  it('has the context to itself', async () => {
    const pacer = createStepPacer(LIMITS);
    const work = createWork();
    void pacer.evaluate(64, work.run('slice'));
    void pacer.pause(work.run('pause'));
    void pacer.evaluate(64, work.run('next'));
    await settle();
    expect(work.started).toEqual(['slice']);
    await work.end('slice');
    expect(work.started).toEqual(['slice', 'pause']);
    await work.end('pause');
    expect(work.started).toEqual(['slice', 'pause', 'next']);
  });
});

describe('a step', () => {
  it('waits until every sequence that generates has its token, and for none that left', async () => {
    const pacer = createStepPacer(LIMITS);
    const [one, two, three] = [pacer.join(), pacer.join(), pacer.join()];
    const went: string[] = [];
    void one.step().then(() => went.push('one'));
    void two.step().then(() => went.push('two'));
    await settle();
    expect(went).toEqual([]);
    three.leave();
    await settle();
    expect(went).toEqual(['one', 'two']);
  });

  it('is taken together by all that came to their first token in one batch', async () => {
    const pacer = createStepPacer(LIMITS);
    const went: string[] = [];
    const one = pacer.join();
    void one.step().then(() => went.push('one'));
    const two = await Promise.resolve().then(() => pacer.join());
    await settle();
    expect(went).toEqual([]);
    void two.step().then(() => went.push('two'));
    await settle();
    expect(went).toEqual(['one', 'two']);
  });
});
