import { type FileFacts, IndexContract, type IndexRecord, type Ledger } from '@parseltongue/isg-core';
import type { LanguageDefinition } from '../languages/define-language.js';
import { loadLanguages } from '../languages/load-languages.js';
import { forgetRows } from '../languages/rust/forget-rows.js';
import type { ResolvableSyntax, RustFileSyntax } from '../languages/rust/syntax.js';
import { parseInOrder } from '../parse/parse-in-order.js';
import { openParsePool, type ParsePool } from '../parse/parse-pool.js';
import { locateSources, placeOf, type RepositorySurvey, stampPlace } from '../parse/survey-repository.js';
import type { ParseOutcome } from '../parse/worker-protocol.js';
import { streamContains, streamFile } from '../stream-file.js';
import type { ReadSettings } from '../stream-options.js';
import { GraphCache, hashGraph } from './graph-cache.js';
import type { KnownFile, ToldFile } from './known-file.js';
import { type Observation, observeRepository } from './observe-repository.js';
import type { UpdateOptions } from './open-incremental-stream.js';
import { OpenOffers } from './open-offers.js';
import { readState, writeState } from './read-state.js';

/** Does the work of an incremental stream: what is known of the repository, and what the consumer knows. */
export class IncrementalReader {
  readonly #root: string;
  readonly #settings: ReadSettings;
  readonly #stateFile: string | undefined;
  readonly #graph = new GraphCache();
  #pool: ParsePool | undefined;
  #languages: readonly LanguageDefinition[] | undefined;
  #isLoaded = false;
  #observation: Observation | undefined;
  #survey: RepositorySurvey | undefined;
  #structureHash = '';
  #files = new Map<string, KnownFile>();
  readonly #syntaxes = new Map<string, ResolvableSyntax>();
  readonly #graphHashes = new Map<string, string>();
  #told: ReadonlyMap<string, ToldFile> = new Map();
  #offered: Map<string, ToldFile> | undefined;
  readonly #offers: OpenOffers;
  /** Read anew since the graph was last brought in step. An update that ends early leaves them to the next. */
  readonly #changed = new Set<string>();
  #isStructural = true;
  /** Files whose references must be read again. */
  #unresolved = new Set<string>();

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
      });
    }
    await this.#offers.clear();
  }

  async close(): Promise<void> {
    this.#syntaxes.clear();
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
    for (const [path, { graphHash }] of state.told) this.#graphHashes.set(path, graphHash);
  }

  // What decides which files are read and with what result.
  #describeSettings(): string {
    return JSON.stringify([this.#root, this.#settings.maxFileBytes, this.#settings.languages]);
  }

  /** Finds out what must be read: what was written or moved, and everything without facts once anything was. */
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
    if (!isMoved && dirty.length === 0 && this.#changed.size === 0) return [];
    if (isMoved || this.#survey === undefined || (await this.#declareAnew(dirty, signal))) {
      this.#survey = await this.#locate(observation, signal);
    }
    if (isMoved) this.#isStructural = true;
    this.#structureHash = structureHash;
    this.#forgetGone(new Set(walked.files));
    const written = new Set(dirty);
    const survey = this.#survey;
    return walked.files.filter((path) => {
      const known = this.#files.get(path);
      if (known === undefined || written.has(path)) return true;
      if (known.place !== stampPlace(placeOf(survey, path))) return true;
      return known.outcome.status === 'parsed' && !this.#syntaxes.has(path);
    });
  }

  /** True when a written file declares other modules than before. */
  async #declareAnew(dirty: readonly string[], signal: AbortSignal | undefined): Promise<boolean> {
    const walked = { files: [...dirty], skipped: [], manifests: [], folders: [] };
    const { declarations } = await locateSources(this.#root, walked, { signal });
    return dirty.some(
      (path) =>
        JSON.stringify(declarations.get(path)) !== JSON.stringify(this.#files.get(path)?.declarations),
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
      this.#isStructural = true;
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
  ): AsyncGenerator<{ path: string; outcome: ParseOutcome }> {
    if (paths.length === 0) return;
    this.#pool ??= openParsePool(this.#settings);
    const places = this.#survey?.places ?? new Map();
    let next = 0;
    for await (const outcome of parseInOrder(this.#pool, { root: this.#root, paths, places, signal })) {
      yield { path: paths[next] ?? '', outcome };
      next += 1;
    }
  }

  #take(path: string, outcome: ParseOutcome): void {
    const before = this.#files.get(path);
    const file = this.#knownFile(path, outcome);
    this.#files.set(path, file);
    if (outcome.status === 'skipped') {
      this.#syntaxes.delete(path);
      this.#isStructural ||= before?.outcome.status === 'parsed';
      return;
    }
    if (isSameSyntax(before, file) && this.#syntaxes.has(path)) return;
    this.#changed.add(path);
    this.#isStructural ||= !isSameInterface(before, file);
    this.#syntaxes.set(path, forgetRows(outcome.syntax));
  }

  #knownFile(path: string, outcome: ParseOutcome): KnownFile {
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
    this.#updateGraph(indexed, options);
    this.#resolveQuietly(emitted, options.signal);
    const others = indexed.filter((path) => !emitted.has(path) && this.#isOutdated(path));
    for await (const { path, outcome } of this.#parse(others, options.signal)) {
      if (outcome.status === 'parsed' && outcome.file.hash === hashOf(this.#files.get(path))) {
        this.#offer(path, emitted);
        yield* streamFile(outcome.file, outcome.syntax);
      } else this.#forgetStamp(path); // written meanwhile: the next update reads it
    }
    const told = indexed.filter((path) => emitted.has(path));
    for (const path of told) yield* streamContains(this.#syntaxes.get(path)?.items ?? []);
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

  *#streamGraph(path: string): Generator<IndexRecord> {
    const graph = this.#graph.resolve(path);
    this.#graphHashes.set(path, hashGraph(graph));
    this.#unresolved.delete(path);
    for (const edge of graph.edges) yield { type: 'edge', edge };
    for (const references of graph.references) yield { type: 'references', references };
  }

  #updateGraph(indexed: readonly string[], { onProgress }: UpdateOptions): void {
    if (this.#survey === undefined || (this.#changed.size === 0 && !this.#isStructural)) return;
    onProgress?.({ stage: 'resolve', done: 0, total: this.#changed.size, unit: 'files' });
    const affected = this.#graph.update({
      files: new Map(indexed.flatMap((path) => this.#syntaxEntry(path))),
      manifests: this.#survey.manifests,
      changed: this.#changed,
      isStructural: this.#isStructural,
    });
    for (const path of affected) this.#unresolved.add(path);
    this.#changed.clear();
    this.#isStructural = false;
  }

  /** Files nobody changed refer elsewhere only when the hash of what they refer to moves. */
  #resolveQuietly(emitted: ReadonlySet<string>, signal: AbortSignal | undefined): void {
    for (const path of [...this.#unresolved]) {
      if (emitted.has(path)) continue;
      signal?.throwIfAborted();
      this.#graphHashes.set(path, hashGraph(this.#graph.resolve(path)));
      this.#unresolved.delete(path);
    }
  }

  #isOutdated(path: string): boolean {
    return this.#isNews(path) || this.#told.get(path)?.graphHash !== this.#graphHashes.get(path);
  }

  #syntaxEntry(path: string): [string, ResolvableSyntax][] {
    const syntax = this.#syntaxes.get(path);
    return syntax === undefined ? [] : [[path, syntax]];
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

function summarize(file: FileFacts, { interfaceHash, diagnostics }: RustFileSyntax): KnownFile['outcome'] {
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
