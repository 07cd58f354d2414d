import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type {
  Chunker,
  CompilerDiagnostic,
  FileChange,
  GateReport,
  GraphReader,
  ProgressListener,
  Proposal,
  TreeHash,
} from '@parseltongue/isg-core';
import {
  type ApplyOptions,
  type ApplyOutcome,
  applyProposal,
  type RecoveryReport,
  recoverJournal,
  type UndoOptions,
  type UndoOutcome,
  undoLast,
} from './apply/index.js';
import { type DiagnoseOptions, type DiagnosticsReport, diagnoseChanges } from './diagnose/diagnose.js';
import { PreflightError } from './errors.js';
import type { GateLimits, GateWorkspace } from './gates/gate-context.js';
import { verifyInPlace } from './gates/verify-in-place.js';
import { locateGit } from './git/git-layout.js';
import { type CommitOptions, type CommitOutcome, commitChange, type TreeContext } from './git/index.js';
import { Vocabulary } from './names/vocabulary.js';
import type { AnalyzerGate, Confinement, GraphAnalyzer, OfferedFixes } from './ports.js';
import { readToolchain } from './process/read-toolchain.js';
import {
  type GivenEnvironment,
  selectBuildEnvironment,
  selectGitEnvironment,
} from './process/select-environment.js';
import { rememberChunks } from './remember-chunks.js';
import { assertFresh, type RunGatesOptions, runGates, selectMode } from './run-gates.js';
import { collectShadows, type ShadowLimits } from './shadow/collect-shadows.js';
import { withFolderLock } from './shadow/lock-folder.js';
import { openShadow, type Shadow } from './shadow/open-shadow.js';
import { type FileHashCache, type HashTreeOptions, hashText, hashTree, hashTrees } from './tree-hash.js';

/** What preflight works on and with. */
export interface OpenPreflightOptions {
  /** The cargo workspace's root, inside a git work tree. */
  root: string;
  /** Folder for shadows, baselines and logs; outside the repository and outside any cargo project. */
  stateDir: string;
  chunker: Chunker;
  analyzer: GraphAnalyzer;
  graph: GraphReader;
  /** T2. Preflight disposes of it; without one T2 does not run. */
  analyzerGate?: AnalyzerGate;
  /** What keeps builds and tests inside the shadow; without one they have the rights of the user. */
  confinement?: Confinement;
  /** The caller's environment; builds see an allowed part of it. */
  env: GivenEnvironment;
  onProgress?: ProgressListener;
  /** Names of variables builds and tests may see beyond those every Rust build needs, e.g. `DATABASE_URL`. */
  passEnv?: readonly string[];
  /** Let cargo download what is missing. Default false. */
  allowNetwork?: boolean;
  limits?: GateLimits;
  /** When shadows of all repositories in `stateDir` are removed; looked at once, when the shadow is first needed. */
  shadowLimits?: ShadowLimits;
}

/** What applying takes beside the proposal and its report. */
export interface ApplyProposalOptions extends Pick<ApplyOptions, 'signal' | 'onEvent'> {
  /**
   * How the written tree is verified again: `build` compares the content, builds it and runs its tests in place, `content`
   * compares the content alone. Default `build`.
   */
  verify?: 'build' | 'content';
}

/** Everything between a proposal and a commit. Calls run one after the other. */
export interface Preflight extends AsyncDisposable {
  /** What `rustc` and `cargo` call themselves in the repository. */
  readonly toolchain: string;
  /** Compiles the user's tree with `changes` on top, in the shadow. */
  diagnose(changes: readonly FileChange[], options?: DiagnoseOptions): Promise<DiagnosticsReport>;
  /** What rust-analyzer offers for diagnostics of the user's tree with `changes` on top; none of it is verified. */
  offerFixes(
    changes: readonly FileChange[],
    diagnostics: readonly CompilerDiagnostic[],
    options?: { signal?: AbortSignal },
  ): Promise<OfferedFixes>;
  /** Runs the gates on a proposal; see `runGates`. */
  verify(proposal: Proposal, options?: RunGatesOptions): Promise<GateReport>;
  hashTree(changes?: readonly FileChange[]): Promise<TreeHash>;
  /** Writes a proposal with a passing report into the tree, verifies again in place and rolls back when that fails. */
  apply(proposal: Proposal, report: GateReport, options?: ApplyProposalOptions): Promise<ApplyOutcome>;
  /** Brings an interrupted change to an end; null when there is none. */
  recover(): Promise<RecoveryReport | null>;
  undo(options?: UndoOptions): Promise<UndoOutcome>;
  commit(options: CommitOptions): Promise<CommitOutcome>;
}

/**
 * Opens preflight on a repository. The shadow is made when it is first needed.
 *
 * @throws PreflightError PT_PREFLIGHT_NO_MANIFEST, PT_PREFLIGHT_NOT_GIT, PT_PREFLIGHT_TOOL_MISSING
 */
export async function openPreflight(options: OpenPreflightOptions): Promise<Preflight> {
  const root = await findRoot(options.root);
  const context: TreeContext = { root, stateDir: options.stateDir, env: selectGitEnvironment(options.env) };
  await locateGit(context);
  const toolchain = await readToolchain(root, selectBuildEnvironment(options.env));
  return new RepositoryPreflight(options, { context, toolchain });
}

class RepositoryPreflight implements Preflight {
  readonly toolchain: string;
  readonly #options: OpenPreflightOptions;
  readonly #context: TreeContext;
  readonly #hashes: FileHashCache = new Map();
  readonly #vocabulary: Vocabulary;
  readonly #chunker: Chunker;
  #shadow: Promise<Shadow> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: OpenPreflightOptions, found: { context: TreeContext; toolchain: string }) {
    this.#options = options;
    this.#context = found.context;
    this.#vocabulary = new Vocabulary(found.context.root);
    this.#chunker = rememberChunks(options.chunker);
    this.toolchain = found.toolchain;
  }

  diagnose(changes: readonly FileChange[], options: DiagnoseOptions = {}): Promise<DiagnosticsReport> {
    return this.#inShadow(async (workspace) => {
      await assertFresh(workspace.root, changes);
      return diagnoseChanges(workspace, changes, { ...options, mode: await selectMode(workspace, changes) });
    });
  }

  offerFixes(
    changes: readonly FileChange[],
    diagnostics: readonly CompilerDiagnostic[],
    options: { signal?: AbortSignal } = {},
  ): Promise<OfferedFixes> {
    return this.#inShadow(async (workspace) => {
      const { unsupported } = workspace.shadow.layout();
      if (unsupported !== null) return { status: 'not_run', reason: unsupported };
      if (workspace.analyzerGate?.offerFixes === undefined)
        return { status: 'not_run', reason: 'rust-analyzer is switched off' };
      await assertFresh(workspace.root, changes);
      await workspace.shadow.applyOverlay(changes);
      return await workspace.analyzerGate.offerFixes(workspace, diagnostics, options);
    });
  }

  verify(proposal: Proposal, options: RunGatesOptions = {}): Promise<GateReport> {
    return this.#inShadow((workspace) =>
      runGates(
        {
          ...workspace,
          logDir: join(this.#context.stateDir, 'logs'),
          hashTrees: (changes) => hashTrees(this.#context.root, changes, this.#hashOptions()),
        },
        proposal,
        options,
      ),
    );
  }

  hashTree(changes?: readonly FileChange[]): Promise<TreeHash> {
    return hashTree(this.#context.root, changes, this.#hashOptions());
  }

  apply(proposal: Proposal, report: GateReport, options: ApplyProposalOptions = {}): Promise<ApplyOutcome> {
    const { verify = 'build', ...rest } = options;
    return this.#inShadow((workspace) =>
      applyProposal(this.#context, {
        proposal,
        report,
        ...rest,
        verify: () =>
          verifyInPlace(workspace, {
            subjectTree: report.subject_tree,
            changes: proposal.files,
            hashTree: () => this.hashTree(),
            scope: verify,
            targetDir: this.#options.env['CARGO_TARGET_DIR'],
            ...(rest.signal === undefined ? {} : { signal: rest.signal }),
          }),
      }),
    );
  }

  recover(): Promise<RecoveryReport | null> {
    return this.#enqueue(() => recoverJournal(this.#context));
  }

  undo(options: UndoOptions = {}): Promise<UndoOutcome> {
    return this.#enqueue(() => undoLast(this.#context, options));
  }

  commit(options: CommitOptions): Promise<CommitOutcome> {
    return this.#enqueue(() => commitChange(this.#context, options));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#last;
    await this.#options.analyzerGate?.[Symbol.asyncDispose]();
  }

  #hashOptions(): HashTreeOptions {
    return { env: this.#context.env, cache: this.#hashes };
  }

  #inShadow<T>(work: (workspace: GateWorkspace) => Promise<T>): Promise<T> {
    const { stateDir, root } = this.#context;
    const lock = join(stateDir, `shadow-${hashText(root).slice(0, 16)}.lock`);
    return this.#enqueue(() => withFolderLock(lock, async () => work(await this.#openWorkspace())));
  }

  async #openWorkspace(): Promise<GateWorkspace> {
    const { stateDir, root, env } = this.#context;
    const { passEnv = [], confinement } = this.#options;
    const confined = confinement === undefined ? {} : { confinement };
    this.#shadow ??= openShadow({ root, stateDir, env, passEnv, ...confined }).then((shadow) => {
      collectShadows(stateDir, this.#options.shadowLimits ?? {}, basename(shadow.homeDir));
      return shadow;
    });
    const shadow = await this.#shadow.catch((error: unknown) => {
      this.#shadow = undefined; // the next call tries again
      throw error;
    });
    const {
      analyzer,
      graph,
      analyzerGate = null,
      limits = {},
      allowNetwork = false,
      onProgress = ignore,
    } = this.#options;
    const tools = { chunker: this.#chunker, analyzer, graph, analyzerGate, vocabulary: this.#vocabulary };
    return { root, shadow, ...tools, limits, isNetworkAllowed: allowNetwork, onProgress };
  }

  #enqueue<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#last.then(work);
    this.#last = next.then(ignore, ignore);
    return next;
  }
}

function ignore(): void {
  // nobody listens
}

async function findRoot(given: string): Promise<string> {
  const root = await realpath(given).catch(() => given);
  if (existsSync(join(root, 'Cargo.toml'))) return root;
  throw new PreflightError('PT_PREFLIGHT_NO_MANIFEST', {
    message: 'There is no Cargo.toml in the folder. Open the root of a cargo workspace',
    details: { file: 'Cargo.toml' },
  });
}
