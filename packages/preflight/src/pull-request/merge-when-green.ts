import { setTimeout as delay } from 'node:timers/promises';
import { runGit } from '../git/run-git.js';
import type { TreeContext } from '../git/tree-context.js';
import { callForge, describeAnswer, FORGE_TIMEOUT_MS, type RestForge } from './call-forge.js';
import type { Forge, PullRequest } from './forge.js';
import { judgeChecks } from './judge-checks.js';
import { lookAtPull, type PullLook, type PullState } from './pull-state.js';
import { describeFailure } from './request-failure.js';
import { runGh } from './run-gh.js';

/** How a pull request is merged, and how long its checks may take. */
export interface MergeWish {
  method: 'merge' | 'squash' | 'rebase';
  /** From the first look at the checks on. */
  deadlineMs: number;
  /** Between two looks. Default 15 seconds. */
  pollMs?: number;
  /** Hears why the merge still waits, each time that changes. */
  onWait?: (says: string) => void;
}

/** Whether the pull request was merged; where not, why, and what to do about it. */
export type MergeOutcome = { status: 'merged'; says: string } | { status: 'not_merged'; reason: string };

/** A pull request and the one commit of it that may be merged. */
export interface MergeTarget {
  forge: Forge;
  pull: PullRequest;
  /** The verified commit. */
  commit: string;
  base: string;
  remote: string;
  signal?: AbortSignal | undefined;
}

const POLL_MS = 15_000;
const LAST_LOOK_MS = 60_000;
const SHORTEST_CALL_MS = 1000;
const ASK_LATER = 'Merge it on the forge, or run again once that is solved';

/**
 * Merges a pull request once all checks of the forge are green in two looks in a row.
 *
 * Merged is the verified commit alone: not when the branch holds another one by now, and not when the base has commits the
 * verified one does not contain, because then nobody verified what the merge would give. The base may still move in the
 * moment between that look and the merge. Nothing here throws for what the forge says.
 *
 * @throws the reason of `signal` when it is aborted
 */
export async function mergeWhenGreen(
  context: TreeContext,
  target: MergeTarget,
  wish: MergeWish,
): Promise<MergeOutcome> {
  const end = performance.now() + wish.deadlineMs;
  let greenBefore: string | null = null;
  let said = '';
  for (;;) {
    const timeoutMs = limitLook(end);
    const look = await lookAtPull(context, target, { timeoutMs, signal: target.signal });
    const isLate = await showsOlderCommit(context, target, look);
    const step = decideStep(look, { commit: target.commit, greenBefore, isLate });
    if (step.kind === 'stop') return step.outcome;
    if (step.kind === 'merge') return merge(context, target, { method: wish.method, says: step.says });
    if (step.kind === 'ready') {
      const problem = await markReady(context, target, step.state);
      if (problem !== null) return notMerged(`it is still a draft: ${problem}. ${ASK_LATER}`);
    }
    greenBefore = step.kind === 'again' ? step.green : null;
    if (step.says !== said) wish.onWait?.(step.says);
    said = step.says;
    const pauseMs = wish.pollMs ?? POLL_MS;
    if (performance.now() + pauseMs > end)
      return notMerged(`the time for checks is over and ${said}. Run again to go on waiting`);
    await delay(pauseMs, undefined, { signal: target.signal });
  }
}

/** How long one call of a look may take: no longer than is left, but long enough for an answer. */
function limitLook(end: number): number {
  return Math.ceil(Math.min(FORGE_TIMEOUT_MS, Math.max(SHORTEST_CALL_MS, end - performance.now())));
}

type Step =
  | { kind: 'stop'; outcome: MergeOutcome }
  | { kind: 'merge'; says: string }
  | { kind: 'ready'; state: PullState; says: string }
  /** Look again; `green` names the checks where all are. */
  | { kind: 'again'; says: string; green: string | null };

interface KnownBefore {
  commit: string;
  /** The green checks of the look before. */
  greenBefore: string | null;
  /** The forge has not noticed the push yet. */
  isLate: boolean;
}

/** What a look leads to. */
function decideStep(look: PullLook, known: KnownBefore): Step {
  if (look.status !== 'seen') {
    const says = `the checks cannot be read: ${look.reason}`;
    if (look.status === 'unreachable') return { kind: 'again', says, green: null };
    return stop(`${says}. Merge it on the forge once they are green`);
  }
  const { state } = look;
  if (known.isLate)
    return { kind: 'again', says: 'the forge does not show the pushed commit yet', green: null };
  if (state.head !== known.commit)
    return stop(
      `the branch ends with ${state.head.slice(0, 12)}, which is not the verified commit. Look at what was pushed there`,
    );
  if (state.isMerged)
    return { kind: 'stop', outcome: { status: 'merged', says: 'it was merged on the forge already' } };
  if (!state.isOpen) return stop('it was closed. Open it again on the forge if it is still wanted');
  if (state.isFromFork)
    return stop(
      'it comes from a fork, from where nobody sees whether the base moved on. Merge it on the forge',
    );
  const { color, says } = judgeChecks(state.checks);
  if (color === 'red') return stop(`${says}. Mend that and verify again`);
  if (color === 'waiting') return { kind: 'again', says, green: null };
  if (state.isDraft) return { kind: 'ready', state, says: 'the draft became ready for review' };
  const green = JSON.stringify(state.checks.map(({ name }) => name).sort());
  // checks are reported one after the other: one look alone may be too early
  return green === known.greenBefore ? { kind: 'merge', says } : { kind: 'again', says, green };
}

function stop(reason: string): Step {
  return { kind: 'stop', outcome: notMerged(reason) };
}

function notMerged(reason: string): MergeOutcome {
  return { status: 'not_merged', reason };
}

async function merge(
  context: TreeContext,
  target: MergeTarget,
  wish: { method: MergeWish['method']; says: string },
): Promise<MergeOutcome> {
  const moved = await describeProblem(() => describeMovedBase(context, target), target.signal);
  if (moved !== null) return notMerged(moved);
  const asked =
    target.forge.kind === 'gh'
      ? await mergeByProgram(context, target, wish.method)
      : await mergeByApi(target.forge, target, wish.method);
  if (asked.isMerged) return { status: 'merged', says: wish.says };
  if (asked.problem !== null) return notMerged(`the forge did not merge it: ${asked.problem}. ${ASK_LATER}`);
  return notMerged('the forge took the wish to merge it and has not done so yet. Look at its queue');
}

interface AskedMerge {
  isMerged: boolean;
  problem: string | null;
}

/** Why the merge would give something nobody verified; null when the verified commit contains the whole base. */
async function describeMovedBase(context: TreeContext, target: MergeTarget): Promise<string | null> {
  const { base, remote, commit, signal } = target;
  const limits = { accept: [0, 1, 128], ...(signal === undefined ? {} : { signal }) };
  const listed = await runGit(context, ['ls-remote', remote, `refs/heads/${base}`], limits);
  const tip = /^[0-9a-f]{40,64}/.exec(listed.stdout)?.[0];
  if (tip === undefined) return `${remote} shows no branch ${base} to merge into. Choose another with --base`;
  if (await contains(context, { commit, older: tip, signal })) return null;
  return `${base} has moved on to ${tip.slice(0, 12)}, so what a merge gives was not verified. Rebase on it and verify again`;
}

async function showsOlderCommit(
  context: TreeContext,
  { commit, signal }: MergeTarget,
  look: PullLook,
): Promise<boolean> {
  if (look.status !== 'seen' || look.state.head === commit) return false;
  return contains(context, { commit, older: look.state.head, signal });
}

/** Whether a commit has another one among its ancestors; false for one this repository does not know. */
async function contains(
  context: TreeContext,
  { commit, older, signal }: { commit: string; older: string; signal: AbortSignal | undefined },
): Promise<boolean> {
  if (!/^[0-9a-f]{40,64}$/.test(older)) return false;
  const limits = { accept: [0, 1, 128], ...(signal === undefined ? {} : { signal }) };
  return (await runGit(context, ['merge-base', '--is-ancestor', older, commit], limits)).exit === 0;
}

async function markReady(
  context: TreeContext,
  { forge, pull, signal }: MergeTarget,
  state: PullState,
): Promise<string | null> {
  if (forge.kind === 'gh') return askProgram(context, ['ready', pull.url], signal);
  const query =
    'mutation($id: ID!) { markPullRequestReadyForReview(input: { pullRequestId: $id }) { pullRequest { isDraft } } }';
  const body = { query, variables: { id: state.nodeId } };
  return describeProblem(async () => {
    const answer = await callForge(forge, { method: 'POST', path: 'graphql', body, signal });
    const hasErrors = typeof answer.json === 'object' && answer.json !== null && 'errors' in answer.json;
    return answer.status === 200 && !hasErrors ? null : `the forge answered ${describeAnswer(answer)}`;
  }, signal);
}

async function mergeByApi(
  forge: RestForge,
  { pull, commit, signal }: MergeTarget,
  method: MergeWish['method'],
): Promise<AskedMerge> {
  const body = { merge_method: method, sha: commit };
  const problem = await describeProblem(async () => {
    const answer = await callForge(forge, {
      method: 'PUT',
      path: `pulls/${pull.number}/merge`,
      body,
      signal,
    });
    return answer.status === 200 ? null : `the forge answered ${describeAnswer(answer)}`;
  }, signal);
  return { isMerged: problem === null, problem };
}

/** A forge with a queue takes the command and merges later, so the pull request is looked at again. */
async function mergeByProgram(
  context: TreeContext,
  target: MergeTarget,
  method: MergeWish['method'],
): Promise<AskedMerge> {
  const { pull, commit, signal } = target;
  const args = ['merge', pull.url, `--${method}`, '--match-head-commit', commit];
  const problem = await askProgram(context, args, signal);
  if (problem !== null) return { isMerged: false, problem };
  const look = await lookAtPull(context, target, { timeoutMs: LAST_LOOK_MS, signal });
  return { isMerged: look.status === 'seen' && look.state.isMerged, problem };
}

async function askProgram(
  context: TreeContext,
  args: readonly string[],
  signal: AbortSignal | undefined,
): Promise<string | null> {
  const result = await runGh(context, ['pr', ...args], { signal });
  if (result.exit === 0) return null;
  return `gh pr ${args[0]} ended with ${result.exit ?? 'a signal'}: ${result.stderr.trim().slice(0, 300)}`;
}

/** What went wrong, a forge that does not answer included; null when nothing did. */
async function describeProblem(
  ask: () => Promise<string | null>,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  try {
    return await ask();
  } catch (error) {
    signal?.throwIfAborted();
    return describeFailure(error);
  }
}
