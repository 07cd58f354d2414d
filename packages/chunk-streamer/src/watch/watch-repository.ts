import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { StreamError } from '../errors.js';
import type { LanguageDefinition } from '../languages/define-language.js';
import { loadLanguages } from '../languages/load-languages.js';
import { languageOf } from '../languages/registry.js';
import { walkRepository } from '../walk/walk-repository.js';
import { FolderWatchers } from './folder-watchers.js';

/** What may have changed since the last batch: these paths, or anything. */
export type WatchBatch = { kind: 'paths'; paths: string[] } | { kind: 'rescan'; reason: RescanReason };

/** Why paths do not say it: too many at once, a folder came or went, rules or manifests, events that were lost. */
export type RescanReason = 'overflow' | 'folders' | 'rules' | 'lost_events';

/** How {@link watchRepository} works. */
export interface WatchOptions {
  /** A batch is told when nothing has changed for so long; default 100 ms. */
  quietMs?: number;
  /** A batch is told after so long, however busy the repository is; default 2000 ms. */
  maxWaitMs?: number;
  /** More changed paths than this are a `rescan`; default 1000. */
  maxPaths?: number;
  /** As in `StreamOptions`: their files are watched too. */
  languages?: readonly string[];
  /** Ends the iteration, without an error. */
  signal?: AbortSignal;
  /** Called once everything is watched: changes from then on are told. */
  onReady?: () => void;
}

/**
 * Watches what a stream of the repository would read and tells changes in batches, after they have come to rest.
 *
 * Folders a walk does not enter are not watched: version control, `.parseltongue`, ignored folders, caches, nested
 * repositories. While the consumer is busy, changes add up to one batch. A batch may name paths that did not change in the
 * end, it never leaves one out.
 *
 * @throws StreamError PT_STREAM_WATCH_FAILED when the system grants no watcher, PT_STREAM_OPTION_INVALID, and those of
 * `streamChunks` about the root
 */
export async function* watchRepository(
  root: string,
  options: WatchOptions = {},
): AsyncGenerator<WatchBatch, void, undefined> {
  const settings = readWatchSettings(options);
  const { signal } = options;
  if (isAborted(signal)) return;
  const languages = await loadLanguages(options.languages);
  const batch = new PendingBatch(settings, languages);
  using watchers = new FolderWatchers(root, {
    onChange: (path) => {
      batch.add(path);
    },
    onLost: () => {
      batch.rescan('lost_events');
    },
  });
  const end = () => {
    batch.end();
  };
  signal?.addEventListener('abort', end, { once: true });
  try {
    await watchFolders(root, watchers, signal);
    options.onReady?.();
    while (await batch.settle()) {
      const told = await judge(batch.take(), { root, watchers });
      if (told?.kind === 'rescan') await watchFolders(root, watchers, signal);
      if (told !== undefined) yield told;
    }
  } catch (error) {
    if (!isAborted(signal)) throw error;
  } finally {
    signal?.removeEventListener('abort', end);
    batch.end();
  }
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

// A folder that appears while the walk passes is found by the next walk; one that appears later is heard of.
async function watchFolders(
  root: string,
  watchers: FolderWatchers,
  signal: AbortSignal | undefined,
): Promise<void> {
  let added = true;
  while (added) added = watchers.watchOnly((await walkRepository(root, signal)).folders);
}

/** Undefined when nothing that changed concerns a stream: neither sources nor rules nor folders. */
async function judge(
  { paths, others, reason }: GatheredChanges,
  { root, watchers }: { root: string; watchers: FolderWatchers },
): Promise<WatchBatch | undefined> {
  if (reason !== undefined) return { kind: 'rescan', reason };
  for (const path of others) {
    const found = await lstat(join(root, path)).catch(() => undefined);
    if (watchers.has(path) || found?.isDirectory() === true) return { kind: 'rescan', reason: 'folders' };
  }
  return paths.length === 0 ? undefined : { kind: 'paths', paths };
}

interface WatchSettings {
  quietMs: number;
  maxWaitMs: number;
  maxPaths: number;
}

function readWatchSettings(options: WatchOptions): WatchSettings {
  const settings = {
    quietMs: options.quietMs ?? 100,
    maxWaitMs: options.maxWaitMs ?? 2000,
    maxPaths: options.maxPaths ?? 1000,
  };
  for (const [option, value] of Object.entries(settings)) {
    if (Number.isFinite(value) && value >= 0) continue;
    throw new StreamError('PT_STREAM_OPTION_INVALID', {
      message: `${option} is ${value}. Give a number that is not negative`,
      details: { option, value: String(value) },
    });
  }
  return settings;
}

/** What came together before the repository rested. */
interface GatheredChanges {
  /** Source files, in path order. */
  paths: string[];
  /** Entries that are no source files; some may be folders. */
  others: string[];
  reason: RescanReason | undefined;
}

/** Gathers changes until they rest. */
class PendingBatch {
  readonly #settings: WatchSettings;
  readonly #languages: readonly LanguageDefinition[];
  readonly #paths = new Set<string>();
  readonly #others = new Set<string>();
  #reason: RescanReason | undefined;
  #isEnded = false;
  #firstAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #isSettled = false;
  #wake: (() => void) | undefined;

  constructor(settings: WatchSettings, languages: readonly LanguageDefinition[]) {
    this.#settings = settings;
    this.#languages = languages;
  }

  add(path: string): void {
    if (RULES.test(path)) this.#reason ??= 'rules';
    else if (languageOf(path, this.#languages) !== undefined) this.#paths.add(path);
    else this.#others.add(path);
    if (this.#paths.size + this.#others.size > this.#settings.maxPaths) {
      this.#reason ??= 'overflow';
      this.#paths.clear();
      this.#others.clear();
    }
    this.#touch();
  }

  rescan(reason: RescanReason): void {
    this.#reason ??= reason;
    this.#touch();
  }

  end(): void {
    this.#isEnded = true;
    clearTimeout(this.#timer);
    this.#wake?.();
  }

  /** Waits for a batch at rest; false at the end. */
  async settle(): Promise<boolean> {
    while (!this.#isSettled && !this.#isEnded) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return !this.#isEnded;
  }

  take(): GatheredChanges {
    const gathered = { paths: [...this.#paths].sort(), others: [...this.#others], reason: this.#reason };
    this.#paths.clear();
    this.#others.clear();
    this.#reason = undefined;
    this.#isSettled = false;
    this.#firstAt = 0;
    return gathered;
  }

  #touch(): void {
    if (this.#isEnded) return;
    const now = performance.now();
    if (this.#firstAt === 0) this.#firstAt = now;
    const { quietMs, maxWaitMs } = this.#settings;
    clearTimeout(this.#timer);
    const waitMs = Math.max(0, Math.min(quietMs, this.#firstAt + maxWaitMs - now));
    this.#timer = setTimeout(() => {
      this.#isSettled = true;
      this.#wake?.();
    }, waitMs);
  }
}

// Manifests and ignore rules move other files.
const RULES = /(?:^|\/)(?:\.gitignore|Cargo\.toml)$/;
