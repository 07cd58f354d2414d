export { type BudgetCheck, type BudgetLedger, type CallEstimate, checkBudget } from './budget.js';
export { type BudgetCaps, BudgetCapsSchema, DEFAULT_BUDGET_CAPS } from './budget-caps.js';
export { type ContextSection, type PackedContext, packContext } from './context/pack-context.js';
export { DECISION_RULE_IDS, type DecisionFacts, decide, MAX_ATTEMPTS, MAX_CLARIFICATIONS } from './decide.js';
export { createDeltaCoalescer, type DeltaCoalescer } from './delta-coalescer.js';
export type { RunOutcome } from './drive-run.js';
export { SorcererError, type SorcererErrorCode, type SorcererErrorDetails } from './errors.js';
export { collectEvidence, type Evidence, EvidenceSchema } from './evidence.js';
export type { Artefact, EventPayload, Road, RunSettings, RunStatus } from './log/event-payloads.js';
export { listRuns, type RunRecord, type RunSummary, readRun } from './log/read-run.js';
export { openRunLog, type RunLog } from './log/run-log.js';
export { nextStep, type StepName } from './next-step.js';
export type {
  Applier,
  ChangeGraph,
  ChangePorts,
  Clock,
  CommitRequest,
  ContextRow,
  ContextSource,
  Diagnosis,
  FixPorts,
  RunLogs,
  SourceReader,
  Verifier,
} from './ports.js';
export { formatProposePrompt, PROPOSE_PROMPT_VERSION, type ProposePrompt } from './prompts/propose-v1.js';
export {
  type Clarification,
  type Finish,
  type Reasoner,
  type ReasonerAnswer,
  ReasonerAnswerSchema,
  type ReasonerOptions,
  type ReasonerRequest,
  type ReasonerUsage,
} from './reasoner.js';
export { type ParsedAnswer, parseAnswer } from './reasoners/answer-format.js';
export {
  type AnthropicReasonerOptions,
  createAnthropicReasoner,
  type TokenPricing,
} from './reasoners/anthropic/create-anthropic-reasoner.js';
export {
  type CommandReasonerOptions,
  createCommandReasoner,
} from './reasoners/command/create-command-reasoner.js';
export { applyReplacements } from './reasoners/deterministic/apply-replacements.js';
export { expandSuggestions, type FixChoice } from './reasoners/deterministic/expand-suggestions.js';
export { FIX_POLICIES, type FixPolicy } from './reasoners/deterministic/fix-policy.js';
export {
  type AppliedFix,
  type FixOptions,
  type FixResult,
  type FixWorld,
  fixToFixpoint,
} from './reasoners/deterministic/fix-to-fixpoint.js';
export {
  type FixFocus,
  type LeftReason,
  type SuggestionSelection,
  selectSuggestions,
} from './reasoners/deterministic/select-suggestions.js';
export {
  createReplayReasoner,
  type ReplayReasonerOptions,
} from './reasoners/replay/create-replay-reasoner.js';
export { recordTranscript } from './reasoners/replay/record-transcript.js';
export { type TranscriptEntry, TranscriptEntrySchema } from './reasoners/replay/transcript.js';
export { type Completion, createTextReasoner, type TextEngine } from './reasoners/text-reasoner.js';
export { redactSecrets } from './redact.js';
export { type ResumeRunOptions, resumeRun } from './resume-run.js';
export { type RunChangeOptions, runChange } from './run-change.js';
export { type RunFixOptions, runFix } from './run-fix.js';
export type { SessionOptions } from './run-session.js';
export { type AttemptState, foldEvents, type RunState, type VerifiedReport } from './run-state.js';
export type { StartOptions } from './start-run.js';
