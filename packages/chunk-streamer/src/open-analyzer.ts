import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Chunk, Edge, ReferenceCounts, SyntaxDiagnostic } from '@parseltongue/isg-core';
import { StreamError } from './errors.js';
import type { FilePlace } from './languages/define-language.js';
import { forgetRows } from './languages/rust/forget-rows.js';
import { type GraphProblem, resolveRepository } from './languages/rust/resolve/index.js';
import type { ResolvableSyntax, RustFileSyntax } from './languages/rust/syntax.js';
import { assertReadablePath } from './open-chunker.js';
import { parseInOrder } from './parse/parse-in-order.js';
import { openParsePool, type ParsePool } from './parse/parse-pool.js';
import { placeOf, type RepositorySurvey, stampPlace, surveyRepository } from './parse/survey-repository.js';
import { type ReadOptions, readSettings } from './stream-options.js';

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
   * Parses the changed texts, resolves the whole repository with them and compares it with the repository as it is now on
   * disk. Files whose size and times have not moved since the last analysis are not parsed again.
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
  const pool = openParsePool(readSettings(options));
  return Promise.resolve(new CachingAnalyzer(root, pool, options));
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

interface CachedSyntax {
  /** Size and times of the file and its place: what decides whether the syntax still holds. */
  stamp: string;
  syntax: ResolvableSyntax;
}

interface Baseline {
  stamp: string;
  problems: ReadonlyMap<string, number>;
}

interface AnalysisInput {
  changes: ReadonlyMap<string, string | null>;
  signal: AbortSignal | undefined;
}

class CachingAnalyzer implements OverlayAnalyzer {
  readonly #root: string;
  readonly #pool: ParsePool;
  readonly #options: ReadOptions;
  readonly #cache = new Map<string, CachedSyntax>();
  #baseline: Baseline | undefined;
  #isClosed = false;

  constructor(root: string, pool: ParsePool, options: ReadOptions) {
    this.#root = root;
    this.#pool = pool;
    this.#options = options;
  }

  async analyze(
    changes: readonly OverlayChange[],
    { signal }: { signal?: AbortSignal } = {},
  ): Promise<OverlayAnalysis> {
    if (this.#isClosed) throw closed();
    for (const { path } of changes) if (!isManifest(path)) assertReadablePath(path);
    const input: AnalysisInput = {
      changes: new Map(changes.map(({ path, after }) => [path, after])),
      signal,
    };
    const current = await surveyRepository(this.#root, { signal });
    const files = await this.#readFiles(current, input);
    const baseline = this.#resolveBaseline(current, files);
    const future = await surveyRepository(this.#root, { signal, overlay: input.changes });
    const { all, parsed } = await this.#readFuture(current, future, { files, input });
    return compare(resolveRepository({ files: all, manifests: future.manifests }), {
      changed: [...input.changes.keys()].flatMap((path) => parsed.get(path) ?? []),
      changedPaths: new Set(input.changes.keys()),
      baseline,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#cache.clear();
    await this.#pool[Symbol.asyncDispose]();
  }

  /** Syntax of every file on disk, from the cache where nothing moved. */
  async #readFiles(
    survey: RepositorySurvey,
    { signal }: AnalysisInput,
  ): Promise<Map<string, ResolvableSyntax>> {
    const stamps = new Map<string, string>();
    for (const path of survey.files)
      stamps.set(path, await stampFile(join(this.#root, path), placeOf(survey, path)));
    const stale = survey.files.filter((path) => this.#cache.get(path)?.stamp !== stamps.get(path));
    for (const path of [...this.#cache.keys()]) if (!stamps.has(path)) this.#cache.delete(path);
    for (const path of stale) this.#cache.delete(path);
    let done = survey.files.length - stale.length;
    for await (const outcome of parseInOrder(this.#pool, {
      root: this.#root,
      paths: stale,
      places: survey.places,
      signal,
    })) {
      done += 1;
      this.#options.onProgress?.({ stage: 'parse', done, total: survey.files.length, unit: 'files' });
      if (outcome.status !== 'parsed') continue;
      const { syntax } = outcome;
      this.#cache.set(syntax.path, { stamp: stamps.get(syntax.path) ?? '', syntax: forgetRows(syntax) });
    }
    const cached = survey.files.flatMap((path) => this.#cache.get(path)?.syntax ?? []);
    return new Map(cached.map((syntax) => [syntax.path, syntax]));
  }

  /** Syntax of every file with the changes in place; files whose place the changes move are read again. */
  async #readFuture(
    current: RepositorySurvey,
    future: RepositorySurvey,
    { files, input }: { files: ReadonlyMap<string, ResolvableSyntax>; input: AnalysisInput },
  ): Promise<FutureFiles> {
    const isAffected = (path: string) =>
      input.changes.has(path) || stampPlace(placeOf(current, path)) !== stampPlace(placeOf(future, path));
    const paths = future.files.filter(isAffected);
    const parsed = new Map<string, RustFileSyntax>();
    const source = {
      root: this.#root,
      paths,
      places: future.places,
      texts: input.changes,
      signal: input.signal,
    };
    for await (const outcome of parseInOrder(this.#pool, source)) {
      if (outcome.status === 'parsed') parsed.set(outcome.syntax.path, outcome.syntax);
    }
    return { parsed, all: future.files.flatMap((path) => parsed.get(path) ?? files.get(path) ?? []) };
  }

  #resolveBaseline(
    survey: RepositorySurvey,
    files: ReadonlyMap<string, ResolvableSyntax>,
  ): ReadonlyMap<string, number> {
    const stamp = JSON.stringify([
      survey.manifests,
      [...files.keys()].map((path) => [path, this.#cache.get(path)?.stamp]),
    ]);
    if (this.#baseline?.stamp === stamp) return this.#baseline.problems;
    const { problems } = resolveRepository({ files: [...files.values()], manifests: survey.manifests });
    const counts = new Map<string, number>();
    for (const identity of problems.map(identifyProblem))
      counts.set(identity, (counts.get(identity) ?? 0) + 1);
    this.#baseline = { stamp, problems: counts };
    return counts;
  }
}

interface FutureFiles {
  /** In path order. */
  all: ResolvableSyntax[];
  /** Those that were read anew, rows included; every changed file is among them. */
  parsed: ReadonlyMap<string, RustFileSyntax>;
}

interface Comparison {
  changed: readonly RustFileSyntax[];
  changedPaths: ReadonlySet<string>;
  baseline: ReadonlyMap<string, number>;
}

function compare(
  graph: ReturnType<typeof resolveRepository>,
  { changed, changedPaths, baseline }: Comparison,
): OverlayAnalysis {
  const keys = new Set(changed.flatMap((syntax) => syntax.items.map((item) => item.key)));
  const left = new Map(baseline);
  const problems = graph.problems.filter((problem) => {
    const identity = identifyProblem(problem);
    const known = left.get(identity) ?? 0;
    left.set(identity, known - 1);
    return known <= 0;
  });
  return {
    rows: new Map(
      changed
        .filter(({ path }) => changedPaths.has(path))
        .map(({ path, items }) => [path, items.map((item) => item.chunk)]),
    ),
    edges: graph.edges.filter((edge) => keys.has(edge.from) || keys.has(edge.to)),
    references: graph.references.filter((counts) => keys.has(counts.key)),
    diagnostics: changed.flatMap((syntax) => syntax.diagnostics),
    problems,
  };
}

// A problem that merely moved is the same problem.
function identifyProblem(problem: GraphProblem): string {
  return JSON.stringify({ ...problem, span: undefined, line: undefined });
}

async function stampFile(file: string, place: FilePlace): Promise<string> {
  const found = await stat(file).catch(() => undefined);
  const times = found === undefined ? 'gone' : `${found.size} ${found.mtimeMs} ${found.ctimeMs} ${found.ino}`;
  return `${times} ${stampPlace(place)}`;
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
