import { estimateTokenCount } from '@parseltongue/isg-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BudgetLedger,
  checkBudget,
  createDeltaCoalescer,
  DEFAULT_BUDGET_CAPS,
  packContext,
} from '../src/index.js';

const empty: BudgetLedger = {
  input_tokens: 0,
  output_tokens: 0,
  cache_read_tokens: 0,
  cost_usd: 0,
  calls_without_cost: 0,
  model_calls: 0,
  active_ms: 0,
};
const call = { inputTokens: 1_000, outputTokens: 1_000, costUsd: null };

describe('checkBudget', () => {
  it.each<[string, Partial<BudgetLedger>, Partial<typeof DEFAULT_BUDGET_CAPS>, object]>([
    ['lets a first call pass', {}, {}, { status: 'within', warning: null }],
    ['stops at the token cap', { input_tokens: 498_001 }, {}, { status: 'exhausted', cap: 'total_tokens' }],
    [
      'lets the last token pass with a warning',
      { input_tokens: 498_000 },
      {},
      { status: 'within', warning: 95 },
    ],
    [
      'warns at four fifths',
      { output_tokens: 398_000 },
      {},
      { status: 'within', cap: 'total_tokens', warning: 80 },
    ],
    ['stops at the number of calls', { model_calls: 24 }, {}, { status: 'exhausted', cap: 'model_calls' }],
    ['stops when the time is over', { active_ms: 3_600_000 }, {}, { status: 'exhausted', cap: 'wall_ms' }],
    ['stops at the cost cap', { cost_usd: 2.01 }, { cost_usd: 2 }, { status: 'exhausted', cap: 'cost_usd' }],
    ['knows no cost cap by default', { cost_usd: 1e6 }, {}, { status: 'within' }],
    [
      'stops at a context that is too large',
      {},
      { context_tokens: 999 },
      { status: 'exhausted', cap: 'context_tokens' },
    ],
    ['does not count tokens served from a cache', { cache_read_tokens: 1e9 }, {}, { status: 'within' }],
  ])('%s', (...row) => {
    const [, ledger, caps, expected] = row;
    expect(checkBudget({ ...DEFAULT_BUDGET_CAPS, ...caps }, { ...empty, ...ledger }, call)).toMatchObject(
      expected,
    );
  });
});

describe('packContext', () => {
  it('never exceeds the budget and never cuts an entry', () => {
    const section = fc.record({
      title: fc.string({ maxLength: 20 }),
      entries: fc.array(fc.string({ maxLength: 200, unit: 'grapheme' }), { maxLength: 30 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(
        fc.array(section, { maxLength: 5 }),
        fc.integer({ min: 0, max: 2_000 }),
        (sections, budget) => {
          const packed = packContext(sections, budget);
          expect(packed.tokenCount).toBe(estimateTokenCount(packed.text));
          expect(packed.tokenCount).toBeLessThanOrEqual(budget);
          expect(packContext(sections, budget)).toEqual(packed);
        },
      ),
      { seed: 20260101, numRuns: 2_000 },
    );
  });

  it('gives what one section leaves to the next and counts what is left out', () => {
    const entries = Array.from({ length: 50 }, (_, i) => `entry ${i} ${'x'.repeat(20)}`);
    const packed = packContext(
      [
        { title: 'Few', entries: ['one'], share: 0.5 },
        { title: 'Many', entries, share: 0.5 },
      ],
      300,
    );
    expect(packed.text).toContain('## Few\none\n');
    expect(packed.text).toMatch(/\(\d+ more left out\)/);
    expect(packed.tokenCount).toBeGreaterThan(200);
    expect(packed.leftOut).toBeGreaterThan(0);
  });
});

describe('createDeltaCoalescer', () => {
  it('passes the first piece at once, then five tokens or 100 ms together, and loses nothing', () => {
    let now = 0;
    const passed: string[] = [];
    const deltas = createDeltaCoalescer(
      () => now,
      (text) => passed.push(text),
    );
    deltas.push('a');
    expect(passed).toEqual(['a']);
    deltas.push('b');
    deltas.push('c');
    expect(passed).toEqual(['a']);
    now = 100;
    deltas.push('d');
    deltas.push('fifteen letters');
    deltas.push('e');
    deltas.flush();
    deltas.flush();
    expect(passed).toEqual(['a', 'bcd', 'fifteen letters', 'e']);
  });
});
