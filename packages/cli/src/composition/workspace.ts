import type { CodeGraphStore } from '@parseltongue/codegraph-store';
import type { Edge, Edit, GateReport, Proposal, Row, RowKey, RunEvent } from '@parseltongue/isg-core';
import type { SubmittedPullRequest } from '@parseltongue/preflight';
import type {
  CostReport,
  Outcome,
  OutcomeReport,
  PendingBreakpoint,
  RunOutcome,
  RunRecord,
  RunSummary,
} from '@parseltongue/sorcerer';
import type { StructureAnswer, StructureRequest } from './ask-structure.js';
import type { ExactFacts } from './exact-edges.js';
import type { SubmitRequest } from './submit-run.js';

/** What an index run did. Counts of this run, not of the graph. */
export interface IndexOutcome extends Record<string, unknown> {
  files: number;
  lines: number;
  rows: number;
  edges: number;
  summaries: number;
  seen: number;
  skipped: { path: string; reason: string }[];
  diagnostics: number;
  /** The compiler's side; null when nobody asked for it. */
  exact: ExactOutcome | null;
  ms: number;
}

/** What of the graph the compiler confirmed, or why nothing. */
export interface ExactOutcome extends Partial<ExactFacts> {
  status: 'read' | 'not_run' | 'failed';
  reason: string | null;
}

export interface IndexWish {
  workers?: number;
  maxFileBytes?: number;
  /** Ask rust-analyzer for exact edges; it runs build scripts and macros of the repository. */
  isExact?: boolean;
}

/** What one update of a watched repository wrote. */
export interface WatchUpdate {
  files: number;
  rows: number;
  edges: number;
  ms: number;
}

/** Which files differ from what is indexed. */
export interface Freshness {
  changed: string[];
  added: string[];
  removed: string[];
}

/** One row with its full code and its direct neighbors. */
export interface RowView {
  row: Row;
  /** The item's text with its children in place. */
  code: string;
  /** sha-256 of the file: the `base_hash` of an edit. */
  file_hash: string;
  callers: RowKey[];
  callees: RowKey[];
  edges: { from: Edge[]; to: Edge[] };
  unresolved_count: number;
  external: { crate: string; name: string; count: number }[];
}

export interface SummarizeOutcome extends Record<string, unknown> {
  summaries: number;
  rule_based: number;
  llm_assisted: number;
  mean_quality: number;
  ms: number;
  /** Who improved the weakest; durable when its answers outlive this process. Null when rules alone worked. */
  model: { name: string; is_durable: boolean } | null;
  /** What became of the rows the model was to be asked about: unaffordable ones are left for the next time. */
  asked: Record<'accepted' | 'rejected' | 'failed' | 'unaffordable', number> | null;
}

/** A run's outcome with its change as a unified diff. */
export interface ChangeOutcome extends RunOutcome, Record<string, unknown> {
  diff: string;
}

interface RunRequest {
  isDryRun: boolean;
  shouldCommit: boolean;
  onEvent: (event: RunEvent) => void;
}

export interface FixRequest extends RunRequest {
  useClippy: boolean;
  maxAttempts: number;
}

/** Who reasons in a run. */
export interface ReasonerChoice {
  kind: 'anthropic' | 'openai' | 'local' | 'command' | 'agent' | 'replay';
  /** Id of the model; of a local one its file. */
  model?: string;
  /** Of a server that speaks chat completions. */
  baseUrl?: string;
  /** A program and its arguments; of an agent the program alone. */
  argv?: string[];
  /** File of a local model for the scan tasks of a stepped change. */
  scanModel?: string;
  transcript?: string;
  record?: string;
}

export interface ChangeRequest extends RunRequest {
  request: string;
  reasoner: ReasonerChoice;
  workflow: 'direct' | 'stepped';
  autonomy: 'ask_always' | 'ask_on_risk' | 'run';
  kind?: 'bug' | 'feature' | 'refactor';
}

/** A run to take up where its log ends. */
export interface ResumeRequest {
  id: string;
  /** Write what a dry run verified. */
  shouldApply: boolean;
  /** Accept the micro-PRD the run waits with. */
  isApproved: boolean;
  /** Keep only this part; the gates run on it again. */
  accept?: { rows: readonly RowKey[]; files: readonly string[] };
  /** End the run for this reason. */
  reject?: string;
  /** What should be different. */
  modify?: string;
  /** The answer to the question the run waits with. */
  answer?: string;
  /** Needed again for a run of `change` that still has to reason. */
  reasoner?: ReasonerChoice;
  onEvent: (event: RunEvent) => void;
}

/** What undoing did or would do. */
export interface UndoAnswer {
  isDone: boolean;
  text: string;
  json: Record<string, unknown>;
}

export interface ApplyRequest {
  proposal: Proposal;
  report: GateReport;
  shouldCommit: boolean;
  message?: string;
}

export interface AppliedOutcome extends Record<string, unknown> {
  status: 'applied' | 'rolled_back';
  reason: string | null;
  commit: string | null;
}

/**
 * One repository with every stage wired to it. Stages open when they are first needed and close with the workspace.
 *
 * An apply that a crash interrupted is recovered before anything else reads the tree.
 */
export interface Workspace extends AsyncDisposable {
  readonly root: string;
  openStore(): Promise<CodeGraphStore>;
  /** @throws CliError PT_CLI_NO_INDEX */
  requireStore(): Promise<CodeGraphStore>;
  /** The store, re-indexed first when files changed since. */
  requireFreshStore(): Promise<CodeGraphStore>;
  index(options: IndexWish): Promise<IndexOutcome>;
  /** What is kept of the compiler's side; null when `index --exact` never ran, or nothing of it holds. */
  readExactFacts(): Promise<ExactFacts | null>;
  readFreshness(): Promise<Freshness>;
  /** The rows a person means by keys, keys without generics, or names. @throws CliError PT_CLI_USAGE */
  findRows(texts: readonly string[]): Promise<RowKey[]>;
  showRow(key: RowKey): Promise<RowView>;
  /** Writes NDJSON to a file, or piece by piece to `write`; answers how many rows. */
  exportRows(output: string | undefined, write: (text: string) => void): Promise<number>;
  summarize(options: { model?: string }): Promise<SummarizeOutcome>;
  /** One question about the shape of the graph. @throws CliError PT_CLI_NO_INDEX, PT_CLI_USAGE */
  askStructure(request: StructureRequest): Promise<StructureAnswer>;
  /** Keeps the graph in step with the files until the signal of the caller aborts. */
  watch(onUpdate: (update: WatchUpdate) => void): Promise<void>;
  runFix(request: FixRequest): Promise<ChangeOutcome>;
  runChange(request: ChangeRequest): Promise<ChangeOutcome>;
  /** Stores edits as a proposal; all are placed or none. */
  propose(wish: { title: string; edits: readonly Edit[] }): Promise<Proposal>;
  /** A stored proposal by (a prefix of) its id, or a new one from a JSON file of edits. */
  loadProposal(source: string): Promise<Proposal>;
  /** A stored proposal by (a prefix of) its id. @throws CliError PT_CLI_PROPOSAL_UNKNOWN */
  loadStored(id: string): Promise<Proposal>;
  /** The report of the last verification; undefined when there was none. */
  loadReport(id: string): Promise<GateReport | undefined>;
  verifyProposal(
    proposal: Proposal,
    options: { stopAtFirst: boolean; signal?: AbortSignal },
  ): Promise<GateReport>;
  /** A stored proposal with the report of its last verification. */
  loadVerified(id: string): Promise<{ proposal: Proposal; report: GateReport }>;
  applyProposal(request: ApplyRequest): Promise<AppliedOutcome>;
  undo(options: { preview: boolean }): Promise<UndoAnswer>;
  /** Newest first. */
  listRuns(): Promise<RunSummary[]>;
  /** @throws SorcererError PT_SORCERER_RUN_UNKNOWN */
  readRun(id: string): Promise<RunRecord>;
  resumeRun(request: ResumeRequest): Promise<ChangeOutcome>;
  /** False for a run that is over. */
  cancelRun(id: string): Promise<boolean>;
  /** Questions of all runs that nobody answered yet. */
  listBreakpoints(): Promise<PendingBreakpoint[]>;
  readCosts(): Promise<CostReport>;
  /** What became of verified proposals; with `isSettled` git is asked first what it shows of them. */
  readOutcomes(options: { isSettled: boolean }): Promise<OutcomeReport>;
  /** Writes down what a person says of a run; null for one whose proposal no gate passed. */
  labelRun(id: string, label: { verdict: 'good' | 'bad'; note: string | null }): Promise<Outcome | null>;
  /** Pushes the commit of a run to a branch and asks for review; the current branch is where it would be merged. */
  submitRun(request: Omit<SubmitRequest, 'base'> & { base?: string }): Promise<SubmittedPullRequest>;
}
