import { join } from 'node:path';
import type { CompilerDiagnostic, FileChange } from '@parseltongue/isg-core';
import { type AbsentAnalyzer, type FoundAnalyzer, locateAnalyzer } from '../analyzer/locate-analyzer.js';
import { offerFixes } from '../analyzer/offer-fixes.js';
import {
  type Analyzer,
  type AnalyzerLimits,
  type AnalyzerSession,
  isWorkspaceFile,
  openAnalyzer,
} from '../analyzer/open-analyzer.js';
import { withOverlay } from '../analyzer/overlay.js';
import { type Finding, pullFindings } from '../analyzer/pull-findings.js';
import { subtractFindings } from '../analyzer/subtract-findings.js';
import { suggestFixes } from '../analyzer/suggest-fixes.js';
import { mapRowKeys } from '../diagnose/map-row-keys.js';
import { PreflightError } from '../errors.js';
import type { AnalyzerGate, Confinement, OfferedFixes } from '../ports.js';
import { createIdleOutcome, type GateOutcome } from '../receipt.js';
import { findAffectedFiles } from './analyzer-gate-files.js';
import { type AnalyzerMemory, createAnalyzerMemory } from './analyzer-gate-memory.js';
import { describeFindings, findHealthDoubt, isRejecting, isReported } from './analyzer-gate-report.js';
import { nameErrors } from './cargo-check.js';
import { type GateContext, type GateWorkspace, signalOf } from './gate-context.js';
import { readShadowText } from './read-texts.js';

/** Which analyzer judges and what it may do. */
export interface OpenAnalyzerGateOptions {
  /** A program to use instead of looking for one. */
  command?: readonly [string, ...string[]];
  /** Folder a set-up wrote a private analyzer into. */
  prefixDir?: string;
  /** Build scripts and procedural macros of the repository may run. Default true; without them its word never blocks. */
  isTrusted?: boolean;
  confinement?: Confinement;
  limits?: AnalyzerLimits;
}

/**
 * Opens T2: rust-analyzer, rooted at the shadow, is shown the proposal and asked what is new.
 *
 * It rejects only what it says of a tree it provably understands: a probe with known faults must be answered as expected,
 * its health must be clean, and a new error must be there when asked twice. Otherwise its word is advice. It never approves
 * what a compiler has not seen. The server starts with the first check and stays; after a crash it is started again.
 */
export function openAnalyzerGate(options: OpenAnalyzerGateOptions = {}): AnalyzerGate {
  return new ResidentAnalyzerGate(options);
}

/** Findings the server is asked to fix. */
const MAX_FIXED = 10;
const NO_ANALYZER_PREFIX = 'Nothing is lost but speed, T3 runs cargo check';

/** What starting a server takes. */
type ServerContext = GateWorkspace & { signal?: AbortSignal };

class ResidentAnalyzerGate implements AnalyzerGate {
  readonly #options: OpenAnalyzerGateOptions;
  readonly #memory: AnalyzerMemory = createAnalyzerMemory();
  #found: FoundAnalyzer | AbsentAnalyzer | undefined;
  #analyzer: Analyzer | undefined;
  #treeDir: string | undefined;

  constructor(options: OpenAnalyzerGateOptions) {
    this.#options = options;
  }

  async check(context: GateContext): Promise<GateOutcome> {
    const { shadow } = context;
    if (shadow.layout().unsupported !== null)
      return createIdleOutcome(
        'not_run',
        `The shadow cannot stand in for this workspace. ${NO_ANALYZER_PREFIX}`,
      );
    this.#found ??= await this.#locate(context);
    if (this.#found.status === 'absent')
      return createIdleOutcome('not_run', `${this.#found.reason}. ${NO_ANALYZER_PREFIX}`);
    const found = this.#found;
    const analyzer = await this.#open(context, found);
    const judge = (): Promise<GateOutcome> => this.#judge({ context, analyzer, found });
    try {
      return await retryOnce(judge);
    } catch (error) {
      if (!isAnalyzerFailure(error)) throw error;
      return {
        ...createIdleOutcome('not_run', shadow.translate(error.message)),
        toolchain: found.describes,
      };
    }
  }

  async offerFixes(
    workspace: GateWorkspace,
    diagnostics: readonly CompilerDiagnostic[],
    options: { signal?: AbortSignal },
  ): Promise<OfferedFixes> {
    const context = { ...workspace, ...signalOf(options) };
    this.#found ??= await this.#locate(context);
    if (this.#found.status === 'absent') return { status: 'not_run', reason: this.#found.reason };
    const { describes } = this.#found;
    const analyzer = await this.#open(context, this.#found);
    const ask = async (): Promise<OfferedFixes> => {
      const offers = await analyzer.use((session) => offerFixes(session, diagnostics, options), options);
      return { status: 'ran', tool: describes, offers };
    };
    try {
      return await retryOnce(ask);
    } catch (error) {
      if (!isAnalyzerFailure(error)) throw error;
      return { status: 'not_run', reason: workspace.shadow.translate(error.message) };
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#analyzer?.[Symbol.asyncDispose]();
    this.#analyzer = undefined;
  }

  #locate(context: ServerContext): Promise<FoundAnalyzer | AbsentAnalyzer> {
    const { command, prefixDir } = this.#options;
    return locateAnalyzer({
      cwd: context.shadow.treeDir,
      env: context.shadow.env,
      ...(command === undefined ? {} : { command }),
      ...(prefixDir === undefined ? {} : { prefixDir }),
      ...signalOf(context),
    });
  }

  async #open(context: ServerContext, found: FoundAnalyzer): Promise<Analyzer> {
    const { shadow } = context;
    if (this.#treeDir !== shadow.treeDir) await this[Symbol.asyncDispose]();
    this.#treeDir = shadow.treeDir;
    const { isTrusted = true, confinement = null, limits } = this.#options;
    this.#analyzer ??= openAnalyzer({
      found,
      treeDir: shadow.treeDir,
      targetDir: join(shadow.homeDir, 'analyzer-target'),
      libraryDir: join(shadow.homeDir, 'analyzer-library'),
      env: shadow.env,
      isNetworkAllowed: context.isNetworkAllowed,
      isTrusted,
      confinement,
      ...(limits === undefined ? {} : { limits }),
    });
    return this.#analyzer;
  }

  async #judge(parts: {
    context: GateContext;
    analyzer: Analyzer;
    found: FoundAnalyzer;
  }): Promise<GateOutcome> {
    const { context, analyzer, found } = parts;
    const clock = createStopwatch();
    await context.shadow.restore();
    const before = await analyzer.use(
      (session) => this.#lookBefore(context, session, clock),
      signalOf(context),
    );
    const onDisk = context.proposal.files.filter(needsDisk);
    if (onDisk.length > 0) await context.shadow.applyOverlay(onDisk);
    const after = await analyzer.use((session) => lookAfter(context, session, before), {
      ...signalOf(context),
      isDiskUnchanged: onDisk.length === 0,
    });
    clock.lap('overlay');
    const doubts = [
      found.doubt,
      this.#options.isTrusted === false ? 'build scripts and macros of the repository were not run' : null,
      before.canary.isAlive ? null : before.canary.detail,
      before.doubt,
      after.doubt,
    ].filter((doubt) => doubt !== null);
    const log = [
      found.describes,
      this.#options.confinement?.statement ??
        'Not confined: build scripts and macros ran with the rights of the user',
      before.canary.detail,
      `health: ${after.health}`,
      `files asked: ${after.paths.join(' ')}`,
      `callers left out: ${before.dropped}`,
      `memory: ${Math.round(after.residentBytes / 2 ** 20)} MiB`,
      `milliseconds: ${clock.format()}`,
    ];
    return describeOutcome(context, { ...after, doubts, log, toolchain: found.describes });
  }

  async #lookBefore(context: GateContext, session: AnalyzerSession, clock: Stopwatch) {
    const changed = context.proposal.files.filter(({ path }) => path.endsWith('.rs'));
    const packages = packagesOf(
      context,
      changed.map(({ path }) => path),
    );
    clock.lap('sync');
    const canary = await this.#memory.canary(session, context, changed);
    clock.lap('canary');
    const { paths, dropped } = await findAffectedFiles(context, session);
    clock.lap('callers');
    const known = changed.filter((file) => file.before_hash !== null).map(({ path }) => path);
    const findings = await this.#memory.baseline(session, [...known, ...paths], signalOf(context));
    clock.lap('baseline');
    return {
      canary,
      affected: paths,
      dropped,
      findings,
      doubt: findHealthDoubt(session.server.status.current(), packages),
    };
  }
}

/** Shows the server the proposal and pulls the changed files and their callers. */
async function lookAfter(
  context: GateContext,
  session: AnalyzerSession,
  before: { findings: readonly Finding[]; affected: readonly string[] },
) {
  const texts = new Map<string, string>();
  for (const { path, after } of context.proposal.files)
    if (after !== null && path.endsWith('.rs')) texts.set(path, after);
  const paths = [...texts.keys(), ...before.affected];
  const options = { paths, texts, ...signalOf(context) };
  const pull = async (): Promise<Finding[]> =>
    subtractFindings((await pullFindings(session, options)).filter(isReported), before.findings);
  const added = await withOverlay(session, texts, async () => {
    const first = await pull();
    if (!first.some(isRejecting)) return first;
    const again = await pull(); // what vanishes when asked again was a passing state of the server
    const lasting = first.filter((finding) => again.some((other) => isSame(finding, other)));
    for (const finding of lasting.filter(isRejecting).slice(0, MAX_FIXED))
      finding.suggestions = await suggestFixes(session, finding, { texts, ...signalOf(context) });
    return lasting;
  });
  const status = session.server.status.current();
  return {
    added,
    paths,
    health: [status.health, status.message ?? ''].join(' ').trim(),
    doubt: findHealthDoubt(status, packagesOf(context, paths)),
    residentBytes: session.server.process.residentBytes(),
  };
}

interface Look {
  added: readonly Finding[];
  paths: readonly string[];
  doubts: readonly string[];
  log: readonly string[];
  toolchain: string;
}

async function describeOutcome(context: GateContext, look: Look): Promise<GateOutcome> {
  const { shadow, chunker, proposal } = context;
  const { added, paths, toolchain } = look;
  const [doubt] = look.doubts;
  const isBlocking = doubt === undefined;
  const texts = new Map(proposal.files.map((file) => [file.path, file.after]));
  const described = describeFindings(added, isBlocking);
  const diagnostics = await mapRowKeys(described, chunker, async (path) =>
    texts.has(path) ? (texts.get(path) ?? null) : readShadowText(context, path),
  );
  const errors = diagnostics.filter((diagnostic) => diagnostic.level === 'error');
  const failed = new Set(errors.map((error) => error.spans[0]?.path)).size;
  const counts = { total: paths.length, passed: paths.length - failed, failed, ignored: 0 };
  const log = shadow.translate([...look.log, ...diagnostics.map(({ rendered }) => rendered), ''].join('\n'));
  const base = { diagnostics, counts, session: null, toolchain, log };
  if (!isBlocking) {
    const reason = `Advice only, ${shadow.translate(doubt)}`;
    return { ...base, verdict: 'not_run', reason };
  }
  if (errors.length === 0) return { ...base, verdict: 'passed', reason: null };
  const what = errors.length === 1 ? '1 new error' : `${errors.length} new errors`;
  return { ...base, verdict: 'failed', reason: `${what}: ${nameErrors(errors)}` };
}

/** What an overlay cannot show: files that go away, and files that decide what the workspace consists of. */
function needsDisk(file: FileChange): boolean {
  const isEdit = file.before_hash !== null && file.after !== null;
  return file.after === null || isWorkspaceFile(file.path, isEdit) || !file.path.endsWith('.rs');
}

/** Names of the members whose folders hold the files. */
function packagesOf(context: GateContext, paths: readonly string[]): string[] {
  const { packages } = context.shadow.layout();
  return packages
    .filter(({ folder }) => paths.some((path) => folder === '' || path.startsWith(`${folder}/`)))
    .map(({ name }) => name);
}

function isSame(a: Finding, b: Finding): boolean {
  return a.path === b.path && a.code === b.code && a.message === b.message && a.start === b.start;
}

/** After a crash the server is started again. */
function retryOnce<T>(ask: () => Promise<T>): Promise<T> {
  return ask().catch((error: unknown) => {
    if (!isAnalyzerFailure(error) || !error.retryable) throw error;
    return ask();
  });
}

function isAnalyzerFailure(error: unknown): error is PreflightError {
  return PreflightError.isInstance(error) && error.code === 'PT_PREFLIGHT_ANALYZER_FAILED';
}

interface Stopwatch {
  lap(name: string): void;
  format(): string;
}

function createStopwatch(): Stopwatch {
  const laps: string[] = [];
  let from = performance.now();
  return {
    lap(name) {
      const now = performance.now();
      laps.push(`${name} ${Math.round(now - from)}`);
      from = now;
    },
    format: () => laps.join(', '),
  };
}
