import type { GateReport, Proposal } from '@parseltongue/isg-core';
import { assertPassed } from '../apply/check-receipt.js';
import { PreflightError } from '../errors.js';
import { readGitState } from '../git/read-git-state.js';
import { runGit } from '../git/run-git.js';
import type { TreeContext } from '../git/tree-context.js';
import { hashTree } from '../tree-hash.js';
import { type Forge, openDraft, type PullRequest } from './forge.js';
import { type MergeOutcome, type MergeWish, mergeWhenGreen } from './merge-when-green.js';
import { requestFailure } from './request-failure.js';
import { type ChangeBundle, type ChangeStory, writeBundle } from './write-bundle.js';

/** A committed change and where it goes. */
export interface SubmitPullRequestOptions {
  proposal: Proposal;
  report: GateReport;
  runId: string;
  story: ChangeStory;
  /** Absolute folder for the bundle; best outside the repository, where it makes the tree dirty. */
  bundleDir: string;
  /** The branch to push to; must not be `base`. */
  branch: string;
  /** The branch it is to be merged into. */
  base: string;
  /** Default `origin`. */
  remote?: string;
  /** Null pushes the branch and writes the bundle alone. */
  forge: Forge | null;
  /** Merge the pull request once the forge's own checks are green. Default never. */
  merge?: MergeWish;
  signal?: AbortSignal;
}

/** What was published. */
export interface SubmittedPullRequest {
  commit: string;
  remote: string;
  branch: string;
  bundle: ChangeBundle;
  /** Null without a forge. */
  pullRequest: PullRequest | null;
  /** Null where no merge was wished for. */
  merge: MergeOutcome | null;
}

const PUSH_TIMEOUT_MS = 300_000;

/**
 * Publishes a verified commit: writes the bundle, pushes HEAD to a branch of the remote and opens a draft.
 *
 * Nothing is published that is red, whose receipts were edited, that HEAD does not name, or whose tree is not the verified
 * one to the byte. The push never forces; asked again, the open pull request is answered. Hooks of the user run. Merged
 * is only where that was wished for and the forge's own checks are green; what speaks against it is an outcome, no error.
 *
 * @throws PreflightError PT_PREFLIGHT_NO_RECEIPT, PT_PREFLIGHT_PULL_REQUEST_REFUSED before anything is written or sent;
 * PT_PREFLIGHT_PULL_REQUEST_FAILED, PT_PREFLIGHT_TOOL_MISSING, PT_PREFLIGHT_GIT_FAILED
 */
export async function submitPullRequest(
  context: TreeContext,
  options: SubmitPullRequestOptions,
): Promise<SubmittedPullRequest> {
  const { proposal, report, runId, story, branch, base, remote = 'origin' } = options;
  const limits = options.signal === undefined ? {} : { signal: options.signal };
  assertPassed(report);
  await assertBranch(context, { branch, base, remote });
  const commit = await assertVerifiedHead(context, options);
  const { stdout: diff } = await runGit(context, ['show', '--format=', '--binary', commit], limits);
  const bundle = await writeBundle({ dir: options.bundleDir, diff, proposal, report, runId, commit, story });
  await push(context, { commit, branch, remote, ...limits });
  const request = { title: titleOf(proposal), body: bundle.summary, head: branch, base, ...limits };
  const pullRequest = options.forge === null ? null : await openDraft(context, options.forge, request);
  const merge = await mergeIfWished(context, options, { commit, remote, pullRequest });
  return { commit, remote, branch, bundle, pullRequest, merge };
}

async function mergeIfWished(
  context: TreeContext,
  { merge, forge, base, signal }: SubmitPullRequestOptions,
  published: Pick<SubmittedPullRequest, 'commit' | 'remote' | 'pullRequest'>,
): Promise<MergeOutcome | null> {
  if (merge === undefined) return null;
  const { commit, remote, pullRequest } = published;
  if (forge === null || pullRequest === null)
    return { status: 'not_merged', reason: 'there is no pull request without a forge. Choose one' };
  return mergeWhenGreen(context, { forge, pull: pullRequest, commit, base, remote, signal }, merge);
}

async function assertBranch(
  context: TreeContext,
  names: { branch: string; base: string; remote: string },
): Promise<void> {
  const { branch, base, remote } = names;
  if (branch === base) throw refusal(`the branch is "${base}" itself, which would publish without review`);
  for (const name of [branch, base]) {
    const checked = await runGit(context, ['check-ref-format', `refs/heads/${name}`], { accept: [0, 1] });
    if (checked.exit !== 0) throw refusal(`"${name}" is no name for a branch`);
  }
  const { stdout } = await runGit(context, ['remote']);
  if (!stdout.split('\n').includes(remote))
    throw refusal(`there is no remote "${remote}"; add one with git remote add`);
}

/** The commit of HEAD, once it is proven to be what the gates saw. */
async function assertVerifiedHead(context: TreeContext, options: SubmitPullRequestOptions): Promise<string> {
  const { report, runId } = options;
  const { head, dirty, busy } = await readGitState(context);
  if (head === null) throw refusal('there is no commit yet');
  if (busy !== null) throw refusal(`git is in the middle of a ${busy}`);
  if (dirty.length > 0) {
    const named = dirty.slice(0, 5).map(({ path }) => path);
    throw refusal(
      `the tree has changes that are in no commit (${named.join(', ')}), so the commit is not what was verified`,
    );
  }
  const trailers = '--format=%(trailers:key=Parseltongue-Run,key=Parseltongue-Receipt,valueonly,only)';
  const { stdout } = await runGit(context, ['log', '-1', trailers]);
  const [run, receipt] = stdout.trim().split('\n');
  if (run !== runId || receipt !== report.receipt_hash)
    throw refusal('the last commit does not name this run and its receipt; commit the change first');
  const tree = await hashTree(context.root, [], { env: context.env });
  if (tree !== report.subject_tree) throw refusal('the tree is not the one the gates judged');
  return head;
}

async function push(
  context: TreeContext,
  what: { commit: string; branch: string; remote: string; signal?: AbortSignal },
): Promise<void> {
  const { commit, branch, remote, ...limits } = what;
  const args = ['push', '--porcelain', remote, `${commit}:refs/heads/${branch}`];
  const options = { withHooks: true, timeoutMs: PUSH_TIMEOUT_MS, accept: [0, 1, 128], ...limits };
  const result = await runGit(context, args, options);
  if (result.exit === 0) return;
  const said = maskCredentials(`${result.stdout}\n${result.stderr}`.trim()).slice(0, 800);
  throw requestFailure(`git push to ${remote} was refused: ${said}`);
}

/** Addresses of remotes may hold a password. */
function maskCredentials(text: string): string {
  return text.replace(/(\w+:\/\/)[^/@\s]+@/g, '$1');
}

function titleOf(proposal: Proposal): string {
  return proposal.title.replace(/\s+/g, ' ').trim().slice(0, 200) || 'A verified change';
}

function refusal(reason: string): PreflightError {
  return new PreflightError('PT_PREFLIGHT_PULL_REQUEST_REFUSED', {
    message: `No pull request is opened: ${reason}`,
    details: { reason },
  });
}
