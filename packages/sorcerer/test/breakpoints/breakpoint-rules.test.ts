import { describe, expect, it } from 'vitest';
import {
  BREAKPOINT_RULES,
  type BreakpointFacts,
  type BreakpointType,
  DECISION_RULE_IDS,
  findBreakpoint,
} from '../../src/index.js';

const quiet: BreakpointFacts = {
  status: 'committed',
  rule_id: 'verified',
  label: null,
  failed_gate: null,
  attempt: 1,
  confidence: null,
  is_calibrated: false,
};

const fixtures: [BreakpointType, Partial<BreakpointFacts>][] = [
  ['rate_limit_hit', { status: 'paused', rule_id: 'engine-overloaded' }],
  ['time_threshold_exceeded', { status: 'paused', rule_id: 'budget-exhausted' }],
  ['architecture_decision', { status: 'paused', rule_id: 'question-asked' }],
  ['architecture_decision', { status: 'paused', rule_id: 'questions-exhausted' }],
  ['architecture_decision', { status: 'paused', rule_id: 'approval-needed', attempt: 0 }],
  ['conflicting_solutions', { status: 'paused', rule_id: 'base-changed' }],
  ['conflicting_solutions', { status: 'paused', rule_id: 'tree-keeps-moving' }],
  ['confidence_too_low', { status: 'verified', label: 'needs_review' }],
  ['confidence_too_low', { status: 'verified', is_calibrated: true, confidence: 0.29 }],
  ['milestone_completion', { status: 'verified' }],
  [
    'breaking_test_failure',
    { status: 'rejected', rule_id: 'attempts-exhausted', failed_gate: 'T4', attempt: 3 },
  ],
  [
    'breaking_test_failure',
    { status: 'rejected', rule_id: 'no-new-approach', failed_gate: 'T5', attempt: 1 },
  ],
  [
    'consecutive_failures',
    { status: 'rejected', rule_id: 'attempts-exhausted', failed_gate: 'T3', attempt: 3 },
  ],
  ['consecutive_failures', { status: 'paused', rule_id: 'stuck', attempt: 4 }],
];

/** 32 runs that need nobody, or not the type named. */
const negatives: [string, Partial<BreakpointFacts>, BreakpointType | undefined][] = [
  ...['committed', 'applied', 'nothing_to_do', 'failed', 'cancelled'].map(
    (status): [string, Partial<BreakpointFacts>, undefined] => [
      `a run that is ${status}`,
      { status },
      undefined,
    ],
  ),
  ...['committed', 'applied'].flatMap((status) =>
    ['T4', 'T5', 'T3'].map((failed_gate): [string, Partial<BreakpointFacts>, undefined] => [
      `${status} after ${failed_gate} failed once`,
      { status, failed_gate, attempt: 2 },
      undefined,
    ]),
  ),
  ...[0.3, 0.31, 0.5, 0.99].map((confidence): [string, Partial<BreakpointFacts>, BreakpointType] => [
    `calibrated at ${confidence}`,
    { status: 'verified', is_calibrated: true, confidence },
    'milestone_completion',
  ]),
  ...[0, 0.1, 0.29].map((confidence): [string, Partial<BreakpointFacts>, BreakpointType] => [
    `uncalibrated at ${confidence}`,
    { status: 'verified', confidence },
    'milestone_completion',
  ]),
  ['a reproduced bug', { status: 'verified', label: 'reproduced' }, 'milestone_completion'],
  ['a needs-review that was applied', { status: 'committed', label: 'needs_review' }, undefined],
  ['one failure alone', { status: 'rejected', rule_id: 'attempts-exhausted', attempt: 1 }, undefined],
  ['no fix known', { status: 'rejected', rule_id: 'no-fix-known', attempt: 3 }, undefined],
  ['a rejection by the user', { status: 'rejected', rule_id: 'verified', attempt: 3 }, undefined],
  ...['T0', 'T1', 'T3'].map((failed_gate): [string, Partial<BreakpointFacts>, BreakpointType] => [
    `${failed_gate} is no test failure`,
    { status: 'rejected', rule_id: 'attempts-exhausted', failed_gate, attempt: 2 },
    'consecutive_failures',
  ]),
  ['a pause from outside', { status: 'paused', rule_id: 'verified' }, undefined],
  ['an overload that passed', { status: 'committed', rule_id: 'engine-overloaded' }, undefined],
  ['a cap that was raised', { status: 'committed', rule_id: 'budget-exhausted' }, undefined],
  ['a question that was answered', { status: 'committed', rule_id: 'question-asked' }, undefined],
  ['a broken environment', { status: 'failed', rule_id: 'environment-broken' }, undefined],
  ['a review that sent back', { status: 'committed', rule_id: 'review-objects' }, undefined],
  ['a part that passed', { status: 'committed', rule_id: 'verified', attempt: 2 }, undefined],
];

describe('findBreakpoint', () => {
  it.each(fixtures)('fires %s on its facts', (type, facts) => {
    expect(findBreakpoint({ ...quiet, ...facts })?.type).toBe(type);
  });

  it.each(negatives)('does not mistake %s', (_name, facts, type) => {
    expect(findBreakpoint({ ...quiet, ...facts })?.type).toBe(type);
  });

  it('has a fixture for each of the eight types and enough that need nobody', () => {
    expect(new Set(fixtures.map(([type]) => type))).toEqual(
      new Set(BREAKPOINT_RULES.map(({ type }) => type)),
    );
    expect(new Set(fixtures.map(([type]) => type)).size).toBe(8);
    expect(negatives.length).toBeGreaterThanOrEqual(32);
  });

  it('is data: it survives JSON and names only facts and rules that exist', () => {
    expect(JSON.parse(JSON.stringify(BREAKPOINT_RULES))).toEqual(BREAKPOINT_RULES);
    const named = BREAKPOINT_RULES.flatMap(({ when }) => when).flatMap((condition) =>
      condition.fact === 'rule_id' && 'values' in condition ? condition.values : [],
    );
    expect(named.every((id) => DECISION_RULE_IDS.includes(String(id)))).toBe(true);
  });

  it('never offers to apply what is not verified', () => {
    for (const { when, options } of BREAKPOINT_RULES) {
      if (!options.includes('apply')) continue;
      expect(when).toContainEqual({ fact: 'status', is: 'one_of', values: ['verified'] });
    }
  });
});
