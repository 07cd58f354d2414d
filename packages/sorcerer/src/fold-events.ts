import type { RunEvent } from '@parseltongue/isg-core';
import { type BudgetLedger, chargeUsage, createLedger } from './budget.js';
import type { EventPayload, TypedEvent } from './log/event-payloads.js';
import type { AttemptState, PlanningState, RunState } from './run-state.js';

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

/** The state before the first event. */
function createRunState(): RunState {
  return {
    settings: null,
    planning: {
      base: null,
      prd: null,
      isApproved: false,
      tests: null,
      interfaces: null,
      plan: null,
      scans: null,
      outcome: null,
      decision: null,
    },
    attempts: [],
    clarifications: [],
    answeredRounds: 0,
    calls: {},
    attemptBase: 0,
    isModifyAsked: false,
    ledger: createLedger(),
    commit: null,
    isPromoted: false,
    isApplyAsked: false,
    ended: null,
    lastEventAt: null,
  };
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
      return foldCall(state, event.payload);
    default:
      return undefined;
  }
}

function foldCall(state: RunState, { step, usage, artefact }: EventPayload<'model-called'>): RunState {
  const counted: RunState = {
    ...state,
    calls: { ...state.calls, [step]: (state.calls[step] ?? 0) + 1 },
    ledger: chargeUsage(state.ledger, usage),
  };
  return step === 'propose' ? patchAttempt(counted, { answer: artefact }) : counted;
}

/**
 * Going on after a pause takes up the latest attempt: what made it stop is cleared, its proposal stays.
 * A run paused from outside in the middle of an attempt has nothing to clear.
 */
function foldResolution(state: RunState, payload: EventPayload<'breakpoint-resolved'>): RunState {
  const { choice } = payload;
  const settings = state.settings === null ? null : { ...state.settings, caps: payload.caps };
  const resumed: RunState = {
    ...state,
    settings,
    ended: null,
    clarifications: [...state.clarifications, ...payload.clarifications],
    answeredRounds: state.answeredRounds + (choice === 'answer' ? 1 : 0),
    isApplyAsked: state.isApplyAsked || choice === 'apply',
    planning: {
      ...state.planning,
      outcome: null,
      decision: null,
      isApproved: state.planning.isApproved || choice === 'approve',
    },
  };
  if (choice === 'modify') return askAnew(resumed);
  const decision = state.attempts.at(-1)?.decision ?? null;
  if (decision === null || decision.action === 'proceed') return resumed;
  return patchAttempt(resumed, { ...CLEARED, apply: 'none', recheckCount: 0 });
}

/** The next attempt counts as the first again and keeps the context of the last. */
function askAnew(state: RunState): RunState {
  return { ...state, isModifyAsked: true, isApplyAsked: false, attemptBase: state.attempts.length };
}

const CLEARED = {
  outcome: null,
  answer: null,
  context: null,
  report: null,
  reproduction: null,
  decision: null,
} as const;

function foldNewAttempt(
  state: RunState,
  payload: { attempt: number; strategy: string; fingerprint: string },
): RunState {
  const attempt: AttemptState = {
    number: payload.attempt,
    strategy: payload.strategy,
    fingerprint: payload.fingerprint,
    context: state.isModifyAsked ? (state.attempts.at(-1)?.context ?? null) : null,
    answer: null,
    outcome: null,
    proposalId: null,
    proposal: null,
    risks: [],
    reviewReason: null,
    size: { rows: 0, files: 0 },
    isSelection: false,
    review: null,
    report: null,
    reproduction: null,
    recheckCount: 0,
    apply: 'none',
    applyReason: null,
    decision: null,
  };
  return {
    ...state,
    isModifyAsked: false,
    attempts: [...state.attempts.filter(({ number }) => number !== payload.attempt), attempt],
  };
}

function foldAttempt(state: RunState, event: TypedEvent): RunState | undefined {
  switch (event.type) {
    case 'stage-ended':
      return foldStageEnd(state, event.payload);
    case 'rows-proposed':
      return foldProposal(state, event.payload);
    case 'decision-made':
      return event.payload.attempt === 0
        ? { ...state, planning: { ...state.planning, decision: event.payload.decision } }
        : patchAttempt(state, { decision: event.payload.decision });
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

/** A kept part of a proposal takes its place and has to pass the gates like the whole did. */
function foldProposal(state: RunState, payload: EventPayload<'rows-proposed'>): RunState {
  const { artefact: proposal, proposal_id: proposalId, risks, is_selection: isSelection } = payload;
  const size = { rows: payload.rows.length, files: payload.files.length };
  const reviewReason = payload.review_reason ?? null;
  const next = patchAttempt(state, { proposal, proposalId, risks, reviewReason, size, isSelection });
  if (!isSelection) return next;
  return { ...patchAttempt(next, { ...CLEARED, recheckCount: 0 }), isApplyAsked: true };
}

function foldStageEnd(state: RunState, payload: EventPayload<'stage-ended'>): RunState {
  return foldPlanning(state, payload) ?? foldAttemptStage(state, payload) ?? state;
}

function foldPlanning(state: RunState, payload: EventPayload<'stage-ended'>): RunState | undefined {
  const patch = (planning: Partial<PlanningState>): RunState => ({
    ...state,
    planning: { ...state.planning, ...planning },
  });
  switch (payload.stage) {
    case 'base':
    case 'tests':
    case 'interfaces':
    case 'plan':
      return patch({ [payload.stage]: payload.artefact });
    case 'scan':
      return patch({ scans: payload.artefact });
    case 'approval':
      return patch({ isApproved: true });
    case 'planning':
      return patch({
        outcome: { kind: payload.outcome, reason: payload.reason, questions: payload.questions },
      });
    case 'prd':
      return foldPrd(state, payload);
    default:
      return undefined;
  }
}

/** A new version makes stale steps run again, and after attempts were made the next one counts as the first. */
function foldPrd(state: RunState, payload: Extract<EventPayload<'stage-ended'>, { stage: 'prd' }>): RunState {
  const { artefact, version, kind, acceptance, stale, source } = payload;
  const isStale = (step: (typeof stale)[number]): boolean => stale.includes(step);
  const { planning } = state;
  const next: RunState = {
    ...state,
    planning: {
      ...planning,
      prd: { artefact, version, kind, acceptance },
      isApproved: source === 'user',
      tests: isStale('tests') ? null : planning.tests,
      interfaces: isStale('interfaces') ? null : planning.interfaces,
      plan: isStale('plan') ? null : planning.plan,
      scans: isStale('interfaces') ? null : planning.scans,
    },
  };
  return stale.length > 0 && state.attempts.length > 0 ? askAnew(next) : next;
}

function foldAttemptStage(state: RunState, payload: EventPayload<'stage-ended'>): RunState | undefined {
  switch (payload.stage) {
    case 'context':
      return patchAttempt(state, { context: payload.artefact });
    case 'propose': {
      const { outcome: kind, reason, evidence, questions } = payload;
      return patchAttempt(state, { outcome: { kind, reason, evidence, questions } });
    }
    case 'verify': {
      const { artefact, verdict, receipt_hash: receiptHash, subject_matches: subjectMatches } = payload;
      const coveredShare = payload.covered_share ?? null;
      return patchAttempt(state, {
        report: { artefact, verdict, receiptHash, subjectMatches, coveredShare },
      });
    }
    case 'recheck': {
      const recheckCount = (state.attempts.at(-1)?.recheckCount ?? 0) + 1;
      return patchAttempt(state, { report: null, decision: null, recheckCount });
    }
    case 'review':
      return patchAttempt(state, { review: { artefact: payload.artefact, objections: payload.objections } });
    case 'reproduce':
      return patchAttempt(state, { reproduction: { status: payload.status, detail: payload.detail } });
    default:
      return undefined;
  }
}

function patchAttempt(state: RunState, patch: Partial<AttemptState>): RunState {
  const last = state.attempts.at(-1);
  if (last === undefined) return state;
  return { ...state, attempts: [...state.attempts.slice(0, -1), { ...last, ...patch }] };
}
