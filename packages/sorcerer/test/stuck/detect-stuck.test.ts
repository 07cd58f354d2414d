import { describe, expect, it } from 'vitest';
import { detectStuck, type StuckPattern, type TraceStep } from '../../src/index.js';

const step = (action: string | null, observation: string, extra: Partial<TraceStep> = {}): TraceStep => ({
  action,
  observation,
  isError: false,
  isOverflow: false,
  ...extra,
});
const failing = (action: string | null, observation: string) => step(action, observation, { isError: true });
const times = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));

const loops: [StuckPattern, TraceStep[]][] = [
  ['same_action_same_result', times(4, () => step('a', 'x'))],
  ['same_action_same_error', [step('z', 'y'), ...times(3, () => failing('a', 'E0308'))]],
  ['no_action', times(3, (i) => failing(null, `prose ${i}`))],
  ['alternating', times(6, (i) => failing(i % 2 === 0 ? 'a' : 'b', i % 2 === 0 ? 'x' : 'y'))],
  ['overflow_loop', times(3, () => step(null, 'budget', { isError: true, isOverflow: true }))],
];

/** Long traces that move: every step differs from the one before in what was done or what came of it. */
const healthy = times(20, (n) =>
  times(12 + n, (i) => {
    const isError = (i + n) % 3 !== 0;
    return step(`action ${i % (3 + (n % 4))}`, `result ${Math.floor(i / 2)} of ${n}`, { isError });
  }),
);

describe('detectStuck', () => {
  it.each(loops)('finds %s', (pattern, trace) => {
    expect(detectStuck(trace)).toBe(pattern);
    expect(detectStuck([...times(5, (i) => step(`before ${i}`, 'fine')), ...trace])).toBe(pattern);
  });

  it.each(loops)('does not yet call %s a loop one step earlier', (_pattern, trace) => {
    expect(
      detectStuck(trace.slice(1).slice(-Math.max(1, trace.length - (trace[0]?.action === 'z' ? 2 : 1)))),
    ).toBeNull();
  });

  it('raises no alarm on 20 long traces that move, at any of their steps', () => {
    expect(healthy).toHaveLength(20);
    for (const trace of healthy) {
      for (let end = 1; end <= trace.length; end += 1) expect(detectStuck(trace.slice(0, end))).toBeNull();
    }
  });

  it('forgets a loop that was left', () => {
    expect(detectStuck([...times(3, () => failing('a', 'x')), step('b', 'y')])).toBeNull();
  });
});
