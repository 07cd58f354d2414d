import type { Decision, Verdict } from '@parseltongue/isg-core';
import type { BudgetLedger } from './budget.js';
import type { Evidence } from './evidence.js';
import type {
  Artefact,
  ProposeOutcome,
  ReproductionStatus,
  RunSettings,
  RunStatus,
} from './log/event-payloads.js';
import type { ChangeKind } from './prd/prd.js';
import type { Clarification, PlanStep } from './reasoner.js';

/** What became of one attempt. */
export interface AttemptState {
  number: number;
  strategy: string;
  /** Hash of the context and the strategy: two attempts with one fingerprint would be the same attempt. */
  fingerprint: string;
  context: Artefact | null;
  answer: Artefact | null;
  /** Set when no proposal came out. */
  outcome: { kind: ProposeOutcome; reason: string; evidence: Evidence[]; questions: string[] } | null;
  proposalId: string | null;
  proposal: Artefact | null;
  risks: string[];
  /** Why a person has to look although the gates pass. */
  reviewReason: string | null;
  size: { rows: number; files: number };
  /** The proposal is the part of an earlier one that the user kept. */
  isSelection: boolean;
  /** What B02 found blocking; null before it ran. */
  review: { artefact: Artefact; objections: string[] } | null;
  report: VerifiedReport | null;
  /** What the proposal's tests do on the base; null before they ran there. */
  reproduction: { status: ReproductionStatus; detail: string } | null;
  /** How often the tree moved under the receipts. */
  recheckCount: number;
  apply: 'none' | 'started' | 'applied' | 'rolled_back' | 'not_started';
  applyReason: string | null;
  decision: Decision | null;
}

/** The recorded result of the gates. */
export interface VerifiedReport {
  artefact: Artefact;
  verdict: Verdict;
  receiptHash: string;
  subjectMatches: boolean;
  /** Share of edited code rows that a test reaches; null where it says nothing. */
  coveredShare: number | null;
}

/** What was planned before the first attempt. */
export interface PlanningState {
  base: Artefact | null;
  prd: { artefact: Artefact; version: number; kind: ChangeKind; acceptance: string[] } | null;
  isApproved: boolean;
  tests: Artefact | null;
  interfaces: Artefact | null;
  plan: Artefact | null;
  scans: Artefact | null;
  /** Set when planning stopped. */
  outcome: { kind: ProposeOutcome; reason: string; questions: string[] } | null;
  decision: Decision | null;
}

/** A run as its log tells it. Everything the workflow decides is decided from this. */
export interface RunState {
  settings: RunSettings | null;
  planning: PlanningState;
  attempts: AttemptState[];
  clarifications: Clarification[];
  /** Rounds of questions that were answered. */
  answeredRounds: number;
  /** Calls so far, by step. */
  calls: Partial<Record<PlanStep | 'propose', number>>;
  /** Attempts made before the user last asked for something else; the limit counts from there. */
  attemptBase: number;
  /** The user asked for another attempt on the same context. */
  isModifyAsked: boolean;
  ledger: BudgetLedger;
  commit: string | null;
  isPromoted: boolean;
  /** The user said to apply what a dry run verified. */
  isApplyAsked: boolean;
  ended: { status: RunStatus; reason: string } | null;
  lastEventAt: number | null;
}

/** What the run can say about why its latest proposal is right: a bug was reproduced, or a person has to look. */
export function labelOf(state: RunState): 'reproduced' | 'needs_review' | null {
  const { reproduction = null, reviewReason = null } = state.attempts.at(-1) ?? {};
  if (reviewReason !== null) return 'needs_review';
  if (reproduction === null) return null;
  if (reproduction.status === 'reproduced') return 'reproduced';
  const isEnough = kindOf(state) !== 'bug' && reproduction.status === 'does_not_build';
  return isEnough ? null : 'needs_review';
}

/** What kind of change the run makes; the user's word goes before the PRD's. */
export function kindOf(state: RunState): ChangeKind | null {
  return state.settings?.kind ?? state.planning.prd?.kind ?? null;
}

/** Attempts since the user last asked for something else, from 1. */
export function countAttempts(state: RunState): number {
  return state.attempts.length - state.attemptBase;
}
