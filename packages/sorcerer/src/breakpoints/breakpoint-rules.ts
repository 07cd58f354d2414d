import type { Breakpoint, BreakpointType } from './breakpoint.js';

/** Everything a breakpoint may rest on. */
export interface BreakpointFacts {
  status: string;
  rule_id: string;
  label: string | null;
  /** The first gate that did not pass, null when all did or none ran. */
  failed_gate: string | null;
  attempt: number;
  confidence: number | null;
  is_calibrated: boolean;
}

/** One comparison of one fact; there is nothing else in the language. */
export type Condition =
  | { fact: keyof BreakpointFacts; is: 'one_of' | 'none_of'; values: readonly (string | boolean | null)[] }
  | { fact: 'attempt' | 'confidence'; is: 'at_least' | 'below'; value: number };

/** Fires when all its conditions hold. */
export interface BreakpointRule {
  type: BreakpointType;
  severity: Breakpoint['severity'];
  when: readonly Condition[];
  options: Breakpoint['options'];
}

const TEST_GATES = ['T4', 'T5'];
const GIVE_UPS = ['attempts-exhausted', 'no-new-approach'];
const LOW_CONFIDENCE = 0.3;

/** The rules, data alone; the first one that holds names the breakpoint. */
export const BREAKPOINT_RULES: readonly BreakpointRule[] = [
  {
    type: 'rate_limit_hit',
    severity: 'info',
    when: [isOneOf('status', 'paused'), isOneOf('rule_id', 'engine-overloaded')],
    options: ['continue', 'reject'],
  },
  {
    type: 'time_threshold_exceeded',
    severity: 'warning',
    when: [isOneOf('status', 'paused'), isOneOf('rule_id', 'budget-exhausted')],
    options: ['continue', 'reject'],
  },
  {
    type: 'architecture_decision',
    severity: 'warning',
    when: [isOneOf('status', 'paused'), isOneOf('rule_id', 'question-asked', 'questions-exhausted')],
    options: ['answer', 'reject'],
  },
  {
    type: 'architecture_decision',
    severity: 'info',
    when: [isOneOf('status', 'paused'), isOneOf('rule_id', 'approval-needed')],
    options: ['approve', 'reject'],
  },
  {
    type: 'conflicting_solutions',
    severity: 'critical',
    when: [
      isOneOf('status', 'paused'),
      isOneOf('rule_id', 'tree-keeps-moving', 'base-changed', 'receipt-of-another-tree'),
    ],
    options: ['continue', 'reject'],
  },
  {
    type: 'confidence_too_low',
    severity: 'warning',
    when: [isOneOf('status', 'verified'), isOneOf('label', 'needs_review')],
    options: ['apply', 'modify', 'reject'],
  },
  {
    type: 'confidence_too_low',
    severity: 'warning',
    when: [
      isOneOf('status', 'verified'),
      isOneOf('is_calibrated', true),
      { fact: 'confidence', is: 'below', value: LOW_CONFIDENCE },
    ],
    options: ['apply', 'modify', 'reject'],
  },
  {
    type: 'milestone_completion',
    severity: 'info',
    when: [isOneOf('status', 'verified')],
    options: ['apply', 'modify', 'reject'],
  },
  {
    type: 'breaking_test_failure',
    severity: 'critical',
    when: [
      isOneOf('status', 'rejected'),
      isOneOf('rule_id', ...GIVE_UPS),
      isOneOf('failed_gate', ...TEST_GATES),
    ],
    options: ['modify', 'reject'],
  },
  {
    type: 'consecutive_failures',
    severity: 'critical',
    when: [
      isOneOf('status', 'rejected'),
      isOneOf('rule_id', ...GIVE_UPS),
      { fact: 'failed_gate', is: 'none_of', values: TEST_GATES },
      { fact: 'attempt', is: 'at_least', value: 2 },
    ],
    options: ['modify', 'reject'],
  },
  {
    type: 'consecutive_failures',
    severity: 'critical',
    when: [
      isOneOf('status', 'paused'),
      isOneOf('rule_id', 'stuck', 'model-refused', 'gate-not-run', 'not-verified-yet'),
    ],
    options: ['continue', 'modify', 'reject'],
  },
];

/** The first rule whose conditions all hold; undefined when the run needs nobody. */
export function findBreakpoint(
  facts: BreakpointFacts,
  rules: readonly BreakpointRule[] = BREAKPOINT_RULES,
): BreakpointRule | undefined {
  return rules.find(({ when }) => when.every((condition) => isHolding(condition, facts)));
}

function isHolding(condition: Condition, facts: BreakpointFacts): boolean {
  const value = facts[condition.fact];
  switch (condition.is) {
    case 'one_of':
      return condition.values.some((allowed) => allowed === value);
    case 'none_of':
      return !condition.values.some((other) => other === value);
    case 'at_least':
      return typeof value === 'number' && value >= condition.value;
    case 'below':
      return typeof value === 'number' && value < condition.value;
  }
}

function isOneOf(fact: keyof BreakpointFacts, ...values: (string | boolean | null)[]): Condition {
  return { fact, is: 'one_of', values };
}
