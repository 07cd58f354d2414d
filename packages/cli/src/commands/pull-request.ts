import { Option } from 'commander';
import { EXIT } from '../exit-codes.js';
import type { AddVerb, Invocation } from '../verb.js';
import { findRun } from './find-run.js';

interface PullRequestFlags {
  branch?: string;
  base?: string;
  remote: string;
  forge: 'gh' | 'rest' | 'none';
  apiUrl: string;
  repository?: string;
  bundle?: string;
}

const EXAMPLES = `Examples:
  parseltongue pr fix-20261121T084500-3fa9c1
  parseltongue pr change-20261121T090000-77aa01 --branch round-down --base main --yes
  parseltongue pr fix-20261121T084500-3fa9c1 --forge none
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
    .addHelpText('before', EXAMPLES)
    .action(
      host.run(async (invocation, given: string, flags: PullRequestFlags) => {
        const forge = await chooseForge(invocation, flags);
        const id = await findRun(invocation, given);
        const branch = flags.branch ?? `parseltongue/${id}`;
        await confirm(invocation, id, `Push ${id} to ${flags.remote}/${branch}?`);
        const workspace = await invocation.openWorkspace();
        const done = await workspace.submitRun({
          id,
          branch,
          remote: flags.remote,
          forge,
          ...(flags.base === undefined ? {} : { base: flags.base }),
          ...(flags.bundle === undefined ? {} : { bundleDir: flags.bundle }),
        });
        const { commit, remote, pullRequest, bundle } = done;
        const asked = pullRequest === null ? 'no pull request was asked for' : `draft ${pullRequest.url}`;
        return {
          exitCode: EXIT.ok,
          json: { contract: 'pt.cli.pr/1', commit, remote, branch, pull_request: pullRequest, bundle },
          text: `Pushed ${commit.slice(0, 12)} to ${remote}/${branch}, ${asked}\nSummary, diff and receipts: ${bundle.dir}\n`,
        };
      }),
    );
};

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
