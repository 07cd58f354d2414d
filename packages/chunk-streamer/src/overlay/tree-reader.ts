import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type FileStamp, isSameStamp, stampFiles } from '../incremental/stamp-files.js';
import { forgetRows } from '../languages/rust/forget-rows.js';
import { isSameDeclarations, scanModuleDeclarations } from '../languages/rust/scan-module-declarations.js';
import type { ResolvableSyntax, RustFileSyntax } from '../languages/rust/syntax.js';
import {
  applyOverlay,
  locateSources,
  placeOf,
  type RepositorySurvey,
  stampPlace,
} from '../parse/survey-repository.js';
import type { ReadOptions } from '../stream-options.js';
import { walkRepository } from '../walk/walk-repository.js';
import { parseInOrder } from '../workers/parse-in-order.js';
import type { WorkerPool } from '../workers/worker-pool.js';

/** A repository as it is on disk. The same object for as long as no file moves. */
export interface DiskTree {
  survey: RepositorySurvey;
  /** Syntax of every readable file, in path order. */
  files: ReadonlyMap<string, ResolvableSyntax>;
}

/** A repository as it would be. */
export interface FutureTree {
  survey: RepositorySurvey;
  /** In path order. */
  files: ResolvableSyntax[];
  /** Those that were read anew, rows included; every changed file is among them. */
  parsed: ReadonlyMap<string, RustFileSyntax>;
  /** True when every file stands where it stood and none came or went. */
  isSamePlace: boolean;
}

/** Texts in place of those on disk; null stands for a deleted file. */
export type OverlayTexts = ReadonlyMap<string, string | null>;

interface KnownSyntax {
  place: string;
  /** Of the file's bytes. */
  hash: string;
  syntax: ResolvableSyntax;
}

/** Reads a repository again and again: what has not moved on disk is neither read nor parsed twice. */
export class TreeReader {
  readonly #root: string;
  readonly #pool: WorkerPool;
  readonly #options: ReadOptions;
  readonly #syntaxes = new Map<string, KnownSyntax>();
  #stamps: ReadonlyMap<string, FileStamp> = new Map();
  #tree: DiskTree | undefined;

  constructor(root: string, pool: WorkerPool, options: ReadOptions) {
    this.#root = root;
    this.#pool = pool;
    this.#options = options;
  }

  /** The repository as it is now. */
  async readDisk(signal: AbortSignal | undefined): Promise<DiskTree> {
    const walked = await walkRepository(this.#root, signal);
    const paths = [...walked.files, ...walked.manifests];
    const stamps = await stampFiles(this.#root, paths, signal);
    const last = this.#tree;
    const kept = await this.#findKept(stamps);
    const isSame = last !== undefined && kept.size === paths.length && kept.size === this.#stamps.size;
    this.#stamps = stamps;
    if (isSame) return last;
    this.#tree = undefined;
    const known = new Map([...(last?.survey.declarations ?? [])].filter(([path]) => kept.has(path)));
    const survey = await locateSources(this.#root, walked, { known, signal });
    for (const path of [...this.#syntaxes.keys()]) if (!kept.has(path)) this.#syntaxes.delete(path);
    await this.#parseStale(survey, signal);
    const files = survey.files.flatMap((path) => this.#syntaxes.get(path)?.syntax ?? []);
    this.#tree = { survey, files: new Map(files.map((syntax) => [syntax.path, syntax])) };
    return this.#tree;
  }

  /** The repository with the texts in place; files whose place they move are read again. */
  async readFuture(
    current: DiskTree,
    overlay: OverlayTexts,
    signal: AbortSignal | undefined,
  ): Promise<FutureTree> {
    const { survey: before, files } = current;
    const isSamePlace = keepsPlaces(before, overlay);
    const survey = isSamePlace ? before : await this.#locate(before, overlay, signal);
    const isAffected = (path: string): boolean =>
      overlay.has(path) || stampPlace(placeOf(before, path)) !== stampPlace(placeOf(survey, path));
    const paths = isSamePlace
      ? survey.files.filter((path) => overlay.has(path))
      : survey.files.filter(isAffected);
    const parsed = new Map<string, RustFileSyntax>();
    const source = { root: this.#root, paths, places: survey.places, texts: overlay, signal };
    for await (const outcome of parseInOrder(this.#pool, source)) {
      if (outcome.status === 'parsed') parsed.set(outcome.syntax.path, outcome.syntax);
    }
    const all = survey.files.flatMap((path) => parsed.get(path) ?? files.get(path) ?? []);
    return { survey, files: all, parsed, isSamePlace: isSamePlace && parsed.size === paths.length };
  }

  /** Files nobody wrote since they were read. A stamp that another write may have left counts only with the same content. */
  async #findKept(stamps: ReadonlyMap<string, FileStamp>): Promise<Set<string>> {
    const kept = new Set<string>();
    for (const [path, now] of stamps) {
      const before = this.#stamps.get(path);
      if (before === undefined || !isSameStamp({ ...before, isSettled: true }, now)) continue;
      if (before.isSettled || (await this.#hasContent(path))) kept.add(path);
    }
    return kept;
  }

  async #hasContent(path: string): Promise<boolean> {
    const bytes = await readFile(join(this.#root, path)).catch(() => undefined);
    if (bytes === undefined) return false;
    const manifest = this.#tree?.survey.manifests.find((known) => known.path === path);
    if (manifest !== undefined) return manifest.text === bytes.toString('utf8');
    return this.#syntaxes.get(path)?.hash === hash('sha256', bytes, 'hex');
  }

  #locate(
    before: RepositorySurvey,
    overlay: OverlayTexts,
    signal: AbortSignal | undefined,
  ): Promise<RepositorySurvey> {
    const known = new Map([...before.declarations].filter(([path]) => !overlay.has(path)));
    const walked = { ...before, manifests: before.manifests.map(({ path }) => path) };
    return locateSources(this.#root, applyOverlay(walked, overlay), { overlay, known, signal });
  }

  async #parseStale(survey: RepositorySurvey, signal: AbortSignal | undefined): Promise<void> {
    const places = new Map(survey.files.map((path) => [path, stampPlace(placeOf(survey, path))]));
    const stale = survey.files.filter((path) => this.#syntaxes.get(path)?.place !== places.get(path));
    for (const path of stale) this.#syntaxes.delete(path);
    let done = survey.files.length - stale.length;
    const source = { root: this.#root, paths: stale, places: survey.places, signal };
    for await (const outcome of parseInOrder(this.#pool, source)) {
      done += 1;
      this.#options.onProgress?.({ stage: 'parse', done, total: survey.files.length, unit: 'files' });
      if (outcome.status !== 'parsed') continue;
      const { file, syntax } = outcome;
      const place = places.get(file.path) ?? '';
      this.#syntaxes.set(file.path, { place, hash: file.hash, syntax: forgetRows(syntax) });
    }
  }
}

/** True when the texts replace files of the repository and declare the modules those declare. */
function keepsPlaces({ declarations }: RepositorySurvey, overlay: OverlayTexts): boolean {
  return [...overlay].every(([path, text]) => {
    const known = declarations.get(path);
    if (text === null || known === undefined) return false;
    return isSameDeclarations(scanModuleDeclarations(text), known);
  });
}
