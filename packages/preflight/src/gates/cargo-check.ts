import type { CompilerDiagnostic } from '@parseltongue/isg-core';
import { type BuildBaseline, saveBuildBaseline } from '../baseline/open-baselines.js';
import { mapRowKeys } from '../diagnose/map-row-keys.js';
import { createIdleOutcome, type GateOutcome } from '../receipt.js';
import { buildTree, errorsOf, subtractDiagnostics, type TreeBuild } from './build-tree.js';
import { type GateContext, signalOf } from './gate-context.js';
import { readShadowText } from './read-texts.js';

/** At least this much: the untouched tree may have had nothing to build again. */
const MIN_BUILD_TIMEOUT_MS = 300_000;
/** Where the untouched tree does not build: it breaks off in no time, which says nothing of a whole build. */
const BROKEN_BASE_TIMEOUT_MS = 1_800_000;
const BASELINE_FACTOR = 10;
const MAX_NAMED = 5;

/**
 * T3: the proposal compiles, with its tests and examples. This gate is the arbiter.
 *
 * Passes only when everything builds. Errors the untouched tree has as well are not blamed on the proposal but still
 * keep it from passing while the build is broken.
 */
export async function checkBuild(context: GateContext): Promise<GateOutcome> {
  const before = await context.baselines.build();
  if (before.status === 'stopped')
    return createIdleOutcome(
      'inconclusive',
      `The untouched tree could not be checked: ${before.problem ?? ''}`,
    );
  await context.shadow.applyOverlay(context.proposal.files);
  const session = context.createSession();
  const after = await buildTree(session, {
    mode: context.mode,
    map: context.map,
    timeoutMs: limitBuild(context, before),
    isExhaustive: false,
    ...signalOf(context),
  });
  context.mode = after.mode;
  if (after.status === 'ok') await saveBuildBaseline(context, context.subjectTree, after);
  const judged = judgeBuild(before, after);
  const diagnostics = await mapRowKeys(judged.diagnostics, context.chunker, (path) =>
    readShadowText(context, path),
  );
  return { ...judged, diagnostics, session };
}

/** How long a build of the proposal may take, by what the untouched tree took where that built. */
export function limitBuild(context: GateContext, before: BuildBaseline): number {
  const known =
    before.status === 'ok'
      ? Math.max(MIN_BUILD_TIMEOUT_MS, BASELINE_FACTOR * before.durationMs)
      : BROKEN_BASE_TIMEOUT_MS;
  return context.limits.buildTimeoutMs ?? known;
}

/** Compares the build of the proposal with the one of the untouched tree. */
function judgeBuild(before: BuildBaseline, after: TreeBuild): Omit<GateOutcome, 'session'> {
  const diagnostics = subtractDiagnostics(after.diagnostics, before.diagnostics);
  const counts = { total: after.built + after.failed, passed: after.built, failed: after.failed, ignored: 0 };
  const base = { diagnostics, counts };
  if (after.status === 'ok') return { ...base, verdict: 'passed', reason: null };
  if (after.status === 'stopped') return { ...base, verdict: 'inconclusive', reason: after.problem };
  if (after.status === 'environment') return { ...base, ...judgeEnvironment(before, after) };
  const errors = errorsOf(diagnostics);
  if (errors.length > 0) {
    return {
      ...base,
      verdict: 'failed',
      reason: `${countErrors(errors.length, 'new ')}: ${nameErrors(errors)}`,
    };
  }
  const left = errorsOf(after.diagnostics);
  const reason = `The tree did not build before and does not build with the proposal, ${countErrors(left.length)} left: ${nameErrors(left)}`;
  return { ...base, verdict: 'failed', reason };
}

/** Errors for people: place and message of the first few. */
export function nameErrors(errors: readonly CompilerDiagnostic[]): string {
  const named = errors.slice(0, MAX_NAMED).map((error) => {
    const span = error.spans[0];
    const place = span === undefined ? '' : `${span.path}:${span.line}: `;
    return `${place}${error.code === null ? '' : `${error.code} `}${error.message}`;
  });
  const rest = errors.length - named.length;
  return [...named, ...(rest > 0 ? [`and ${rest} more`] : [])].join('; ');
}

function judgeEnvironment(before: BuildBaseline, after: TreeBuild): Pick<GateOutcome, 'verdict' | 'reason'> {
  const problem = after.problem ?? '';
  if (before.status === 'environment') {
    return { verdict: 'inconclusive', reason: `cargo cannot read the untouched tree either: ${problem}` };
  }
  const isUnreachable = /is not on this machine/.test(problem);
  return {
    verdict: isUnreachable ? 'inconclusive' : 'failed',
    reason: `cargo cannot start with the proposal: ${problem}`,
  };
}

function countErrors(count: number, adjective = ''): string {
  return `${count} ${adjective}compile ${count === 1 ? 'error' : 'errors'}`;
}
