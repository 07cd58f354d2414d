import type { CompilerDiagnostic, RowKey, Span, Suggestion } from '@parseltongue/isg-core';
import type { GateContext, GateWorkspace } from './gates/gate-context.js';
import type { GateOutcome } from './receipt.js';

/** A file as it will be; `after` null deletes it. */
export interface FutureFile {
  path: string;
  after: string | null;
}

/** Something the graph says is wrong with a future tree. */
export interface GraphProblem {
  /** `orphan_module` for a file no `mod` item reaches: blocks when the proposal creates it; other codes are shown as they are. */
  code: string;
  path: string;
  span: Span;
  line: number;
  message: string;
  /** The row the problem is in. */
  key: RowKey | null;
  /** Certain problems block; others advise. */
  certain: boolean;
}

/** Judges names, paths, visibility, arity and module trees of a future tree without a compiler. */
export interface GraphAnalyzer {
  /** The problems the untouched tree does not have; `changes` are Rust files and manifests. */
  analyze(
    changes: readonly FutureFile[],
    options: { signal?: AbortSignal },
  ): Promise<{ problems: readonly GraphProblem[] }>;
}

/** T2: an analyzer's opinion on a proposal. It may reject one, never approve one. */
export interface AnalyzerGate extends AsyncDisposable {
  /** Leaves the shadow's disk in any state; an opinion that must not count is `not_run` with its reason. */
  check(context: GateContext): Promise<GateOutcome>;
  /** What it offers for diagnostics of the tree the shadow's disk holds; absent where it can only judge. */
  offerFixes?(
    workspace: GateWorkspace,
    diagnostics: readonly CompilerDiagnostic[],
    options: { signal?: AbortSignal },
  ): Promise<OfferedFixes>;
}

/** Quick fixes a diagnostic each, in the order of the diagnostics; byte offsets of the texts that were asked about. */
export type OfferedFixes =
  | { status: 'ran'; tool: string; offers: Suggestion[][] }
  | { status: 'not_run'; reason: string };

/** A program with its arguments, its folder and its whole environment. */
export interface ConfinedCommand {
  argv: readonly [string, ...string[]];
  cwd: string;
  env: Readonly<Record<string, string>>;
}

/** Keeps build scripts, macros and tests away from what is not theirs. */
export interface Confinement {
  /** One sentence for every log: what is closed off. */
  readonly statement: string;
  /** The command as it is started; `writable` names the absolute folders it may write. */
  wrap(command: ConfinedCommand, writable: readonly string[]): ConfinedCommand;
}
