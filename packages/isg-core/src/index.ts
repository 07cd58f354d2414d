export { type ApplyEditsInput, type ApplyEditsResult, applyEdits, type PlacedEdit } from './apply-edit.js';
export { type AssembledText, type AssemblyRow, assembleFile, assembleRow } from './assemble.js';
export { type Decision, type DecisionAction, DecisionActionSchema, DecisionSchema } from './decision.js';
export {
  type Applicability,
  ApplicabilitySchema,
  type CompilerDiagnostic,
  CompilerDiagnosticSchema,
  DiagnosticSpanSchema,
  diagnosticIdentity,
  type Suggestion,
  SuggestionSchema,
  type TextReplacement,
  TextReplacementSchema,
} from './diagnostic.js';
export { diffRows, overlayRows } from './diff-graphs.js';
export {
  type Edge,
  type EdgeKind,
  EdgeKindSchema,
  EdgeSchema,
  type Resolution,
  ResolutionSchema,
  type Site,
  SiteSchema,
} from './edge.js';
export {
  type Edit,
  type EditRefusal,
  type EditRefusalCode,
  EditRefusalCodeSchema,
  EditRefusalSchema,
  EditSchema,
  type EditStrategy,
  EditStrategySchema,
  type EditTarget,
  EditTargetSchema,
  type Placement,
  PlacementSchema,
} from './edit.js';
export {
  CoreError,
  type CoreErrorCode,
  type CoreErrorDetails,
  type ErrorInit,
  ParseltongueError,
} from './errors.js';
export { EventContract, type EventType, EventTypeSchema, type RunEvent, RunEventSchema } from './event.js';
export {
  FUTURE_TRANSITIONS,
  type FutureAction,
  FutureActionSchema,
  type FutureEvent,
  type FutureState,
  nameState,
  nextState,
  type StateName,
} from './future.js';
export { type FutureRow, FutureRowSchema, type Layout, LayoutSchema } from './future-row.js';
export {
  fileKey,
  formatKey,
  isInsidePath,
  isKey,
  type KeyParts,
  parseKey,
  pathOfKey,
  type RowKey,
  RowKeySchema,
} from './key.js';
export {
  type Ledger,
  LedgerSchema,
  type SkippedFile,
  SkippedFileSchema,
  type SkipReason,
  SkipReasonSchema,
  type SyntaxDiagnostic,
  SyntaxDiagnosticSchema,
} from './ledger.js';
export {
  type Plan,
  PlanContract,
  PlanSchema,
  TASK_TRANSITIONS,
  type Task,
  TaskCapsSchema,
  TaskSchema,
  type TaskState,
  TaskStateSchema,
} from './plan.js';
export type { Chunker, ChunkFileInput, FileChunks } from './ports/chunker.js';
export type { Embedder, Reranker } from './ports/embedder.js';
export type {
  EdgeQuery,
  GraphAt,
  GraphReader,
  GraphWriter,
  Page,
  ReadOptions,
  RowFilter,
  RowStore,
} from './ports/row-store.js';
export type { TextModel, TextRequest, TextResult } from './ports/text-model.js';
export {
  canonicalJson,
  type FileChange,
  FileChangeSchema,
  type Proposal,
  ProposalContract,
  ProposalSchema,
} from './proposal.js';
export {
  BLOCKING_GATES,
  decideVerdict,
  type GateId,
  GateIdSchema,
  type GateReceipt,
  GateReceiptSchema,
  type GateReport,
  GateReportSchema,
  ReceiptContract,
  type TreeHash,
  TreeHashSchema,
  type Verdict,
  VerdictSchema,
} from './receipt.js';
export {
  type Chunk,
  ChunkSchema,
  createRow,
  type LspMetaData,
  LspMetaDataSchema,
  type ReferenceCounts,
  ReferenceCountsSchema,
  type Row,
  RowContract,
  type RowKind,
  RowKindSchema,
  RowSchema,
  type Span,
  SpanSchema,
  type Summary,
  SummarySchema,
  type TddClass,
  TddClassSchema,
  type Visibility,
  VisibilitySchema,
} from './row.js';
export {
  type FileFacts,
  FileFactsSchema,
  IndexContract,
  type IndexRecord,
  IndexRecordSchema,
  type Progress,
  type ProgressListener,
} from './stage.js';
export { estimateTokenCount, utf8Length } from './tokens.js';
