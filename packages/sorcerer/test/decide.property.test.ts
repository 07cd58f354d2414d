import { DecisionSchema } from '@parseltongue/isg-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DECISION_RULE_IDS, type DecisionFacts, decide, MAX_ATTEMPTS } from '../src/index.js';

const proposals = [
  'made',
  'none_needed',
  'none_found',
  'malformed',
  'truncated',
  'refused',
  'edits_refused',
  'same_proposal',
  'question',
  'overloaded',
  'environment',
  'budget',
  'approval',
] as const;
const anyFacts: fc.Arbitrary<DecisionFacts> = fc.record({
  attempt: fc.integer({ min: 1, max: 5 }),
  max_attempts: fc.integer({ min: 1, max: 3 }),
  clarifications: fc.integer({ min: 0, max: 4 }),
  proposal: fc.constantFrom(...proposals),
  verdict: fc.constantFrom('passed', 'failed', 'inconclusive', 'not_run', null),
  receipt_hash: fc.constantFrom('hash', null),
  subject_matches: fc.boolean(),
  apply: fc.constantFrom('none', 'rolled_back', 'not_started'),
  next_differs: fc.boolean(),
  tree_moving: fc.boolean(),
  objections: fc.integer({ min: 0, max: 3 }),
  refinements: fc.integer({ min: 0, max: 2 }),
  stuck: fc.constantFrom('no_action', 'alternating', null),
  is_selection: fc.boolean(),
});
const good: DecisionFacts = {
  attempt: 1,
  max_attempts: 3,
  clarifications: 0,
  proposal: 'made',
  verdict: 'passed',
  receipt_hash: 'hash',
  subject_matches: true,
  apply: 'none',
  next_differs: true,
  tree_moving: false,
  objections: 0,
  refinements: 0,
  stuck: null,
  is_selection: false,
};
const seeded = { seed: 20260101, numRuns: 5_000 };

describe('decide', () => {
  it('answers every combination with a valid decision, the same one every time', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const decision = decide(facts);
        expect(DecisionSchema.safeParse(decision).success).toBe(true);
        expect(decide({ ...facts })).toEqual(decision);
        expect(decision.alternatives).not.toContain(decision.action);
      }),
      seeded,
    );
  });

  it('proceeds only with a passing receipt of exactly the proposed tree that nothing was taken back from', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        if (decide(facts).action !== 'proceed') return;
        expect(facts).toMatchObject({
          proposal: 'made',
          verdict: 'passed',
          subject_matches: true,
          apply: 'none',
        });
        expect(facts.receipt_hash).not.toBeNull();
      }),
      seeded,
    );
  });

  it("never retries past the third attempt, past the run's own limit, or without something new", () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        if (decide(facts).action !== 'retry') return;
        expect(facts.attempt).toBeLessThan(Math.min(facts.max_attempts, MAX_ATTEMPTS));
        expect(facts.next_differs).toBe(true);
      }),
      seeded,
    );
  });

  it.each<[string, string, Partial<DecisionFacts>]>([
    ['verified', 'proceed', {}],
    ['environment-broken', 'escalate', { proposal: 'environment' }],
    ['nothing-to-do', 'stop', { proposal: 'none_needed' }],
    ['engine-overloaded', 'checkpoint', { proposal: 'overloaded' }],
    ['budget-exhausted', 'checkpoint', { proposal: 'budget' }],
    ['approval-needed', 'checkpoint', { proposal: 'approval' }],
    ['question-asked', 'clarify', { proposal: 'question' }],
    ['questions-exhausted', 'escalate', { proposal: 'question', clarifications: 2 }],
    ['model-refused', 'escalate', { proposal: 'refused' }],
    ['tree-keeps-moving', 'checkpoint', { tree_moving: true, verdict: null }],
    ['receipt-of-another-tree', 'escalate', { subject_matches: false }],
    ['base-changed', 'checkpoint', { apply: 'not_started' }],
    ['gate-not-run', 'escalate', { verdict: 'not_run' }],
    ['review-objects', 'retry', { verdict: null, objections: 1 }],
    ['not-verified-yet', 'checkpoint', { verdict: null }],
    ['selection-failed', 'checkpoint', { verdict: 'failed', is_selection: true }],
    ['stuck', 'checkpoint', { verdict: 'failed', stuck: 'alternating' }],
    ['no-fix-known', 'stop', { proposal: 'none_found', attempt: 3, verdict: null }],
    ['attempts-exhausted', 'stop', { verdict: 'failed', attempt: 3 }],
    ['no-new-approach', 'stop', { verdict: 'failed', next_differs: false }],
    ['rolled-back', 'retry', { apply: 'rolled_back' }],
    ['gates-failed', 'retry', { verdict: 'failed' }],
    ['gates-inconclusive', 'retry', { verdict: 'inconclusive' }],
    ['no-usable-proposal', 'retry', { proposal: 'malformed', verdict: null }],
  ])('%s leads to %s', (rule, action, facts) => {
    expect(decide({ ...good, ...facts })).toMatchObject({ rule_id: rule, action });
  });

  it('has no input without effect: changing one alone changes the rule somewhere', () => {
    const changes = fc.sample(anyFacts, { seed: 7, numRuns: 400 });
    const names = Object.keys(good) as (keyof DecisionFacts)[];
    // contexts near a run where all is well: far from it an early rule hides the others
    const contexts = fc
      .sample(fc.tuple(anyFacts, fc.subarray(names, { maxLength: 3 })), { seed: 8, numRuns: 400 })
      .map(([facts, taken]) => ({
        ...good,
        ...Object.fromEntries(taken.map((name) => [name, facts[name]])),
      }));
    for (const name of names) {
      const isFelt = contexts.some((facts, i) => {
        const changed = { ...facts, [name]: changes[i]?.[name] };
        return decide(changed).rule_id !== decide(facts).rule_id;
      });
      expect([name, isFelt]).toEqual([name, true]);
    }
  });

  it.each<[string, Partial<DecisionFacts>, Partial<DecisionFacts>]>([
    ['the last attempt', { verdict: 'failed', attempt: 2 }, { verdict: 'failed', attempt: 3 }],
    ['the limit of the run', { verdict: 'failed', max_attempts: 2 }, { verdict: 'failed', max_attempts: 1 }],
    [
      'the second question',
      { proposal: 'question', clarifications: 1 },
      { proposal: 'question', clarifications: 2 },
    ],
    ['the first objection', { verdict: null, objections: 0 }, { verdict: null, objections: 1 }],
    [
      'the first refinement',
      { verdict: null, objections: 1, refinements: 0 },
      { verdict: null, objections: 1, refinements: 1 },
    ],
  ])('changes its mind at %s', (_name, before, after) => {
    expect(decide({ ...good, ...before }).action).not.toBe(decide({ ...good, ...after }).action);
  });

  it('explains itself with the rule and the values it saw', () => {
    const decision = decide({ ...good, verdict: 'failed' });
    expect(decision).toMatchObject({ rule_id: 'gates-failed', facts: { ...good, verdict: 'failed' } });
  });

  it('has a case above for every rule', () => {
    expect(DECISION_RULE_IDS).toHaveLength(24);
  });
});
