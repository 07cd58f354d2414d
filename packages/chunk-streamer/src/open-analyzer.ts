import type { Chunk, Edge, ReferenceCounts, SyntaxDiagnostic } from '@parseltongue/isg-core';
import { StreamError } from './errors.js';
import { type GraphProblem, type ResolveResult, resolveRepository } from './languages/rust/resolve/index.js';
import type { RustFileSyntax } from './languages/rust/syntax.js';
import { assertReadablePath } from './open-chunker.js';
import { type FutureTree, type OverlayTexts, TreeReader } from './overlay/tree-reader.js';
import { WarmProgram } from './overlay/warm-program.js';
import { type ReadOptions, readSettings } from './stream-options.js';
import { openWorkerPool, type WorkerPool } from './workers/worker-pool.js';

/** One file as it would be; `after` null stands for its deletion. Manifests may be changed as well. */
export interface OverlayChange {
  path: string;
  after: string | null;
}

/** What a repository would be with the changes. */
export interface OverlayAnalysis {
  /** Rows of the changed files that would exist, by path. */
  rows: Map<string, Chunk[]>;
  /** Edges from and to rows of the changed files. */
  edges: Edge[];
  /** Reference counts of rows of the changed files. */
  references: ReferenceCounts[];
  /** Syntax diagnostics of the changed files. */
  diagnostics: SyntaxDiagnostic[];
  /** Problems anywhere that the repository does not have without the changes. */
  problems: GraphProblem[];
}

/** Answers what changes would do to the graph of one repository. */
export interface OverlayAnalyzer extends AsyncDisposable {
  /**
   * Parses the changed texts, resolves the repository with them and compares it with the repository as it is now on disk.
   *
   * Files whose size and times have not moved since the last analysis are not parsed again; where nothing but bodies of
   * functions differs, only the changed files are resolved. Calls run one after the other.
   *
   * @throws StreamError PT_STREAM_PATH_INVALID, PT_STREAM_LANGUAGE_UNSUPPORTED, PT_STREAM_CLOSED, and the signal's reason
   */
  analyze(changes: readonly OverlayChange[], options?: { signal?: AbortSignal }): Promise<OverlayAnalysis>;
}

/**
 * Opens an analyzer over the repository at `root`. Parsing starts with the first analysis; its workers run until disposal.
 *
 * @throws StreamError PT_STREAM_OPTION_INVALID
 */
export function openAnalyzer(root: string, options: ReadOptions = {}): Promise<OverlayAnalyzer> {
  const pool = openWorkerPool(readSettings(options));
  return Promise.resolve(new WarmAnalyzer(root, pool, options));
}

/**
 * Analyzes one set of changes; {@link openAnalyzer} is cheaper for more than one.
 *
 * @throws StreamError as {@link OverlayAnalyzer.analyze}
 */
export async function analyzeOverlay(
  root: string,
  changes: readonly OverlayChange[],
  options: ReadOptions = {},
): Promise<OverlayAnalysis> {
  await using analyzer = await openAnalyzer(root, options);
  return await analyzer.analyze(changes, options.signal === undefined ? {} : { signal: options.signal });
}

class WarmAnalyzer implements OverlayAnalyzer {
  readonly #pool: WorkerPool;
  readonly #reader: TreeReader;
  #program: WarmProgram | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(root: string, pool: WorkerPool, options: ReadOptions) {
    this.#pool = pool;
    this.#reader = new TreeReader(root, pool, options);
  }

  async analyze(
    changes: readonly OverlayChange[],
    { signal }: { signal?: AbortSignal } = {},
  ): Promise<OverlayAnalysis> {
    if (this.#isClosed) throw closed();
    for (const { path } of changes) if (!isManifest(path)) assertReadablePath(path);
    const overlay = new Map(changes.map(({ path, after }) => [path, after]));
    const next = this.#last.then(() => this.#analyze(overlay, signal));
    this.#last = next.catch(() => undefined);
    return next;
  }

  async #analyze(overlay: OverlayTexts, signal: AbortSignal | undefined): Promise<OverlayAnalysis> {
    const current = await this.#reader.readDisk(signal);
    if (this.#program?.tree !== current) this.#program = new WarmProgram(current);
    const future = await this.#reader.readFuture(current, overlay, signal);
    const { graph, isWhole } = resolveFuture(this.#program, future);
    const { problems } = this.#program;
    return compare(graph, {
      changed: [...overlay.keys()].flatMap((path) => future.parsed.get(path) ?? []),
      changedPaths: new Set(overlay.keys()),
      known: [...(isWhole ? problems.keys() : overlay.keys())].flatMap((path) => problems.get(path) ?? []),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#program = undefined;
    await this.#pool[Symbol.asyncDispose]();
  }
}

/** Resolves the changed files alone where only bodies differ, everything anew where more does. */
function resolveFuture(program: WarmProgram, future: FutureTree): { graph: ResolveResult; isWhole: boolean } {
  const graph = future.isSamePlace ? program.resolveBodies(future.parsed) : null;
  if (graph !== null) return { graph, isWhole: false };
  const { files, survey } = future;
  return { graph: resolveRepository({ files, manifests: survey.manifests }), isWhole: true };
}

interface Comparison {
  changed: readonly RustFileSyntax[];
  changedPaths: ReadonlySet<string>;
  /** Problems the repository has without the changes, wherever the graph was resolved. */
  known: readonly GraphProblem[];
}

function compare(graph: ResolveResult, { changed, changedPaths, known }: Comparison): OverlayAnalysis {
  const keys = new Set(changed.flatMap((syntax) => syntax.items.map((item) => item.key)));
  return {
    rows: new Map(
      changed
        .filter(({ path }) => changedPaths.has(path))
        .map(({ path, items }) => [path, items.map((item) => item.chunk)]),
    ),
    edges: graph.edges.filter((edge) => keys.has(edge.from) || keys.has(edge.to)),
    references: graph.references.filter((counts) => keys.has(counts.key)),
    diagnostics: changed.flatMap((syntax) => syntax.diagnostics),
    problems: subtractProblems(graph.problems, known),
  };
}

/** The problems beyond the known ones, counted: a second equal one is new. */
function subtractProblems(problems: readonly GraphProblem[], known: readonly GraphProblem[]): GraphProblem[] {
  const left = new Map<string, number>();
  for (const identity of known.map(identifyProblem)) left.set(identity, (left.get(identity) ?? 0) + 1);
  return problems.filter((problem) => {
    const identity = identifyProblem(problem);
    const count = left.get(identity) ?? 0;
    left.set(identity, count - 1);
    return count <= 0;
  });
}

// A problem that merely moved is the same problem.
function identifyProblem(problem: GraphProblem): string {
  return JSON.stringify({ ...problem, span: undefined, line: undefined });
}

function isManifest(path: string): boolean {
  return path === 'Cargo.toml' || path.endsWith('/Cargo.toml');
}

function closed(): StreamError {
  return new StreamError('PT_STREAM_CLOSED', {
    message: 'The analyzer is closed. Open another',
    details: { what: 'analyzer' },
  });
}
