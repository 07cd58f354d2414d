export {
  type AbsentAnalyzer,
  type FoundAnalyzer,
  type LocateAnalyzerOptions,
  locateAnalyzer,
} from './analyzer/locate-analyzer.js';
export type { AnalyzerLimits } from './analyzer/open-analyzer.js';
export { type RenameItemOptions, renameItem } from './analyzer/rename-item.js';
export {
  type ApplyEvent,
  type ApplyOptions,
  type ApplyOutcome,
  applyProposal,
  type ChangedFile,
  type FaultPoint,
  type FileConflict,
  type RecoveryReport,
  readLeftover,
  recoverJournal,
  type UndoOptions,
  type UndoOutcome,
  undoLast,
  type VerifyResult,
} from './apply/index.js';
export type { DiagnoseOptions, DiagnosticsReport } from './diagnose/diagnose.js';
export { PreflightError, type PreflightErrorCode, type PreflightErrorDetails } from './errors.js';
export { type OpenAnalyzerGateOptions, openAnalyzerGate } from './gates/analyzer-gate.js';
export type { GateLimits } from './gates/gate-context.js';
export {
  type Checkpoint,
  type CheckpointOptions,
  type CommitOptions,
  type CommitOutcome,
  commitChange,
  createCheckpoint,
  type DirtyPath,
  type GitBusy,
  type GitState,
  listCheckpoints,
  type RestoreOptions,
  type RestoreOutcome,
  readGitState,
  restoreCheckpoint,
  type SkippedPath,
  type TreeContext,
} from './git/index.js';
export {
  type ProbeConfinementOptions,
  type ProcessLimits,
  probeConfinement,
} from './isolation/probe-confinement.js';
export {
  type ApplyProposalOptions,
  type OpenPreflightOptions,
  openPreflight,
  type Preflight,
} from './open-preflight.js';
export type {
  AnalyzerGate,
  ConfinedCommand,
  Confinement,
  FutureFile,
  GraphAnalyzer,
  GraphProblem,
  OfferedFixes,
} from './ports.js';
export { type ProcessResult, type RunProcessOptions, runProcess } from './process/run-process.js';
export type { GivenEnvironment } from './process/select-environment.js';
export type { Forge, PullRequest } from './pull-request/forge.js';
export type { MergeOutcome, MergeWish } from './pull-request/merge-when-green.js';
export {
  type SubmitPullRequestOptions,
  type SubmittedPullRequest,
  submitPullRequest,
} from './pull-request/submit-pull-request.js';
export type { ChangeBundle, ChangeStory } from './pull-request/write-bundle.js';
export type { RunGatesOptions } from './run-gates.js';
export { collectShadows, type ShadowCollection, type ShadowLimits } from './shadow/collect-shadows.js';
export { type FileHashCache, type HashTreeOptions, hashTree } from './tree-hash.js';
