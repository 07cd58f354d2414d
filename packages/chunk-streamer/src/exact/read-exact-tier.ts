import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { isInsidePath, type ProgressListener } from '@parseltongue/isg-core';
import { StreamError } from '../errors.js';
import { buildExactTier } from './build-exact-tier.js';
import type { ExactTier, IndexedRepository, NoExactTier } from './exact-tier.js';
import { parseScip, type ScipIndex } from './parse-scip.js';
import { type AnalyzerEnd, runAnalyzer } from './run-analyzer.js';
import { isStandardSymbol } from './scip-symbol.js';

/** How the analyzer is run. */
export interface ExactTierOptions {
  /** Program of the analyzer and arguments before its verb, for example `['rust-analyzer']`; never a shell line. */
  analyzer: readonly [string, ...string[]];
  /** The whole environment of the analyzer and of the build scripts it runs; nothing is inherited. */
  env: Readonly<Record<string, string>>;
  /** Folder of the Cargo workspace below the root; default the root itself. */
  project?: string;
  /** `all`, or names beyond the default features; default none beyond them. */
  features?: 'all' | readonly string[];
  /** Sources of the standard library, where they are not in the toolchain's own folder. */
  sysrootSrc?: string;
  /** Build output of the analyzer; default a temporary folder, so that the user's own is never touched. */
  targetDir?: string;
  /** Existing folder for the index it writes, which a confined command must be able to write; default the system's. */
  scratchDir?: string;
  /** Default 120 s, for the whole run. */
  timeoutMs?: number;
  /** Resident memory of all processes of the run, where the system tells it (Linux); default 3 GiB. */
  memoryBytes?: number;
  signal?: AbortSignal;
  onProgress?: ProgressListener;
}

const DEFAULT_TIMEOUT_MS = 120_000;
const DEFAULT_MEMORY_BYTES = 3 * 2 ** 30;
const VERSION_TIMEOUT_MS = 20_000;
const HOW_TO_GET = 'Install it with: rustup component add rust-analyzer rust-src';

/**
 * Runs `rust-analyzer scip` on a repository and matches what it says with the indexed rows.
 *
 * An analyzer that is missing, panics, runs out of time or memory or writes nothing readable is a normal outcome and
 * comes back as {@link NoExactTier}: the typed tier stands. The analyzer runs build scripts and procedural macros of the
 * repository: give a confined command where the repository is not trusted.
 *
 * @throws StreamError PT_STREAM_OPTION_INVALID, and the reason of the signal when it is aborted
 */
export async function readExactTier(
  root: string,
  repository: IndexedRepository,
  options: ExactTierOptions,
): Promise<ExactTier | NoExactTier> {
  assertOptions(options);
  const startedAt = performance.now();
  const scratch = await mkdtemp(join(options.scratchDir ?? tmpdir(), 'parseltongue-exact-'));
  try {
    options.onProgress?.({ stage: 'exact', done: 0, total: null, unit: 'steps' });
    const index = await indexProject(root, scratch, options);
    if ('status' in index) return index;
    options.onProgress?.({ stage: 'exact', done: 1, total: 2, unit: 'steps' });
    const tier = await buildExactTier(index, repository, { root, project: options.project ?? '' });
    options.onProgress?.({ stage: 'exact', done: 2, total: 2, unit: 'steps' });
    return { ...tier, coverage: { ...tier.coverage, ms: Math.round(performance.now() - startedAt) } };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function indexProject(
  root: string,
  scratch: string,
  options: ExactTierOptions,
): Promise<ScipIndex | NoExactTier> {
  const project = resolve(root, options.project ?? '');
  const limits = {
    cwd: project,
    env: { ...options.env, CARGO_TARGET_DIR: options.targetDir ?? join(scratch, 'target') },
    memoryBytes: options.memoryBytes ?? DEFAULT_MEMORY_BYTES,
    signal: options.signal,
  };
  // the launcher of rustup exists without the component it launches
  const version = await runAnalyzer({
    ...limits,
    argv: [...options.analyzer, '--version'],
    timeoutMs: VERSION_TIMEOUT_MS,
  });
  if (version.ending !== 'exited' || version.exit !== 0) return reportMissing(options, version);
  const output = join(scratch, 'index.scip');
  const config = join(scratch, 'settings.json');
  await writeFile(config, JSON.stringify(createSettings(options)));
  const argv: [string, ...string[]] = [
    ...options.analyzer,
    ...['scip', project, '--output', output, '--config-path', config],
  ];
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const end = await runAnalyzer({ ...limits, argv, timeoutMs });
  const failure = explainEnd(end, { timeoutMs, memoryBytes: limits.memoryBytes });
  return failure === undefined ? await readIndex(output, end) : reportFailure(failure, end);
}

/** Settings without which an analyzer answers from a world without a standard library, and says nothing about it. */
function createSettings({ features, sysrootSrc }: ExactTierOptions): unknown {
  return {
    cargo: {
      sysrootQueryMetadata: 'none',
      ...(sysrootSrc === undefined ? {} : { sysrootSrc }),
      ...(features === undefined ? {} : { features }),
    },
  };
}

async function readIndex(output: string, end: AnalyzerEnd): Promise<ScipIndex | NoExactTier> {
  const bytes = await readFile(output).catch(() => undefined);
  if (bytes === undefined) return reportFailure('it wrote no index', end);
  let index: ScipIndex;
  try {
    index = parseScip(bytes);
  } catch (error) {
    return reportFailure(`its index cannot be read: ${error instanceof Error ? error.message : ''}`, end);
  }
  if (index.documents.length === 0) return reportFailure('its index holds no file of the project', end);
  const hasStandardLibrary = index.documents.some(({ occurrences }) =>
    occurrences.some(({ symbol }) => isStandardSymbol(symbol)),
  );
  if (!hasStandardLibrary)
    return reportFailure(
      'it saw no standard library: install rust-src or give its folder as sysrootSrc',
      end,
    );
  return index;
}

function explainEnd(
  { ending, exit }: AnalyzerEnd,
  { timeoutMs, memoryBytes }: { timeoutMs: number; memoryBytes: number },
): string | undefined {
  switch (ending) {
    case 'not_found':
      return 'it could not be started';
    case 'timed_out':
      return `it did not end within ${timeoutMs / 1000} s`;
    case 'out_of_memory':
      return `it used more than ${Math.round(memoryBytes / 2 ** 20)} MiB`;
    default:
      return exit === 0 ? undefined : `it ended with ${exit === null ? 'a signal' : `status ${exit}`}`;
  }
}

function reportMissing({ analyzer }: ExactTierOptions, end: AnalyzerEnd): NoExactTier {
  return {
    status: 'not_run',
    reason: `No working rust-analyzer at "${analyzer[0]}", so edges stay typed. ${HOW_TO_GET}`,
    log: end.log,
  };
}

function reportFailure(what: string, { log }: AnalyzerEnd): NoExactTier {
  return { status: 'failed', reason: `rust-analyzer gave no exact edges, so edges stay typed: ${what}`, log };
}

function assertOptions({ project, timeoutMs, memoryBytes }: ExactTierOptions): void {
  if (project !== undefined && project !== '' && !isInsidePath(project)) throw invalid('project', project);
  for (const [option, value] of Object.entries({ timeoutMs, memoryBytes })) {
    if (value !== undefined && !(Number.isFinite(value) && value > 0)) throw invalid(option, String(value));
  }
}

function invalid(option: string, value: string): StreamError {
  const wanted = option === 'project' ? 'a folder inside the repository' : 'a positive number';
  return new StreamError('PT_STREAM_OPTION_INVALID', {
    message: `${option} is ${value}. Give ${wanted}`,
    details: { option, value },
  });
}
