import { Argument } from 'commander';
import type { ResumeRequest } from '../composition/workspace.js';
import { EXIT } from '../exit-codes.js';
import { renderRunOutcome, runExitCode } from '../render/run-outcome.js';
import { createRunPrinter } from '../render/run-printer.js';
import { renderOutcomes, renderRun, renderRuns } from '../render/runs.js';
import type { AddVerb, Invocation, VerbAnswer } from '../verb.js';
import { findRun } from './find-run.js';
import { collect } from './options.js';
import { addReasonerOptions, type ReasonerFlags, readReasonerChoice } from './reasoner-options.js';

type Action = 'list' | 'show' | 'resume' | 'cancel' | 'label';

type Verdict = 'good' | 'bad';

type RunsArguments = [action: Action, id: string | undefined, verdict: Verdict | undefined, flags: RunsFlags];

interface RunsFlags extends ReasonerFlags {
  apply?: boolean;
  answer?: string;
  approve?: boolean;
  reject?: string;
  modify?: string;
  acceptRow?: string[];
  acceptFile?: string[];
  why?: string;
}

const EXAMPLES = `Examples:
  parseltongue runs
  parseltongue runs show fix-20261121T084500-3fa9c1
  parseltongue runs resume fix-20261121T084500-3fa9c1 --apply
  parseltongue runs resume change-20261121T090000-77aa01 --answer "by name" --reasoner replay --transcript run.ndjson
  parseltongue runs cancel change-20261121T090000-77aa01
  parseltongue runs label fix-20261121T084500-3fa9c1 good
`;

/** `runs`: what was run, what waits, and how to go on with it. */
export const addRunsVerb: AddVerb = (program, host) => {
  const command = program
    .command('runs')
    .description('list runs of fix and change, show one, go on with one, end one, say how one turned out')
    .addArgument(
      new Argument('[action]', 'what to do')
        .choices(['list', 'show', 'resume', 'cancel', 'label'])
        .default('list'),
    )
    .argument('[id]', 'id of a run, or the start of one')
    .addArgument(new Argument('[verdict]', 'label: how the change turned out').choices(['good', 'bad']))
    .option('--apply', 'resume: write what a dry run verified')
    .option('--answer <text>', 'resume: the answer to the question the run waits with')
    .option('--approve', 'resume: accept the micro-PRD the run waits with')
    .option('--reject <reason>', 'resume: end the run, leave the tree as it is')
    .option('--modify <wish>', 'resume: what should be different, on the same evidence')
    .option('--accept-row <key>', 'resume: keep only this row (repeatable)', collect)
    .option('--accept-file <path>', 'resume: keep only this file (repeatable)', collect)
    .option('--why <text>', 'label: what shows it');
  addReasonerOptions(command)
    .addHelpText('before', EXAMPLES)
    .action(
      host.run(async (invocation, ...[action, id, verdict, flags]: RunsArguments) => {
        if (action === 'list') return list(invocation);
        const runId = await findRun(invocation, id);
        if (action === 'show') return show(invocation, runId);
        if (action === 'label') return label(invocation, runId, { verdict, why: flags.why });
        return action === 'cancel' ? cancel(invocation, runId) : resume(invocation, runId, flags);
      }),
    );
};

async function list({ openWorkspace, context }: Invocation): Promise<VerbAnswer> {
  const workspace = await openWorkspace();
  const [runs, waiting] = await Promise.all([workspace.listRuns(), workspace.listBreakpoints()]);
  return {
    exitCode: EXIT.ok,
    json: { contract: 'pt.cli.runs/1', runs, waiting },
    text: renderRuns(runs, waiting, context.io),
  };
}

async function show({ openWorkspace, context }: Invocation, id: string): Promise<VerbAnswer> {
  const record = await (await openWorkspace()).readRun(id);
  return {
    exitCode: EXIT.ok,
    json: { contract: 'pt.cli.run/1', ...record },
    text: renderRun(record, context.io),
  };
}

async function cancel({ openWorkspace }: Invocation, id: string): Promise<VerbAnswer> {
  const isCancelled = await (await openWorkspace()).cancelRun(id);
  return {
    exitCode: isCancelled ? EXIT.ok : EXIT.negative,
    json: { contract: 'pt.cli.runs-cancel/1', run_id: id, is_cancelled: isCancelled },
    text: isCancelled ? `Cancelled ${id}; the tree is as it was\n` : `${id} is over already\n`,
  };
}

async function label(
  { openWorkspace }: Invocation,
  id: string,
  { verdict, why }: { verdict: Verdict | undefined; why: string | undefined },
): Promise<VerbAnswer> {
  if (verdict === undefined) {
    const { CliError } = await import('../errors.js');
    throw new CliError('PT_CLI_USAGE', {
      message: `How did ${id} turn out? parseltongue runs label ${id} good, or bad`,
      details: { argument: 'verdict' },
    });
  }
  const workspace = await openWorkspace();
  const outcome = await workspace.labelRun(id, { verdict, note: why ?? null });
  const outcomes = await workspace.readOutcomes({ isSettled: false });
  return {
    exitCode: outcome === null ? EXIT.negative : EXIT.ok,
    json: { contract: 'pt.cli.runs-label/1', outcome, outcomes },
    text:
      outcome === null
        ? `${id} has no proposal that passed its gates: there is nothing to label\n`
        : `${id} is labelled ${verdict}. ${renderOutcomes(outcomes)}\n`,
  };
}

async function resume(invocation: Invocation, id: string, flags: RunsFlags): Promise<VerbAnswer> {
  const workspace = await invocation.openWorkspace();
  using printer = createRunPrinter(invocation);
  const { summary } = await workspace.readRun(id);
  const { readRowKeys } = await import('./options.js');
  const rows = await readRowKeys(flags.acceptRow ?? []);
  const isPart = rows.length > 0 || flags.acceptFile !== undefined;
  const request: ResumeRequest = {
    id,
    shouldApply: flags.apply === true,
    isApproved: flags.approve === true,
    ...(isPart ? { accept: { rows, files: flags.acceptFile ?? [] } } : {}),
    ...(flags.answer === undefined ? {} : { answer: flags.answer }),
    ...(flags.reject === undefined ? {} : { reject: flags.reject }),
    ...(flags.modify === undefined ? {} : { modify: flags.modify }),
    ...(needsReasoner(summary.road, flags) ? { reasoner: await readReasonerChoice(flags) } : {}),
    onEvent: (event) => printer.print(event),
  };
  const outcome = await workspace.resumeRun(request).catch((error: unknown) => sayWhoReasons(error));
  return {
    exitCode: runExitCode(outcome),
    json: { contract: 'pt.cli.runs-resume/1', ...outcome },
    text: renderRunOutcome(outcome, invocation.context.io),
  };
}

/** A run that has to reason after all, e.g. since what it verified no longer holds, asks for what the first command line gave. */
async function sayWhoReasons(error: unknown): Promise<never> {
  const { ParseltongueError } = await import('@parseltongue/isg-core');
  if (!ParseltongueError.isInstance(error) || error.code !== 'PT_SORCERER_PORT_MISSING') throw error;
  const { CliError } = await import('../errors.js');
  throw new CliError('PT_CLI_USAGE', {
    message:
      'This run has to reason again before it can go on. Leave --apply out and say who reasons: --reasoner <name> with its options, as for change',
    details: { argument: '--reasoner' },
    cause: error,
  });
}

/** Writing or rejecting what exists takes no reasoning. */
function needsReasoner(road: string, { apply, reject, acceptRow, acceptFile }: RunsFlags): boolean {
  return (
    road === 'change' &&
    apply !== true &&
    reject === undefined &&
    acceptRow === undefined &&
    acceptFile === undefined
  );
}
