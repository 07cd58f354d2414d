import type { Decision, DecisionAction, Verdict } from '@parseltongue/isg-core';
import type { StuckPattern } from './stuck/detect-stuck.js';

/** The most attempts a run may make; more buy almost nothing. */
export const MAX_ATTEMPTS = 3;
/** The most rounds of questions a run may ask. */
export const MAX_CLARIFICATIONS = 2;
/** How often a review may send a change back. */
export const MAX_REFINEMENTS = 1;

/** Everything a decision may rest on. Facts are executed or counted, never read out of prose. */
export interface DecisionFacts {
  /** From 1. */
  attempt: number;
  max_attempts: number;
  clarifications: number;
  /** What proposing led to; `made` when there is a proposal. */
  proposal:
    | 'made'
    | 'none_needed'
    | 'none_found'
    | 'malformed'
    | 'truncated'
    | 'refused'
    | 'edits_refused'
    | 'same_proposal'
    | 'question'
    | 'overloaded'
    | 'environment'
    | 'budget'
    | 'approval';
  /** Null until the gates ran. */
  verdict: Verdict | null;
  /** Null without a report. */
  receipt_hash: string | null;
  /** The receipts speak of exactly the proposed tree. */
  subject_matches: boolean;
  /** The tree was written and taken back, or could not be written. */
  apply: 'none' | 'rolled_back' | 'not_started';
  /** The next attempt would differ from all earlier ones in context or strategy. */
  next_differs: boolean;
  /** The tree kept changing under the receipts. */
  tree_moving: boolean;
  /** What the review of this attempt found blocking. */
  objections: number;
  /** Attempts that a review sent back so far. */
  refinements: number;
  /** The shape of the loop the run is in. */
  stuck: StuckPattern | null;
  /** The proposal is the part of an earlier one that the user kept. */
  is_selection: boolean;
}

interface Rule {
  id: string;
  action: DecisionAction;
  alternatives: readonly DecisionAction[];
  holds: (facts: DecisionFacts) => boolean;
}

const hasProposal = (facts: DecisionFacts): boolean => facts.proposal === 'made';
const canRetry = (facts: DecisionFacts): boolean =>
  facts.attempt < Math.min(facts.max_attempts, MAX_ATTEMPTS);

/** The decision table: the first rule that holds decides. {@link LAST_RULE} always holds, so the table is total. */
const RULES: readonly Rule[] = [
  rule('environment-broken', ['escalate', 'stop'], (facts) => facts.proposal === 'environment'),
  rule('nothing-to-do', ['stop'], (facts) => facts.proposal === 'none_needed'),
  rule('engine-overloaded', ['checkpoint', 'escalate'], (facts) => facts.proposal === 'overloaded'),
  rule('budget-exhausted', ['checkpoint', 'stop'], (facts) => facts.proposal === 'budget'),
  rule('approval-needed', ['checkpoint', 'stop'], (facts) => facts.proposal === 'approval'),
  rule('question-asked', ['clarify', 'escalate'], canAsk),
  rule('questions-exhausted', ['escalate', 'stop'], (facts) => facts.proposal === 'question'),
  rule('model-refused', ['escalate', 'stop'], (facts) => facts.proposal === 'refused'),
  rule('tree-keeps-moving', ['checkpoint', 'stop'], (facts) => hasProposal(facts) && facts.tree_moving),
  rule('receipt-of-another-tree', ['escalate', 'stop'], isAboutAnotherTree),
  rule(
    'base-changed',
    ['checkpoint', 'stop'],
    (facts) => hasProposal(facts) && facts.apply === 'not_started',
  ),
  rule('verified', ['proceed', 'checkpoint'], isVerified),
  rule('gate-not-run', ['escalate', 'stop'], (facts) => hasProposal(facts) && facts.verdict === 'not_run'),
  rule('review-objects', ['retry', 'escalate'], isSentBack),
  rule('not-verified-yet', ['checkpoint', 'stop'], (facts) => hasProposal(facts) && facts.verdict === null),
  rule('selection-failed', ['checkpoint', 'stop'], (facts) => hasProposal(facts) && facts.is_selection),
  rule('no-fix-known', ['stop'], (facts) => facts.proposal === 'none_found' && !canRetry(facts)),
  rule('attempts-exhausted', ['stop', 'escalate'], (facts) => !canRetry(facts)),
  rule('no-new-approach', ['stop', 'escalate'], (facts) => !facts.next_differs),
  rule('stuck', ['checkpoint', 'stop'], (facts) => facts.stuck !== null),
  rule('rolled-back', ['retry', 'stop', 'escalate'], (facts) => facts.apply === 'rolled_back'),
  rule('gates-failed', ['retry', 'stop', 'escalate'], (facts) => facts.verdict === 'failed'),
  rule('gates-inconclusive', ['retry', 'stop', 'escalate'], (facts) => facts.verdict === 'inconclusive'),
];
const LAST_RULE: Rule = rule('no-usable-proposal', ['retry', 'stop', 'escalate'], () => true);

/** The ids of the table, in order. */
export const DECISION_RULE_IDS: readonly string[] = [...RULES, LAST_RULE].map(({ id }) => id);

/**
 * Decides what a run does next: a total, pure table over facts.
 *
 * `proceed` exists only with a passing receipt of exactly the proposed tree; no attempt follows the third.
 */
export function decide(
  facts: DecisionFacts,
  confidence: Decision['confidence'] = { value: null, calibrated: false, n: 0 },
): Decision {
  const found = RULES.find(({ holds }) => holds(facts)) ?? LAST_RULE;
  const restsOnReceipt = facts.receipt_hash !== null && facts.proposal === 'made';
  return {
    action: found.action,
    rule_id: found.id,
    facts: { ...facts },
    receipts: restsOnReceipt && facts.receipt_hash !== null ? [facts.receipt_hash] : [],
    confidence,
    alternatives: [...found.alternatives],
  };
}

/** A review may send a change back once; after that the gates alone judge. */
function isSentBack(facts: DecisionFacts): boolean {
  return (
    hasProposal(facts) &&
    facts.verdict === null &&
    facts.objections > 0 &&
    facts.refinements < MAX_REFINEMENTS &&
    canRetry(facts) &&
    facts.next_differs
  );
}

function isVerified(facts: DecisionFacts): boolean {
  return (
    facts.proposal === 'made' &&
    facts.verdict === 'passed' &&
    facts.receipt_hash !== null &&
    facts.subject_matches &&
    facts.apply === 'none'
  );
}

function isAboutAnotherTree(facts: DecisionFacts): boolean {
  return facts.proposal === 'made' && facts.verdict !== null && !facts.subject_matches;
}

function canAsk(facts: DecisionFacts): boolean {
  return facts.proposal === 'question' && facts.clarifications < MAX_CLARIFICATIONS;
}

/** The first action is the rule's; the others are what a person may choose instead. */
function rule(
  id: string,
  [action, ...alternatives]: readonly [DecisionAction, ...DecisionAction[]],
  holds: Rule['holds'],
): Rule {
  return { id, action, alternatives, holds };
}
