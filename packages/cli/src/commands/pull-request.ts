import type { MergeWish, SubmittedPullRequest } from '@parseltongue/preflight';
import { Option } from 'commander';
import { EXIT } from '../exit-codes.js';
import type { AddVerb, Invocation, VerbAnswer } from '../verb.js';
import { findRun } from './find-run.js';
import { parsePositive } from './options.js';

interface PullRequestFlags {
  branch?: string;
  base?: string;
  remote: string;
  forge: 'gh' | 'rest' | 'none';
  apiUrl: string;
  repository?: string;
  bundle?: string;
  merge: 'never' | 'when_green';
  mergeMethod: 'merge' | 'squash' | 'rebase';
  mergeDeadline: number;
}

const MERGE_MINUTES = 30;
const EXAMPLES = `Examples:
  parseltongue pr fix-20261121T084500-3fa9c1
  parseltongue pr change-20261121T090000-77aa01 --branch round-down --base main --yes
  parseltongue pr fix-20261121T084500-3fa9c1 --forge none
  parseltongue pr fix-20261121T084500-3fa9c1 --merge when_green --merge-method squash
`;

/** `pr`: a verified commit goes to a branch with its proof, and a draft asks for review. */
export const addPullRequestVerb: AddVerb = (program, host) => {
  program
    .command('pr')
    .description('push the commit of a run to a branch, with its receipts, as a draft pull request')
    .argument('<run>', 'id of a run, or the start of one, whose commit is the last of the branch')
    .option('--branch <name>', 'branch to push to (default: parseltongue/<run>)')
    .option('--base <name>', 'branch to merge into (default: the current one)')
    .option('--remote <name>', 'remote to push to', 'origin')
    .addOption(
      new Option('--forge <kind>', 'who opens the draft: gh, its REST API with GITHUB_TOKEN, or nobody')
        .choices(['gh', 'rest', 'none'])
        .default('gh'),
    )
    .option('--api-url <url>', 'API of the rest forge', 'https://api.github.com')
    .option('--repository <owner/name>', 'repository on the rest forge')
    .option('--bundle <folder>', 'where summary, diff and receipts are written (default: the cache)')
    .addOption(
      new Option('--merge <when>', 'when it is merged: never, or once the checks of the forge are green')
        .choices(['never', 'when_green'])
        .default('never'),
    )
    .addOption(
      new Option('--merge-method <how>', 'how it is merged')
        .choices(['merge', 'squash', 'rebase'])
        .default('merge'),
    )
    .option('--merge-deadline <minutes>', 'how long its checks may take', parsePositive, MERGE_MINUTES)
    .addHelpText('before', EXAMPLES)
    .action(
      host.run(async (invocation, given: string, flags: PullRequestFlags) => {
        const forge = await chooseForge(invocation, flags);
        const id = await findRun(invocation, given);
        const branch = flags.branch ?? `parseltongue/${id}`;
        const merging = flags.merge === 'when_green' ? ' and merge it once its checks are green' : '';
        await confirm(invocation, id, `Push ${id} to ${flags.remote}/${branch}${merging}?`);
        const workspace = await invocation.openWorkspace();
        const done = await workspace.submitRun({
          id,
          branch,
          remote: flags.remote,
          forge,
          ...(flags.base === undefined ? {} : { base: flags.base }),
          ...(flags.bundle === undefined ? {} : { bundleDir: flags.bundle }),
          ...chooseMerge(invocation, flags),
        });
        return describeSubmitted(done);
      }),
    );
};

/** A merge that was wished for and did not happen is a no. */
function describeSubmitted({
  commit,
  remote,
  branch,
  pullRequest,
  bundle,
  merge,
}: SubmittedPullRequest): VerbAnswer {
  const asked = pullRequest === null ? 'no pull request was asked for' : `pull request ${pullRequest.url}`;
  const lines = [
    `Pushed ${commit.slice(0, 12)} to ${remote}/${branch}, ${asked}`,
    `Summary, diff and receipts: ${bundle.dir}`,
    ...(merge === null
      ? []
      : [merge.status === 'merged' ? `Merged: ${merge.says}` : `Not merged: ${merge.reason}`]),
  ];
  return {
    exitCode: merge?.status === 'not_merged' ? EXIT.negative : EXIT.ok,
    json: { contract: 'pt.cli.pr/1', commit, remote, branch, pull_request: pullRequest, bundle, merge },
    text: `${lines.join('\n')}\n`,
  };
}

function chooseMerge({ context, globals }: Invocation, flags: PullRequestFlags): { merge?: MergeWish } {
  if (flags.merge === 'never') return {};
  const onWait = (says: string): void => {
    if (!globals.quiet) context.io.err(`Not merged yet: ${says}\n`);
  };
  return { merge: { method: flags.mergeMethod, deadlineMs: flags.mergeDeadline * 60_000, onWait } };
}

async function chooseForge({ context }: Invocation, { forge, apiUrl, repository }: PullRequestFlags) {
  if (forge === 'none') return null;
  if (forge === 'gh') return { kind: 'gh' as const };
  const token = context.env.GITHUB_TOKEN ?? '';
  if (token !== '' && repository !== undefined) return { kind: 'rest' as const, apiUrl, repository, token };
  const { CliError } = await import('../errors.js');
  throw new CliError('PT_CLI_USAGE', {
    message: 'The rest forge needs --repository <owner/name> and GITHUB_TOKEN in the environment',
    details: { argument: '--forge' },
  });
}

/** What leaves this machine needs a yes. */
async function confirm({ context, globals }: Invocation, id: string, question: string): Promise<void> {
  if (globals.yes) return;
  const answer = globals.input ? await context.io.ask?.(`${question} [y/N] `) : undefined;
  if (/^y(es)?$/i.test(answer?.trim() ?? '')) return;
  const { CliError } = await import('../errors.js');
  throw new CliError('PT_CLI_NOT_PUBLISHED', {
    message: 'Nothing was pushed: nobody said yes. Add --yes to publish without a question',
    details: { id },
  });
}
