import { type CompilerDiagnostic, type Proposal, parseKey } from '@parseltongue/isg-core';
import { hasDocTests, saveTestBaseline, type TestBaseline } from '../baseline/open-baselines.js';
import { mapRowKeys } from '../diagnose/map-row-keys.js';
import { runBuild } from '../diagnose/run-build.js';
import type { CommandSession } from '../process/cargo-session.js';
import { emptyCounts, type GateOutcome } from '../receipt.js';
import { errorsOf } from './build-tree.js';
import { limitBuild, nameErrors } from './cargo-check.js';
import { describeFailures } from './describe-failures.js';
import { findAffectedTests } from './find-affected-tests.js';
import { findHiddenTests } from './find-hidden-tests.js';
import { findMovedTests } from './find-moved-tests.js';
import { type GateContext, signalOf } from './gate-context.js';
import { compareTests, countTests, type TestComparison } from './judge-tests.js';
import { readShadowText } from './read-texts.js';
import {
  mergeRuns,
  runDocTests,
  runTests,
  type TestRun,
  type TestRunOptions,
  UNFINISHED,
} from './test-run.js';

const MIN_TEST_TIMEOUT_MS = 120_000;
/** Where the tests of the untouched tree cannot be built, so that nobody knows how long they take. */
const UNKNOWN_TEST_TIMEOUT_MS = 1_800_000;
const BASELINE_FACTOR = 5;
const MAX_FILTERS = 200;
const MAX_NAMED = 8;

/**
 * T4: the tests build, and those that reach the changed rows pass, nearest first.
 *
 * When the graph knows of none, all unit and integration tests run here and T5 uses that run.
 */
export async function runAffectedTests(context: GateContext): Promise<GateOutcome> {
  const before = await context.baselines.tests();
  await context.shadow.applyOverlay(context.proposal.files);
  const session = context.createSession();
  const stopped = await buildTests(context, session);
  if (stopped !== null) return stopped;
  const filters = await findAffectedTests(context.proposal, context.graph);
  const isOrdered = filters.length > 0 && filters.length <= MAX_FILTERS;
  const options = testOptions(context, before);
  let run = await runTests(session, isOrdered ? { ...options, filters } : options);
  if (isOrdered && run.results.length === 0 && !run.isTimedOut) run = await runTests(session, options);
  else if (isOrdered) return judgeRun({ context, session, before, run, scope: 'affected' });
  context.fullRun = run;
  return judgeRun({ context, session, before, run, scope: 'units' });
}

/**
 * T5: all tests and the examples in doc comments, compared with the untouched tree by name.
 *
 * A new failure, a test that vanished or is newly ignored, and no test at all where the tree has some keep it from
 * passing. A failure that does not repeat is flaky: inconclusive.
 */
export async function runAllTests(context: GateContext): Promise<GateOutcome> {
  const before = await context.baselines.tests();
  await context.shadow.applyOverlay(context.proposal.files);
  const session = context.createSession();
  const options = testOptions(context, before);
  let run = context.fullRun ?? (await runTests(session, options));
  if (!run.isTimedOut && (await hasDocTests(context)))
    run = mergeRuns(run, await runDocTests(session, options));
  const outcome = await judgeRun({ context, session, before, run, scope: 'all' });
  if (outcome.verdict !== 'passed') return outcome;
  if (run.results.every((result) => result.status === 'ignored') && (await hasTestRows(context))) {
    return { ...outcome, verdict: 'inconclusive', reason: 'No test ran although the tree has tests' };
  }
  await saveTestBaseline(context, context.subjectTree, { run, problem: null });
  return outcome;
}

async function buildTests(context: GateContext, session: CommandSession): Promise<GateOutcome | null> {
  const build = await runBuild(session, ['test', '--workspace', '--no-run'], {
    mode: context.mode,
    map: context.map,
    timeoutMs: limitBuild(context, await context.baselines.build()),
    ...signalOf(context),
  });
  context.mode = build.mode;
  if (build.status === 'ok') return null;
  const errors = errorsOf(build.diagnostics);
  const diagnostics = await mapRowKeys(errors, context.chunker, (path) => readShadowText(context, path));
  const base = { diagnostics, counts: emptyCounts(), session };
  if (build.status !== 'failed') return { ...base, verdict: 'inconclusive', reason: build.problem };
  return { ...base, verdict: 'failed', reason: `The tests do not build: ${nameErrors(errors)}` };
}

function testOptions(context: GateContext, before: TestBaseline): TestRunOptions {
  const usual =
    before.run === null
      ? UNKNOWN_TEST_TIMEOUT_MS
      : Math.max(MIN_TEST_TIMEOUT_MS, BASELINE_FACTOR * before.run.durationMs);
  const timeoutMs = context.limits.testTimeoutMs ?? usual;
  return { mode: context.mode, map: context.map, timeoutMs, ...signalOf(context) };
}

interface RunToJudge {
  context: GateContext;
  session: CommandSession;
  before: TestBaseline;
  run: TestRun;
  /** Which tests ran; only a complete run can tell that a test vanished. */
  scope: 'affected' | 'units' | 'all';
}

async function judgeRun(job: RunToJudge): Promise<GateOutcome> {
  const { context, session, before, run } = job;
  const base = { counts: countTests(run), session, diagnostics: [] as CompilerDiagnostic[] };
  if (run.isTimedOut) {
    return { ...base, verdict: 'inconclusive', reason: 'The tests did not end in time and were stopped' };
  }
  if (run.isUnreadable) {
    return {
      ...base,
      verdict: 'inconclusive',
      reason: 'A test binary printed lines that contradict its own summary',
    };
  }
  const found = restrict(compareTests(before.run, run), job);
  found.vanished = withoutEach(found.vanished, await findMovedTests(found.vanished, context, run.results));
  if (before.run === null) found.vanished = await findHiddenTests(context.proposal, context.graph);
  const confirmed = await confirmFailures(found, job);
  const diagnostics = await describeFailures(confirmed.failures, run, context);
  const newFailedTargets = found.newFailures.length > 0 ? [] : found.newFailedTargets;
  const reasons = listReasons({ ...found, newFailures: confirmed.failures, newFailedTargets }, before);
  if (reasons.length > 0) return { ...base, diagnostics, verdict: 'failed', reason: reasons.join('; ') };
  if (confirmed.flaky.length === 0) return { ...base, verdict: 'passed', reason: null };
  return {
    ...base,
    verdict: 'inconclusive',
    reason: `Flaky, failed once and passed once: ${name(confirmed.flaky)}`,
  };
}

/** Drops what the scope of the run cannot tell, and doctests that went with their deleted item. */
function restrict(comparison: TestComparison, job: RunToJudge): TestComparison {
  if (job.scope !== 'all') {
    const isWhole = job.scope === 'units';
    return { ...comparison, vanished: [], newFailedTargets: isWhole ? comparison.newFailedTargets : [] };
  }
  const deleted = listDeletedItems(job.context.proposal);
  const vanished = comparison.vanished.filter((test) => !deleted.some((item) => test === item));
  return { ...comparison, vanished };
}

/** A list without the names of another, each taken away once. */
function withoutEach(names: readonly string[], gone: readonly string[]): string[] {
  const left = [...gone];
  return names.filter((name) => {
    const at = left.indexOf(name);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

/** Names that doctests of deleted rows have: `src/lib.rs - parse::Lexer`. */
function listDeletedItems(proposal: Proposal): string[] {
  return proposal.rows.flatMap((change) => {
    if (change.row !== null) return [];
    const { path, container, name: item } = parseKey(change.key);
    return [`${path} - ${[...container, item].join('::')}`];
  });
}

async function confirmFailures(
  comparison: TestComparison,
  job: RunToJudge,
): Promise<{ failures: TestComparison['newFailures']; flaky: string[] }> {
  const failures = comparison.newFailures;
  const again = failures.filter((failure) => failure.binary !== 'doc' && failure.name !== UNFINISHED);
  if (again.length === 0 || again.length > MAX_FILTERS) return { failures, flaky: [] };
  const names = [...new Set(again.map((failure) => failure.name))];
  const options = testOptions(job.context, job.before);
  const second = await runTests(job.session, { ...options, filters: ['--exact', ...names] });
  const failedAgain = new Set(
    second.results.filter((result) => result.status === 'failed').map((result) => result.name),
  );
  const passedNow = new Set(
    second.results.filter((result) => result.status === 'ok').map((result) => result.name),
  );
  const flaky = names.filter((test) => passedNow.has(test) && !failedAgain.has(test));
  return { failures: failures.filter((failure) => !flaky.includes(failure.name)), flaky };
}

function listReasons(comparison: TestComparison, before: TestBaseline): string[] {
  const { newFailures, vanished, newlyIgnored, newFailedTargets } = comparison;
  const reasons: string[] = [];
  if (newFailures.length > 0) {
    const blame =
      before.run === null
        ? `failing (${before.problem ?? 'no earlier run'}, so none is known to be older)`
        : 'newly failing';
    reasons.push(`${newFailures.length} ${blame}: ${name(newFailures.map((failure) => failure.name))}`);
  } else if (newFailedTargets.length > 0) {
    reasons.push(`Test targets failed outside a test: ${name(newFailedTargets)}`);
  }
  if (vanished.length > 0) reasons.push(`${vanished.length} no longer run: ${name(vanished)}`);
  if (newlyIgnored.length > 0) reasons.push(`${newlyIgnored.length} newly ignored: ${name(newlyIgnored)}`);
  return reasons;
}

function name(names: readonly string[]): string {
  const rest = names.length - MAX_NAMED;
  return [...names.slice(0, MAX_NAMED), ...(rest > 0 ? [`and ${rest} more`] : [])].join(', ');
}

async function hasTestRows(context: GateContext): Promise<boolean> {
  const found = await context.graph.findRows({ tddClass: 'TEST_IMPLEMENTATION' }, { limit: 1 });
  return found.total > 0;
}
