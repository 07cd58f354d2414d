import type { ChangeOutcome } from '../compose.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import type { CliIo, Colors } from '../io.js';
import { colorDiff } from './color-diff.js';
import { renderReceipts } from './receipts.js';
import { fitsSideBySide, renderSideBySide } from './side-by-side.js';

/** The status of a run: 0 when the tree is as good as the run was asked to make it. */
export function runExitCode({ status }: Pick<ChangeOutcome, 'status'>): ExitCode {
  const isGood =
    status === 'committed' || status === 'applied' || status === 'verified' || status === 'nothing_to_do';
  return isGood ? EXIT.ok : EXIT.negative;
}

/** What a run did, for people: the rows with their gates, the receipts, the diff, the commit, what it waits for. */
export function renderRunOutcome(
  outcome: ChangeOutcome,
  { colors, columns }: Pick<CliIo, 'colors' | 'columns'>,
): string {
  const parts: string[] = [];
  if (outcome.proposal !== null) parts.push(...renderRows(outcome, colors), '');
  if (outcome.report !== null) parts.push(renderReceipts(outcome.report, colors, columns));
  if (outcome.diff !== '') {
    parts.push(
      fitsSideBySide(columns)
        ? renderSideBySide(outcome.diff, { columns, colors })
        : colorDiff(outcome.diff, colors),
    );
  }
  parts.push(`Run ${outcome.runId}: ${colors.bold(outcome.status)}. ${outcome.reason}`);
  if (outcome.commit !== null) parts.push(`Commit ${outcome.commit}`);
  parts.push(...renderNext(outcome));
  return `${parts.join('\n')}\n`;
}

/** One line a row, each with the gates that found something in it. */
function renderRows({ proposal, report }: ChangeOutcome, colors: Colors): string[] {
  if (proposal === null) return [];
  const ran = report?.receipts.filter(({ verdict }) => verdict !== 'not_run') ?? [];
  const marks = (key: string): string =>
    ran
      .map(({ gate, verdict, new_diagnostics }) => {
        if (!new_diagnostics.some(({ row_key }) => row_key === key)) return colors.dim(gate);
        return verdict === 'passed' ? colors.yellow(gate) : colors.red(`${gate}!`);
      })
      .join(' ');
  return [
    `Proposal ${proposal.id.slice(0, 12)}: ${proposal.title}, ${proposal.rows.length} rows in ${proposal.files.length} files`,
    ...proposal.rows.map(({ action, key }) => `  ${action.padEnd(6)} ${key}  ${marks(key)}`.trimEnd()),
  ];
}

/** How a run that waits is answered: what passed is written, what was rejected is tried differently. */
export function answerOption(status: string | null): string {
  if (status === 'verified') return '--apply';
  return status === 'rejected' ? '--modify ".."' : '--answer ".."';
}

/** The command that goes on from here. */
function renderNext({ status, runId, breakpoint }: ChangeOutcome): string[] {
  const resume = `parseltongue runs resume ${runId}`;
  if (status === 'verified') return [`Next: ${resume} --apply`];
  if (breakpoint != null) return [`It waits: ${breakpoint.question}`, `  ${resume} ${answerOption(status)}`];
  return status === 'paused' ? [`Next: ${resume}`] : [];
}
