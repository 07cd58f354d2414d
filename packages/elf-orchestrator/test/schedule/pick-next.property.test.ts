import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Lane, type ModelSeats, pickNext, type WaitingWork } from '../../src/schedule/pick-next.js';

const NOW = 1_000_000;
const READY: ModelSeats = { state: 'ready', freeSeats: 1 };

function work(id: string, model: string, change: Partial<WaitingWork> = {}): WaitingWork {
  return { id, model, lane: 'batch', priority: 0, queuedAt: NOW - 1_000, prefixKey: null, ...change };
}

function pick(waiting: WaitingWork[], change: Partial<Parameters<typeof pickNext>[1]> = {}) {
  const context = { now: NOW, seatsOf: () => READY, current: null, isBatchPaused: false };
  const next = pickNext(waiting, { ...context, ...change });
  return next === null ? null : `${next.kind} ${next.work.id}`;
}

describe('the order of work', () => {
  it('puts people before batches, until a batch has waited for a minute', () => {
    expect(pick([work('b', 'm'), work('i', 'm', { lane: 'interactive' })])).toBe('run i');
    const aged = work('b', 'm', { queuedAt: NOW - 60_001 });
    expect(pick([aged, work('i', 'm', { lane: 'interactive' })])).toBe('run b');
  });

  it('stays with a loaded model until somebody has waited for half a minute', () => {
    const seatsOf = (model: string): ModelSeats =>
      model === 'a' ? READY : { state: 'absent', freeSeats: 0 };
    expect(pick([work('b', 'b', { queuedAt: NOW - 29_000 }), work('a', 'a')], { seatsOf })).toBe('run a');
    expect(pick([work('b', 'b', { queuedAt: NOW - 31_000 }), work('a', 'a')], { seatsOf })).toBe('load b');
  });

  it('stays with the current prefix, then goes by arrival', () => {
    const current = { model: 'm', prefixKey: 'p' };
    const first = work('first', 'm', { queuedAt: NOW - 2_000, prefixKey: 'q' });
    expect(pick([first, work('same', 'm', { prefixKey: 'p' })], { current })).toBe('run same');
    expect(pick([work('late', 'm'), first])).toBe('run first');
  });

  it('holds batches back while they are paused', () => {
    expect(pick([work('b', 'm')], { isBatchPaused: true })).toBeNull();
  });

  it('lets everything run in the end, whatever arrives', () => {
    const lane = fc.constantFrom<Lane>('interactive', 'batch');
    const any = fc.record({
      model: fc.constantFrom('a', 'b', 'c'),
      lane,
      priority: fc.integer({ min: -9, max: 9 }),
    });
    fc.assert(
      fc.property(fc.array(any, { minLength: 1, maxLength: 30 }), (specs) => {
        const waiting = specs.map((spec, index) =>
          work(`w${index}`, spec.model, { ...spec, queuedAt: NOW - index }),
        );
        const done: string[] = [];
        while (waiting.length > 0) {
          const next = pickNext(waiting, {
            now: NOW,
            seatsOf: () => READY,
            current: null,
            isBatchPaused: false,
          });
          expect(next).not.toBeNull();
          done.push(next!.work.id);
          waiting.splice(waiting.indexOf(next!.work), 1);
        }
        expect(new Set(done).size).toBe(specs.length);
      }),
      { seed: 7, numRuns: 100 },
    );
  });
});
