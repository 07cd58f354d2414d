export { type Autonomy, AutonomySchema } from './breakpoints/autonomy.js';
export { type Breakpoint, BreakpointSchema, type BreakpointType } from './breakpoints/breakpoint.js';
export {
  BREAKPOINT_RULES,
  type BreakpointFacts,
  type BreakpointRule,
  type Condition,
  findBreakpoint,
} from './breakpoints/breakpoint-rules.js';
export { listBreakpoints, type PendingBreakpoint } from './breakpoints/list-breakpoints.js';
export { type BudgetCheck, type BudgetLedger, type CallEstimate, checkBudget } from './budget.js';
export { type BudgetCaps, BudgetCapsSchema, DEFAULT_BUDGET_CAPS } from './budget-caps.js';
export { cancelRun } from './cancel-run.js';
export {
  type Calibration,
  calibrate,
  type LabelledOutcome,
  MIN_OUTCOMES,
  measureCalibration,
  readConfidence,
} from './confidence/calibrate.js';
export { measureRank, type RankCorrelation } from './confidence/measure-rank.js';
export { type ExecutedEvidence, scoreEvidence } from './confidence/score-evidence.js';
export { scoreRun } from './confidence/score-run.js';
export { type ContextSection, type PackedContext, packContext } from './context/pack-context.js';
export { type CostLine, type CostReport, readCosts } from './costs.js';
export { DECISION_RULE_IDS, type DecisionFacts, decide, MAX_ATTEMPTS, MAX_CLARIFICATIONS } from './decide.js';
export { createDeltaCoalescer, type DeltaCoalescer } from './delta-coalescer.js';
export type { RunOutcome } from './drive-run.js';
export { SorcererError, type SorcererErrorCode, type SorcererErrorDetails } from './errors.js';
export { collectEvidence, type Evidence, EvidenceSchema } from './evidence.js';
export { foldEvents } from './fold-events.js';
export type {
  Artefact,
  EventPayload,
  ReproductionStatus,
  Road,
  RunSettings,
  RunStatus,
} from './log/event-payloads.js';
export { type FollowRunOptions, followRun } from './log/follow-run.js';
export { listRuns, type RunRecord, type RunSummary, readRun } from './log/read-run.js';
export { openRunLog, type RunLog } from './log/run-log.js';
export { nextStep, type StepName } from './next-step.js';
export { type Outcome, type OutcomeCause, OutcomeContract, OutcomeSchema } from './outcomes/outcome.js';
export { type OutcomeReport, readOutcomes } from './outcomes/read-outcomes.js';
export { labelRun, type OutcomeNews, recordOutcome, recordUndo } from './outcomes/record-outcome.js';
export {
  type HistoryCommit,
  KEPT_COMMITS,
  KEPT_DAYS,
  settleOutcomes,
} from './outcomes/settle-outcomes.js';
export { buildPlan, type PlanSources } from './plan/build-plan.js';
export { type RunTasksOptions, runTasks, type TaskEnd } from './plan/run-tasks.js';
export { checkPlan, type PlanCheck, type PlanProblem, type PlanProblemCode } from './plan/validate-plan.js';
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
  OfferedFixes,
  QuickFixSource,
  RunLogs,
  SourceReader,
  Verifier,
} from './ports.js';
export {
  type AcceptanceFile,
  type Behaviour,
  type ChangeKind,
  findStaleSteps,
  formatPrd,
  type PlanningStep,
  type Prd,
  PrdContract,
  PrdSchema,
} from './prd/prd.js';
export { formatProposePrompt, PROPOSE_PROMPT_VERSION, type ProposePrompt } from './prompts/propose-v1.js';
export {
  type Clarification,
  type Finish,
  type PlanStep,
  type Reasoner,
  type ReasonerAnswer,
  ReasonerAnswerSchema,
  type ReasonerOptions,
  type ReasonerRequest,
  type ReasonerUsage,
  type StepAnswer,
  type StepRequest,
} from './reasoner.js';
export type { Agent, AgentEnd, AgentTask, Scratch } from './reasoners/agent/agent.js';
export {
  type AgentReasonerOptions,
  createAgentReasoner,
} from './reasoners/agent/create-agent-reasoner.js';
export { type ClaudeAgentOptions, createClaudeAgent } from './reasoners/agent/create-claude-agent.js';
export { openScratchCopy } from './reasoners/agent/open-scratch-copy.js';
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
export { type HostDesk, type HostQuestion, openHostDesk } from './reasoners/host/open-host-desk.js';
export { createLocalReasoner, type LocalReasonerOptions } from './reasoners/local/create-local-reasoner.js';
export {
  createOpenAiReasoner,
  type OpenAiReasonerOptions,
} from './reasoners/openai-http/create-openai-reasoner.js';
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
export type { AttemptState, PlanningState, RunState, VerifiedReport } from './run-state.js';
export type { StartOptions } from './start-run.js';
export type { ProposalPart } from './steps/select-part.js';
export type { InterfaceChanges, Review, TestChanges } from './steps/step-schemas.js';
export { detectStuck, type StuckPattern, type TraceStep } from './stuck/detect-stuck.js';
export { readTrace } from './stuck/read-trace.js';
