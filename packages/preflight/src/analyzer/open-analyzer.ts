import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { Confinement } from '../ports.js';
import { type DiskEntry, listDisk } from '../shadow/list-disk.js';
import { createAnalyzerSettings } from './analyzer-settings.js';
import { analyzerFailure, type LanguageServer, openLanguageServer } from './language-server.js';
import type { FoundAnalyzer } from './locate-analyzer.js';
import { stitchLibrary } from './stitch-library.js';

/** Limits of the server; all have defaults. */
export interface AnalyzerLimits {
  /** Until the workspace is loaded, build scripts included. Default 5 minutes. */
  startTimeoutMs?: number;
  /** Of one request. Default 60 s. */
  requestTimeoutMs?: number;
  /** Of the server and all it started. Default 4 GiB. */
  maxResidentBytes?: number;
  /** How often memory is looked at. Default 1 s. */
  memoryPollMs?: number;
  /** Before the first restart after a crash, doubled for each further one. Default 500 ms. */
  restartDelayMs?: number;
  /** Crashes in a row after which no more starts are tried. Default 3. */
  maxCrashes?: number;
}

export interface OpenAnalyzerOptions {
  found: FoundAnalyzer;
  /** The workspace on disk, absolute; a copy, because the server may write a lock file into it. */
  treeDir: string;
  /** Absolute folder for what build scripts make. */
  targetDir: string;
  /** Absolute folder for a view of the standard library's sources. */
  libraryDir: string;
  env: Readonly<Record<string, string>>;
  isNetworkAllowed: boolean;
  /** Build scripts and procedural macros may run. */
  isTrusted: boolean;
  confinement: Confinement | null;
  limits?: AnalyzerLimits;
}

/** A server in step with the disk. */
export interface AnalyzerSession {
  readonly server: LanguageServer;
  /** Changes whenever the server may see a different tree than before. */
  readonly epoch: string;
  readonly treeDir: string;
  readonly requestTimeoutMs: number;
}

export interface UseAnalyzerOptions {
  signal?: AbortSignal;
  /** The caller knows that nothing was written since the last use, so the disk is not listed. Default false. */
  isDiskUnchanged?: boolean;
}

/** One rust-analyzer of one workspace, started when first needed and again after a crash. */
export interface Analyzer extends AsyncDisposable {
  /**
   * Brings the server in step with the disk and hands it out; the next call waits until the work is done.
   *
   * @throws PreflightError PT_PREFLIGHT_ANALYZER_FAILED
   */
  use<T>(work: (session: AnalyzerSession) => Promise<T>, options?: UseAnalyzerOptions): Promise<T>;
}

const DEFAULTS: Required<AnalyzerLimits> = {
  startTimeoutMs: 300_000,
  requestTimeoutMs: 60_000,
  maxResidentBytes: 4 * 2 ** 30,
  memoryPollMs: 1000,
  restartDelayMs: 500,
  maxCrashes: 3,
};
const CREATED = 1;
const CHANGED = 2;
const DELETED = 3;

/** Opens the analyzer of a workspace; nothing is started yet. */
export function openAnalyzer(options: OpenAnalyzerOptions): Analyzer {
  return new ResidentAnalyzer(options);
}

type Listing = Map<string, DiskEntry>;

class ResidentAnalyzer implements Analyzer {
  readonly #options: OpenAnalyzerOptions;
  readonly #limits: Required<AnalyzerLimits>;
  #server: LanguageServer | undefined;
  #seen: Listing = new Map();
  #starts = 0;
  #changes = 0;
  #crashes = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: OpenAnalyzerOptions) {
    this.#options = options;
    this.#limits = { ...DEFAULTS, ...options.limits };
  }

  use<T>(work: (session: AnalyzerSession) => Promise<T>, options: UseAnalyzerOptions = {}): Promise<T> {
    const next = this.#last.then(() => this.#run(work, options));
    this.#last = next.catch(() => undefined);
    return next;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#last;
    await this.#server?.[Symbol.asyncDispose]();
    this.#server = undefined;
  }

  async #run<T>(work: (session: AnalyzerSession) => Promise<T>, options: UseAnalyzerOptions): Promise<T> {
    const server = await this.#ensure(options);
    try {
      const answer = await work({
        server,
        epoch: `${this.#starts}.${this.#changes}.${server.status.restCount()}`,
        treeDir: this.#options.treeDir,
        requestTimeoutMs: this.#limits.requestTimeoutMs,
      });
      this.#crashes = 0;
      return answer;
    } finally {
      if (!server.process.isRunning()) this.#crashes += 1;
    }
  }

  async #ensure(options: UseAnalyzerOptions): Promise<LanguageServer> {
    if (this.#server?.process.isRunning() === true) {
      await this.#follow(this.#server, options);
      return this.#server;
    }
    await this.#server?.[Symbol.asyncDispose]();
    this.#server = undefined;
    if (this.#crashes >= this.#limits.maxCrashes)
      throw analyzerFailure(`it ended ${this.#crashes} times in a row and is not started again`);
    if (this.#crashes > 0) {
      const waitMs = this.#limits.restartDelayMs * 2 ** (this.#crashes - 1);
      await delay(waitMs, undefined, options.signal === undefined ? {} : { signal: options.signal });
    }
    this.#seen = this.#list();
    this.#starts += 1;
    try {
      this.#server = await openLanguageServer(this.#describeStart(options));
      return this.#server;
    } catch (error) {
      this.#crashes += 1;
      throw error;
    }
  }

  /** Tells the server what changed on disk since it last heard. */
  async #follow(server: LanguageServer, options: UseAnalyzerOptions): Promise<void> {
    const now = options.isDiskUnchanged === true ? this.#seen : this.#list();
    const changes = diffListings(this.#seen, now);
    if (changes.length > 0) {
      this.#changes += 1;
      this.#seen = now;
      const events = changes.map(({ path, type }) => ({
        uri: pathToFileURL(join(this.#options.treeDir, path)).href,
        type,
      }));
      await server.notify('workspace/didChangeWatchedFiles', { changes: events });
    }
    const isAtRest = await server.status.waitForRest({
      timeoutMs: this.#limits.startTimeoutMs,
      expectsReload: changes.some(({ path, type }) => isWorkspaceFile(path, type === CHANGED)),
      isAlive: () => server.process.isRunning(),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    if (isAtRest) return;
    await server.process.stop(`it did not load a changed workspace within ${this.#limits.startTimeoutMs} ms`);
    throw analyzerFailure(await server.process.ended);
  }

  #describeStart(options: UseAnalyzerOptions): Parameters<typeof openLanguageServer>[0] {
    const { found, treeDir, targetDir, libraryDir, env, confinement, isTrusted } = this.#options;
    const network = this.#options.isNetworkAllowed ? {} : { CARGO_NET_OFFLINE: 'true' };
    const plain = {
      argv: found.command,
      cwd: treeDir,
      env: { ...env, ...network, CARGO_TARGET_DIR: targetDir, CARGO_BUILD_BUILD_DIR: targetDir },
    };
    return {
      command: confinement?.wrap(plain, [treeDir, targetDir, libraryDir]) ?? plain,
      root: treeDir,
      settings: createAnalyzerSettings({
        manifest: join(treeDir, 'Cargo.toml'),
        sysrootSrc: found.sysrootSrc === null ? null : stitchLibrary(found.sysrootSrc, libraryDir),
        isTrusted,
      }),
      limits: { maxResidentBytes: this.#limits.maxResidentBytes, pollMs: this.#limits.memoryPollMs },
      startTimeoutMs: this.#limits.startTimeoutMs,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    };
  }

  #list(): Listing {
    return listDisk(this.#options.treeDir, [this.#options.targetDir]);
  }
}

interface DiskChange {
  path: string;
  type: typeof CREATED | typeof CHANGED | typeof DELETED;
}

function diffListings(before: Listing, now: Listing): DiskChange[] {
  const changes: DiskChange[] = [];
  for (const [path, entry] of now) {
    const old = before.get(path);
    if (old === undefined) changes.push({ path, type: CREATED });
    else if (old.stamp !== entry.stamp) changes.push({ path, type: CHANGED });
  }
  for (const path of before.keys()) if (!now.has(path)) changes.push({ path, type: DELETED });
  return changes;
}

/**
 * True for files that decide what the workspace consists of: manifests, build scripts, and files that are targets of their
 * own just by being there.
 */
export function isWorkspaceFile(path: string, isThereBeforeAndAfter: boolean): boolean {
  if (/(^|\/)(Cargo\.(toml|lock)|build\.rs|rust-toolchain(\.toml)?)$/.test(path)) return true;
  const isTarget = /(^|\/)((tests|examples|benches|src\/bin)\/[^/]+\.rs|src\/(main|lib)\.rs)$/.test(path);
  return isTarget && !isThereBeforeAndAfter;
}

/** The text of a file of the session's tree, null when there is none. */
export function readSessionText(session: Pick<AnalyzerSession, 'treeDir'>, path: string): string | null {
  try {
    return readFileSync(join(session.treeDir, path), 'utf8');
  } catch {
    return null;
  }
}
