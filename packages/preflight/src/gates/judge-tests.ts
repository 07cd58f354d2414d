import type { GateCounts } from '../receipt.js';
import type { TestResult } from './parse-libtest.js';
import type { TestRun } from './test-run.js';

/** How two runs differ. Names appear once per occurrence. */
export interface TestComparison {
  /** Fails now and did not before, or was not there before. */
  newFailures: TestResult[];
  /** Was there before and is not now. */
  vanished: string[];
  /** Ran before and is ignored now. */
  newlyIgnored: string[];
  /** Failed before and fails still. */
  knownRed: string[];
  /** Targets that fail now outside any test and did not before. */
  newFailedTargets: string[];
}

/**
 * Compares a run with the one of the untouched tree; without one every failure is new and nothing can vanish.
 *
 * Names are compared as a multiset per binary, or over all binaries when either run cannot tell them apart.
 */
export function compareTests(before: TestRun | null, after: TestRun): TestComparison {
  const isAttributed = after.isAttributed && (before?.isAttributed ?? true);
  const old = tally(before?.results ?? [], isAttributed);
  const now = tally(after.results, isAttributed);
  const known = new Set(before?.failedTargets ?? []);
  const changes = [...now].map(([key, count]) => ({ count, was: old.get(key) ?? emptyTally() }));
  return {
    newFailures: changes.flatMap(({ count, was }) =>
      repeat(
        { binary: count.binary, name: count.name, status: 'failed' as const },
        count.failed - was.failed,
      ),
    ),
    knownRed: changes.flatMap(({ count, was }) => repeat(count.name, Math.min(count.failed, was.failed))),
    // another ignored one of the same name, such as an example in the same documentation, takes no run away
    newlyIgnored: changes.flatMap(({ count, was }) =>
      count.ignored > was.ignored && count.total - count.ignored < was.total - was.ignored
        ? [count.name]
        : [],
    ),
    vanished: [...old].flatMap(([key, was]) => repeat(was.name, was.total - (now.get(key)?.total ?? 0))),
    newFailedTargets: after.failedTargets.filter((target) => !known.has(target)),
  };
}

function repeat<T>(value: T, count: number): T[] {
  return Array.from({ length: Math.max(0, count) }, () => value);
}

/** Counts of a run for a receipt. */
export function countTests(run: TestRun): GateCounts {
  const count = (status: TestResult['status']): number =>
    run.results.filter((result) => result.status === status).length;
  return {
    total: run.results.length,
    passed: count('ok'),
    failed: count('failed'),
    ignored: count('ignored'),
  };
}

interface Tally {
  binary: string;
  name: string;
  total: number;
  failed: number;
  ignored: number;
}

function emptyTally(): Tally {
  return { binary: '', name: '', total: 0, failed: 0, ignored: 0 };
}

function tally(results: readonly TestResult[], isAttributed: boolean): Map<string, Tally> {
  const tallies = new Map<string, Tally>();
  for (const { binary, name, status } of results) {
    const key = isAttributed ? `${binary}\u0000${name}` : name;
    const entry = tallies.get(key) ?? { ...emptyTally(), binary, name };
    entry.total += 1;
    if (status === 'failed') entry.failed += 1;
    if (status === 'ignored') entry.ignored += 1;
    tallies.set(key, entry);
  }
  return tallies;
}
