import type { MapOptions } from '../diagnose/map-diagnostic.js';
import { formatMode, type ResolveMode } from '../diagnose/run-build.js';
import type { CommandSession } from '../process/cargo-session.js';
import { createLibtestParser, type LibtestOutput, type TestResult } from './parse-libtest.js';

/** What running tests gave. JSON-safe. */
export interface TestRun {
  results: TestResult[];
  /** What failing tests printed, by name. */
  failures: Record<string, string>;
  /** Targets cargo calls failed, in its own words: `-p parser --lib`. */
  failedTargets: string[];
  /** True when each result is known by its binary. */
  isAttributed: boolean;
  /** True when a binary's lines and its summary disagree. */
  isUnreadable: boolean;
  isTimedOut: boolean;
  durationMs: number;
}

export interface TestRunOptions {
  mode: ResolveMode;
  map: MapOptions;
  timeoutMs: number;
  /** Only tests whose name contains one of these. */
  filters?: readonly string[];
  signal?: AbortSignal;
}

/** Stands for a binary that ended before its summary: a crash, an exit from within a test. */
export const UNFINISHED = '(the test binary did not finish)';

/** Runs unit and integration tests of all members; all of them even when some fail. */
export async function runTests(session: CommandSession, options: TestRunOptions): Promise<TestRun> {
  const filters = options.filters === undefined ? [] : ['--', ...options.filters];
  return runHarness(session, ['--tests', ...formatMode(options.mode), ...filters], options);
}

/** Compiles and runs the examples in doc comments of all members. */
export async function runDocTests(session: CommandSession, options: TestRunOptions): Promise<TestRun> {
  const run = await runHarness(session, ['--doc', ...formatMode(options.mode)], options);
  return { ...run, isAttributed: true, results: run.results.map((result) => ({ ...result, binary: 'doc' })) };
}

/** Two runs of the same tree as one. */
export function mergeRuns(a: TestRun, b: TestRun): TestRun {
  return {
    results: [...a.results, ...b.results],
    failures: { ...a.failures, ...b.failures },
    failedTargets: [...a.failedTargets, ...b.failedTargets],
    isAttributed: a.isAttributed && b.isAttributed,
    isUnreadable: a.isUnreadable || b.isUnreadable,
    isTimedOut: a.isTimedOut || b.isTimedOut,
    durationMs: a.durationMs + b.durationMs,
  };
}

async function runHarness(
  session: CommandSession,
  args: readonly string[],
  options: TestRunOptions,
): Promise<TestRun> {
  const parser = createLibtestParser();
  const result = await session.run(['cargo', 'test', '--workspace', '--no-fail-fast', ...args], {
    timeoutMs: options.timeoutMs,
    onStdoutLine: parser.push,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  const output = parser.output();
  const binaries = readBinaries(result.stderr);
  const isAttributed = binaries.length === output.blocks.length;
  return {
    results: collectResults(output, isAttributed ? binaries : []),
    failures: Object.fromEntries(
      [...output.failures].map(([name, text]) => [name, options.map.translate(text)]),
    ),
    failedTargets: readFailedTargets(result.stderr),
    isAttributed,
    isUnreadable: output.blocks.some((block) => block.hasSummary && !block.isConsistent),
    isTimedOut: result.timedOut || result.exit === null,
    durationMs: result.durationMs,
  };
}

function collectResults(output: LibtestOutput, binaries: readonly string[]): TestResult[] {
  return output.blocks.flatMap((block, index) => {
    const binary = binaries[index] ?? '';
    const results = block.results.map((result): TestResult => ({ binary, ...result }));
    return block.hasSummary ? results : [...results, { binary, name: UNFINISHED, status: 'failed' as const }];
  });
}

/** cargo names each binary before it runs it; the harness's blocks follow in the same order. */
function readBinaries(stderr: string): string[] {
  return stderr.split('\n').flatMap((line) => {
    const match = /^\s+Running (.+) \((.+)\)$/.exec(line);
    if (match?.[1] === undefined || match[2] === undefined) return [];
    const name =
      match[2]
        .split(/[\\/]/)
        .at(-1)
        ?.replace(/-[0-9a-f]{16}(\.exe)?$/, '') ?? '';
    return [`${name} ${match[1]}`];
  });
}

function readFailedTargets(stderr: string): string[] {
  const found = stderr.split('\n').flatMap((line) => {
    const match = /^error: (?:doc)?test failed, to rerun pass `(.+)`/.exec(line) ?? /^\s+`(-.+)`$/.exec(line);
    return match?.[1] === undefined ? [] : [match[1]];
  });
  return [...new Set(found)].sort();
}
