import type { Decision, RunEvent, Verdict } from '@parseltongue/isg-core';
import { type BudgetLedger, chargeUsage, createLedger } from './budget.js';
import type { Evidence } from './evidence.js';
import type {
  Artefact,
  EventPayload,
  ProposeOutcome,
  RunSettings,
  RunStatus,
  TypedEvent,
} from './log/event-payloads.js';
import type { Clarification } from './reasoner.js';

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
  report: VerifiedReport | null;
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
}

/** A run as its log tells it. Everything the workflow decides is decided from this. */
export interface RunState {
  settings: RunSettings | null;
  attempts: AttemptState[];
  clarifications: Clarification[];
  ledger: BudgetLedger;
  commit: string | null;
  isPromoted: boolean;
  /** The user said to apply what a dry run verified. */
  isApplyAsked: boolean;
  ended: { status: RunStatus; reason: string } | null;
  lastEventAt: number | null;
}

/** The state before the first event. */
function createRunState(): RunState {
  return {
    settings: null,
    attempts: [],
    clarifications: [],
    ledger: createLedger(),
    commit: null,
    isPromoted: false,
    isApplyAsked: false,
    ended: null,
    lastEventAt: null,
  };
}

/** The state after all events; the same events give the same state. */
export function foldEvents(events: readonly RunEvent[]): RunState {
  return events.reduce(foldEvent, createRunState());
}

/** The state after one more event. */
export function foldEvent(state: RunState, event: RunEvent): RunState {
  const at = Date.parse(event.at);
  const typed = { type: event.type, payload: event.payload } as unknown as TypedEvent;
  const next = foldRun(state, typed) ?? foldAttempt(state, typed) ?? state;
  return { ...next, ledger: advanceClock(next.ledger, { state, typed, at }), lastEventAt: at };
}

/** Time between events counts as active, except from the end of a session to the start of the next. */
function advanceClock(
  ledger: BudgetLedger,
  { state, typed, at }: { state: RunState; typed: TypedEvent; at: number },
): BudgetLedger {
  const isNewSession = typed.type === 'stage-started' && typed.payload.stage === 'resume';
  const elapsed =
    state.lastEventAt === null || isNewSession || state.ended !== null ? 0 : at - state.lastEventAt;
  return { ...ledger, active_ms: ledger.active_ms + Math.max(0, elapsed) };
}

function foldRun(state: RunState, event: TypedEvent): RunState | undefined {
  switch (event.type) {
    case 'run-started':
      return { ...state, settings: event.payload };
    case 'breakpoint-resolved':
      return foldResolution(state, event.payload);
    case 'commit-created':
      return { ...state, commit: event.payload.commit };
    case 'graph-promoted':
      return { ...state, isPromoted: true };
    case 'run-ended':
      return { ...state, ended: event.payload };
    case 'stage-started':
      return event.payload.stage === 'attempt' ? foldNewAttempt(state, event.payload) : undefined;
    case 'model-called':
      return {
        ...patchAttempt(state, { answer: event.payload.artefact }),
        ledger: chargeUsage(state.ledger, event.payload.usage),
      };
    default:
      return undefined;
  }
}

/**
 * Going on after a pause takes up the latest attempt: what made it stop is cleared, its proposal stays.
 * A run paused from outside in the middle of an attempt has nothing to clear.
 */
function foldResolution(state: RunState, payload: EventPayload<'breakpoint-resolved'>): RunState {
  const settings = state.settings === null ? null : { ...state.settings, caps: payload.caps };
  const resumed: RunState = {
    ...state,
    settings,
    ended: null,
    clarifications: [...state.clarifications, ...payload.clarifications],
    isApplyAsked: state.isApplyAsked || payload.choice === 'apply',
  };
  const decision = state.attempts.at(-1)?.decision ?? null;
  if (decision === null || decision.action === 'proceed') return resumed;
  return patchAttempt(resumed, { ...CLEARED, apply: 'none', recheckCount: 0 });
}

const CLEARED = { outcome: null, answer: null, context: null, report: null, decision: null } as const;

function foldNewAttempt(
  state: RunState,
  payload: { attempt: number; strategy: string; fingerprint: string },
): RunState {
  const attempt: AttemptState = {
    number: payload.attempt,
    strategy: payload.strategy,
    fingerprint: payload.fingerprint,
    context: null,
    answer: null,
    outcome: null,
    proposalId: null,
    proposal: null,
    report: null,
    recheckCount: 0,
    apply: 'none',
    applyReason: null,
    decision: null,
  };
  return {
    ...state,
    attempts: [...state.attempts.filter(({ number }) => number !== payload.attempt), attempt],
  };
}

function foldAttempt(state: RunState, event: TypedEvent): RunState | undefined {
  switch (event.type) {
    case 'stage-ended':
      return foldStageEnd(state, event.payload);
    case 'rows-proposed':
      return patchAttempt(state, { proposal: event.payload.artefact, proposalId: event.payload.proposal_id });
    case 'decision-made':
      return patchAttempt(state, { decision: event.payload.decision });
    case 'apply-started':
      return patchAttempt(state, { apply: 'started' });
    case 'apply-ended':
      return patchAttempt(state, {
        apply: event.payload.status,
        applyReason: event.payload.reason,
        ...(event.payload.status === 'applied' ? {} : { decision: null }),
      });
    default:
      return undefined;
  }
}

function foldStageEnd(state: RunState, payload: EventPayload<'stage-ended'>): RunState {
  switch (payload.stage) {
    case 'context':
      return patchAttempt(state, { context: payload.artefact });
    case 'propose': {
      const { outcome: kind, reason, evidence, questions } = payload;
      return patchAttempt(state, { outcome: { kind, reason, evidence, questions } });
    }
    case 'verify': {
      const { artefact, verdict, receipt_hash: receiptHash, subject_matches: subjectMatches } = payload;
      return patchAttempt(state, { report: { artefact, verdict, receiptHash, subjectMatches } });
    }
    case 'recheck': {
      const recheckCount = (state.attempts.at(-1)?.recheckCount ?? 0) + 1;
      return patchAttempt(state, { report: null, decision: null, recheckCount });
    }
  }
}

function patchAttempt(state: RunState, patch: Partial<AttemptState>): RunState {
  const last = state.attempts.at(-1);
  if (last === undefined) return state;
  return { ...state, attempts: [...state.attempts.slice(0, -1), { ...last, ...patch }] };
}
