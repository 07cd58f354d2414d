import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createStepPacer } from '../../src/worker/step-pacer.js';

const SLICE_TOKENS = 64;

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
  it('have a slice under way at once, or shorter pieces together', async () => {
    const pacer = createStepPacer(SLICE_TOKENS);
    const work = createWork();
    for (const [name, tokenCount] of Object.entries({ a: 64, b: 30, c: 34, d: 1 }))
      void pacer.evaluate(tokenCount, work.run(name));
    await settle();
    expect(pacer.isGenerating).toBe(false);
    expect(work.started).toEqual(['a']);
    await work.end('a');
    expect(work.started).toEqual(['a', 'b', 'c']);
    await work.end('b');
    expect(work.started).toEqual(['a', 'b', 'c', 'd']);
  });

  it('go on slice by slice while somebody generates, with a token of theirs in between', async () => {
    const pacer = createStepPacer(SLICE_TOKENS);
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
});

describe('a pause', () => {
  it('has the context to itself', async () => {
    const pacer = createStepPacer(SLICE_TOKENS);
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
    const pacer = createStepPacer(SLICE_TOKENS);
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
    const pacer = createStepPacer(SLICE_TOKENS);
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
