import { type FileFacts, IndexContract, type IndexRecord, type Ledger } from '@parseltongue/isg-core';
import { type KeptRows, keepRows, readKeptRows } from '../graph/kept-rows.js';
import { type PackedGraph, unpackGraph } from '../graph/pack-graph.js';
import { splitRepository } from '../graph/split-repository.js';
import type { LanguageDefinition } from '../languages/define-language.js';
import { loadLanguages } from '../languages/load-languages.js';
import type { PackedSyntax } from '../languages/rust/pack-syntax.js';
import { isSameDeclarations } from '../languages/rust/scan-module-declarations.js';
import type { RustFileSyntax } from '../languages/rust/syntax.js';
import { locateSources, placeOf, type RepositorySurvey, stampPlace } from '../parse/survey-repository.js';
import { streamContains, streamFile } from '../stream-file.js';
import type { ReadSettings } from '../stream-options.js';
import { parsePackedInOrder } from '../workers/parse-in-order.js';
import { raceAbort } from '../workers/race-abort.js';
import { openWorkerPool, type WorkerPool } from '../workers/worker-pool.js';
import type { PackedOutcome } from '../workers/worker-protocol.js';
import type { KnownFile, ToldFile } from './known-file.js';
import { type Observation, observeRepository } from './observe-repository.js';
import type { UpdateOptions } from './open-incremental-stream.js';
import { OpenOffers } from './open-offers.js';
import { readState, writeState } from './read-state.js';
import { hashGraph, RegionGraphs } from './region-graphs.js';

/** What is kept of a file to tell its graph. */
interface KeptSyntax {
  packed: PackedSyntax;
  rows: KeptRows;
}

/** Does the work of an incremental stream: what is known of the repository, and what the consumer knows. */
export class IncrementalReader {
  readonly #root: string;
  readonly #settings: ReadSettings;
  readonly #stateFile: string | undefined;
  readonly #graph = new RegionGraphs();
  #pool: WorkerPool | undefined;
  #languages: readonly LanguageDefinition[] | undefined;
  #isLoaded = false;
  #observation: Observation | undefined;
  #survey: RepositorySurvey | undefined;
  #structureHash = '';
  #files = new Map<string, KnownFile>();
  readonly #syntaxes = new Map<string, KeptSyntax>();
  readonly #graphHashes = new Map<string, string>();
  #told: ReadonlyMap<string, ToldFile> = new Map();
  #offered: Map<string, ToldFile> | undefined;
  readonly #offers: OpenOffers;
  /** Read anew since the graph was last brought in step. An update that ends early leaves them to the next. */
  readonly #changed = new Set<string>();
  /** Those of which more than bodies of functions differs. */
  readonly #reshaped = new Set<string>();
  /** Graphs that were resolved and not streamed yet. */
  readonly #graphs = new Map<string, PackedGraph>();

  constructor(root: string, settings: ReadSettings, stateFile: string | undefined) {
    this.#root = root;
    this.#settings = settings;
    this.#stateFile = stateFile;
    this.#offers = new OpenOffers(stateFile);
  }

  async *update(options: UpdateOptions): AsyncGenerator<IndexRecord, void, undefined> {
    const { signal, onProgress } = options;
    signal?.throwIfAborted();
    await this.#load();
    this.#offered = undefined;
    onProgress?.({ stage: 'walk', done: 0, total: null, unit: 'files' });
    const toRead = await this.#observe(options);
    const total = this.#observation?.walked.files.length ?? 0;
    onProgress?.({ stage: 'walk', done: total, total, unit: 'files' });
    const emitted = new Set<string>();
    let isComplete = false;
    try {
      yield* this.#read(toRead, { options, emitted });
      yield* this.#bringInStep(options, emitted);
      isComplete = true;
    } finally {
      // what an early end left unread is found by looking at everything again
      if (!isComplete) this.#observation = undefined;
    }
    const ledger = this.#account();
    for (const skipped of ledger.skipped) yield { type: 'skipped', skipped };
    this.#offered = this.#describe();
    yield { type: 'ledger', contract: IndexContract, ledger };
  }

  async accept(): Promise<void> {
    if (this.#offered === undefined) return;
    this.#told = this.#offered;
    if (this.#stateFile !== undefined) {
      await writeState(this.#stateFile, this.#describeSettings(), {
        structureHash: this.#structureHash,
        files: this.#files,
        told: new Map(this.#told),
        regions: this.#graph.stamps,
      });
    }
    await this.#offers.clear();
  }

  async close(): Promise<void> {
    this.#syntaxes.clear();
    this.#graph.close();
    this.#offers.close();
    await this.#pool?.[Symbol.asyncDispose]();
  }

  async #load(): Promise<void> {
    if (this.#isLoaded) return;
    this.#isLoaded = true;
    if (this.#stateFile === undefined) return;
    await this.#offers.load();
    const state = await readState(this.#stateFile, this.#describeSettings());
    if (state === undefined) return;
    this.#files = state.files;
    this.#told = state.told;
    this.#structureHash = state.structureHash;
    this.#graph.restore(state.regions);
    for (const [path, { graphHash }] of state.told) this.#graphHashes.set(path, graphHash);
  }

  // What decides which files are read and with what result.
  #describeSettings(): string {
    return JSON.stringify([this.#root, this.#settings.maxFileBytes, this.#settings.languages]);
  }

  /** Finds out what must be read: what was written or moved, and what is resolved together with it. */
  async #observe({ paths, signal }: UpdateOptions): Promise<string[]> {
    const observation = await observeRepository({
      root: this.#root,
      files: this.#files,
      last: this.#observation,
      paths,
      languages: (this.#languages ??= await loadLanguages(this.#settings.languages)),
      signal,
    });
    const { walked, structureHash, dirty } = observation;
    const isMoved = structureHash !== this.#structureHash;
    this.#observation = observation;
    const outdated = this.#listIndexed().filter((path) => this.#isOutdated(path));
    if (!isMoved && dirty.length === 0 && this.#changed.size === 0 && outdated.length === 0) return [];
    if (isMoved || this.#survey === undefined || (await this.#declareAnew(dirty, signal))) {
      this.#survey = await this.#locate(observation, signal);
      this.#graph.setRegions(splitRepository({ ...this.#survey, paths: this.#survey.files }));
    }
    this.#structureHash = structureHash;
    this.#forgetGone(new Set(walked.files));
    const written = new Set(dirty);
    const survey = this.#survey;
    const unread = walked.files.filter((path) => {
      const known = this.#files.get(path);
      if (known === undefined || written.has(path)) return true;
      return known.place !== stampPlace(placeOf(survey, path));
    });
    const together = this.#graph.listAffected(new Set([...unread, ...outdated, ...this.#changed]));
    const toRead = new Set(unread);
    return walked.files.filter((path) => {
      if (toRead.has(path)) return true;
      const isKnown = this.#files.get(path)?.outcome.status !== 'parsed' || this.#syntaxes.has(path);
      return together.has(path) && !isKnown;
    });
  }

  /** True when a written file declares other modules than before. */
  async #declareAnew(dirty: readonly string[], signal: AbortSignal | undefined): Promise<boolean> {
    const walked = { files: [...dirty], skipped: [], manifests: [], folders: [] };
    const { declarations } = await locateSources(this.#root, walked, { signal });
    return dirty.some(
      (path) => !isSameDeclarations(declarations.get(path), this.#files.get(path)?.declarations),
    );
  }

  #locate({ walked, dirty }: Observation, signal: AbortSignal | undefined): Promise<RepositorySurvey> {
    const known = new Map([...this.#files].map(([path, file]) => [path, file.declarations]));
    for (const path of dirty) known.delete(path);
    return locateSources(this.#root, walked, { known, signal });
  }

  #forgetGone(present: ReadonlySet<string>): void {
    for (const path of [...this.#files.keys()]) {
      if (present.has(path)) continue;
      this.#files.delete(path);
      this.#syntaxes.delete(path);
      this.#graphHashes.delete(path);
    }
  }

  async *#read(
    paths: readonly string[],
    { options, emitted }: { options: UpdateOptions; emitted: Set<string> },
  ): AsyncGenerator<IndexRecord> {
    let done = 0;
    for await (const { path, outcome } of this.#parse(paths, options.signal)) {
      done += 1;
      options.onProgress?.({ stage: 'parse', done, total: paths.length, unit: 'files' });
      this.#take(path, outcome);
      if (outcome.status !== 'parsed' || !this.#isNews(path)) continue;
      this.#offer(path, emitted);
      yield* streamFile(outcome.file, outcome.syntax);
    }
  }

  #offer(path: string, emitted: Set<string>): void {
    this.#offers.add(path);
    emitted.add(path);
  }

  async *#parse(
    paths: readonly string[],
    signal: AbortSignal | undefined,
  ): AsyncGenerator<{ path: string; outcome: PackedOutcome }> {
    if (paths.length === 0) return;
    const pool = (this.#pool ??= openWorkerPool(this.#settings));
    const places = this.#survey?.places ?? new Map();
    let next = 0;
    for await (const outcome of parsePackedInOrder(pool, { root: this.#root, paths, places, signal })) {
      yield { path: paths[next] ?? '', outcome };
      next += 1;
    }
  }

  #take(path: string, outcome: PackedOutcome): void {
    const before = this.#files.get(path);
    const file = this.#knownFile(path, outcome);
    this.#files.set(path, file);
    if (outcome.status === 'skipped') {
      this.#syntaxes.delete(path);
      if (before?.outcome.status === 'parsed') this.#reshaped.add(path);
      return;
    }
    const isKept = this.#syntaxes.has(path);
    if (isSameSyntax(before, file)) {
      if (!isKept) this.#keep(path, outcome);
      return;
    }
    this.#changed.add(path);
    if (!isSameInterface(before, file)) this.#reshaped.add(path);
    this.#keep(path, outcome);
  }

  #keep(path: string, { packed, syntax }: Extract<PackedOutcome, { status: 'parsed' }>): void {
    this.#syntaxes.set(path, { packed, rows: keepRows(path, syntax.items) });
  }

  #knownFile(path: string, outcome: PackedOutcome): KnownFile {
    const survey = this.#survey;
    return {
      stamp: this.#observation?.stamps.get(path) ?? NO_STAMP,
      place: survey === undefined ? '' : stampPlace(placeOf(survey, path)),
      declarations: survey?.declarations.get(path) ?? { modules: [], cfgs: [] },
      outcome: outcome.status === 'skipped' ? outcome : summarize(outcome.file, outcome.syntax),
    };
  }

  /** True when the consumer has other rows of the file, or none. */
  #isNews(path: string): boolean {
    const told = this.#told.get(path);
    const known = this.#files.get(path);
    if (told === undefined || known?.outcome.status !== 'parsed' || this.#offers.has(path)) return true;
    const { hash, mtimeMs } = known.outcome;
    return told.hash !== hash || told.mtimeMs !== mtimeMs || told.place !== known.place;
  }

  /** Resolves what the changes reach, and streams the edges of every file that is told. */
  async *#bringInStep(options: UpdateOptions, emitted: Set<string>): AsyncGenerator<IndexRecord> {
    const indexed = this.#listIndexed();
    const present = new Set(indexed);
    for (const path of new Set([...this.#told.keys(), ...this.#offers.paths])) {
      if (present.has(path)) continue;
      this.#offers.add(path);
      yield { type: 'removed', path };
    }
    await this.#updateGraph(emitted, options);
    const others = indexed.filter((path) => !emitted.has(path) && this.#isOutdated(path));
    for await (const { path, outcome } of this.#parse(others, options.signal)) {
      if (outcome.status === 'parsed' && outcome.file.hash === hashOf(this.#files.get(path))) {
        this.#offer(path, emitted);
        yield* streamFile(outcome.file, outcome.syntax);
      } else this.#forgetStamp(path); // written meanwhile: the next update reads it
    }
    const told = indexed.filter((path) => emitted.has(path));
    for (const path of told) yield* this.#streamContains(path);
    for (const [index, path] of told.entries()) {
      options.signal?.throwIfAborted();
      yield* this.#streamGraph(path);
      options.onProgress?.({ stage: 'resolve', done: index + 1, total: told.length, unit: 'files' });
    }
  }

  #forgetStamp(path: string): void {
    const known = this.#files.get(path);
    if (known !== undefined) this.#files.set(path, { ...known, stamp: NO_STAMP });
    this.#graphHashes.set(path, '');
  }

  *#streamContains(path: string): Generator<IndexRecord> {
    const kept = this.#syntaxes.get(path);
    if (kept !== undefined) yield* streamContains(readKeptRows(kept.rows));
  }

  *#streamGraph(path: string): Generator<IndexRecord> {
    const packed = this.#graphs.get(path);
    this.#graphs.delete(path);
    if (packed === undefined) return;
    const { edges, references } = unpackGraph(packed);
    for (const edge of edges) yield { type: 'edge', edge };
    for (const counts of references) yield { type: 'references', references: counts };
  }

  /** Resolves what the changes reach and what is to be streamed; files nobody changed are told when the hash of their graph moves. */
  async #updateGraph(emitted: ReadonlySet<string>, { signal, onProgress }: UpdateOptions): Promise<void> {
    if (this.#survey === undefined) return;
    onProgress?.({ stage: 'resolve', done: 0, total: this.#changed.size, unit: 'files' });
    const wanted = new Set([...emitted, ...this.#listIndexed().filter((path) => this.#isOutdated(path))]);
    const graphs = await raceAbort(
      this.#graph.update({
        pool: (this.#pool ??= openWorkerPool(this.#settings)),
        syntaxes: this.#syntaxes,
        changed: this.#changed,
        reshaped: this.#reshaped,
        wanted,
      }),
      signal,
    );
    this.#changed.clear();
    this.#reshaped.clear();
    this.#graphs.clear();
    for (const [path, graph] of graphs) {
      this.#graphHashes.set(path, hashGraph(graph));
      if (emitted.has(path) || this.#isOutdated(path)) this.#graphs.set(path, graph);
    }
  }

  #isOutdated(path: string): boolean {
    return this.#isNews(path) || this.#told.get(path)?.graphHash !== this.#graphHashes.get(path);
  }

  /** In path order. */
  #listIndexed(): string[] {
    const { files = [] } = this.#observation?.walked ?? {};
    return files.filter((path) => this.#files.get(path)?.outcome.status === 'parsed');
  }

  #account(): Ledger {
    const { files = [], skipped: unread = [] } = this.#observation?.walked ?? {};
    const ledger: Ledger = {
      seen: files.length + unread.length,
      indexed: 0,
      skipped: [...unread],
      diagnostics: [],
    };
    for (const path of files) {
      const outcome = this.#files.get(path)?.outcome;
      if (outcome?.status === 'parsed') {
        ledger.indexed += 1;
        ledger.diagnostics.push(...outcome.diagnostics);
      } else ledger.skipped.push(outcome?.skipped ?? { path, reason: 'unreadable', detail: CHANGED });
    }
    ledger.skipped.sort((a, b) => (a.path < b.path ? -1 : 1));
    return ledger;
  }

  #describe(): Map<string, ToldFile> {
    const told = new Map<string, ToldFile>();
    for (const [path, { outcome, place }] of this.#files) {
      if (outcome.status !== 'parsed') continue;
      const { hash, mtimeMs } = outcome;
      told.set(path, { hash, mtimeMs, place, graphHash: this.#graphHashes.get(path) ?? '' });
    }
    return told;
  }
}

const NO_STAMP = { sizeBytes: 0, mtimeMs: 0, ctimeMs: 0, inode: 0, isSettled: false };
const CHANGED = 'it changed while it was streamed';

function summarize(
  file: FileFacts,
  { interfaceHash, diagnostics }: Pick<RustFileSyntax, 'interfaceHash' | 'diagnostics'>,
): KnownFile['outcome'] {
  return { status: 'parsed', hash: file.hash, mtimeMs: file.mtime_ms, interfaceHash, diagnostics };
}

function hashOf(file: KnownFile | undefined): string | undefined {
  return file?.outcome.status === 'parsed' ? file.outcome.hash : undefined;
}

function isSameSyntax(before: KnownFile | undefined, now: KnownFile): boolean {
  return before !== undefined && before.place === now.place && hashOf(before) === hashOf(now);
}

function isSameInterface(before: KnownFile | undefined, { place, outcome }: KnownFile): boolean {
  return (
    before?.outcome.status === 'parsed' &&
    outcome.status === 'parsed' &&
    before.place === place &&
    before.outcome.interfaceHash === outcome.interfaceHash
  );
}
