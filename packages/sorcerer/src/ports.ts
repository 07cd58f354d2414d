import type {
  Chunker,
  CompilerDiagnostic,
  FileChange,
  GateReceipt,
  GateReport,
  GraphReader,
  GraphWriter,
  Proposal,
  RowKey,
  Suggestion,
  TddClass,
  TextModel,
  TreeHash,
} from '@parseltongue/isg-core';
import type { Calibration } from './confidence/calibrate.js';
import type { RunLog } from './log/run-log.js';
import type { Reasoner } from './reasoner.js';

/** The part of the CodeGraph the workflow reads and plans in. */
export type ChangeGraph = GraphReader & Pick<GraphWriter, 'propose' | 'futureRows' | 'discard' | 'promote'>;

/** Reads files of the user's tree. */
export interface SourceReader {
  /** Text and sha-256 of a repo-relative path, byte-order mark included; undefined when there is no such text file. */
  readText(path: string): Promise<{ text: string; hash: string } | undefined>;
}

/** What a build of some tree said. */
export interface Diagnosis {
  build_ok: boolean;
  diagnostics: CompilerDiagnostic[];
  /** Why nothing could be said (no cargo, no network for dependencies); null when the build ran. */
  environment_problem: string | null;
  /** Whether the lints that were asked for ran; absent when nothing is known about it. */
  clippy?: { status: 'ran' | 'not_run'; reason: string | null };
}

/** Builds and checks trees without touching the user's. */
export interface Verifier {
  /** The hash of the user's tree as it would be with `changes` on top; `[]` is the tree as it is. */
  hashTree(changes: readonly FileChange[]): Promise<TreeHash>;
  /** Compiles the tree with `changes` on top; with `clippy` the lints are added. */
  diagnose(
    changes: readonly FileChange[],
    options: { clippy?: boolean; signal?: AbortSignal },
  ): Promise<Diagnosis>;
  /** Runs all gates on the tree with the proposal on top. */
  verify(
    proposal: Proposal,
    options: { signal?: AbortSignal; onReceipt?: (receipt: GateReceipt) => void },
  ): Promise<GateReport>;
}

/** What an analyzer offers, a list for each diagnostic it was asked about, or why it was not asked. */
export type OfferedFixes =
  | { status: 'ran'; tool: string; offers: readonly (readonly Suggestion[])[] }
  | { status: 'not_run'; reason: string };

/** Offers fixes the compiler does not have; nothing it offers is verified. */
export interface QuickFixSource {
  /** Offers for diagnostics of the tree with `changes` on top, in bytes of the changed texts. */
  offerFixes(
    changes: readonly FileChange[],
    diagnostics: readonly CompilerDiagnostic[],
    options: { signal?: AbortSignal },
  ): Promise<OfferedFixes>;
}

/** What a commit is made of. */
export interface CommitRequest {
  proposal: Proposal;
  report: GateReport;
  runId: string;
  message: string;
}

/** Writes verified proposals into the user's tree. */
export interface Applier {
  /** Writes all files or none, re-verifies in place, rolls back by itself on a mismatch. */
  apply(
    proposal: Proposal,
    report: GateReport,
    options: { signal?: AbortSignal; runId: string },
  ): Promise<{ status: 'applied' | 'rolled_back'; reason: string | null }>;
  /** Commits what was applied. Idempotent: a commit that already carries `runId` is answered, not made again. */
  commit(request: CommitRequest): Promise<{ commit: string; files: string[] }>;
}

/** A row as the base context shows it: never its body. */
export interface ContextRow {
  isgl1_key: RowKey;
  interface_signature: string;
  tdd_classification: TddClass;
  summary: string | null;
}

/** Finds what a request is about; implemented over the store. */
export interface ContextSource {
  /** The rows nearest to a query, best first. */
  search(query: string, options: { limit: number; tokenBudget: number }): Promise<ContextRow[]>;
  /** The most important rows of the repository as text within the budget, those around `focus` first. */
  repoMap(options: { tokenBudget: number; focus: readonly RowKey[] }): Promise<string>;
  /** Rows that reach the given ones through callers, users and tests, nearest first. */
  blastRadius(keys: readonly RowKey[]): Promise<ContextRow[]>;
}

/** Time as the workflow sees it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

/** Where runs are recorded. */
export interface RunLogs {
  /** Opens a run for writing, making it when it does not exist. */
  open(runId: string): Promise<RunLog>;
}

/** What the `fix` road needs; the application wires it. */
export interface FixPorts {
  graph: ChangeGraph;
  chunker: Chunker;
  files: SourceReader;
  verifier: Verifier;
  applier: Applier;
  log: RunLogs;
  clock: Clock;
  /** Asked where the compiler suggests nothing; without it such errors are left. */
  quickFixes?: QuickFixSource;
  /** What labelled outcomes say about scores; without it confidence is uncalibrated. */
  calibration?: Calibration;
}

/** What the `change` road needs on top: a source of context and who reasons. */
export interface ChangePorts extends FixPorts {
  context: ContextSource;
  reasoner?: Reasoner;
  /** The local tier that runs scan tasks; without it they are recorded as not run. */
  scanner?: TextModel;
}
