import type { ChangeOutcome } from '../compose.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import type { Colors } from '../io.js';
import { colorDiff } from './color-diff.js';
import { renderReceipts } from './receipts.js';

/** The status of a run: 0 when the tree is as good as the run was asked to make it. */
export function runExitCode({ status }: Pick<ChangeOutcome, 'status'>): ExitCode {
  const isGood =
    status === 'committed' || status === 'applied' || status === 'verified' || status === 'nothing_to_do';
  return isGood ? EXIT.ok : EXIT.negative;
}

/** What a run did, for people: the rows, the receipts, the diff, the commit. */
export function renderRunOutcome(outcome: ChangeOutcome, colors: Colors): string {
  const parts: string[] = [];
  if (outcome.proposal !== null) {
    const rows = outcome.proposal.rows.map(({ action, key }) => `  ${action.padEnd(6)} ${key}`);
    parts.push(
      `Proposal ${outcome.proposal.id.slice(0, 12)}: ${outcome.proposal.title}, ${rows.length} rows in ${outcome.proposal.files.length} files`,
      ...rows,
      '',
    );
  }
  if (outcome.report !== null) parts.push(renderReceipts(outcome.report, colors));
  if (outcome.diff !== '') parts.push(colorDiff(outcome.diff, colors));
  parts.push(`Run ${outcome.runId}: ${colors.bold(outcome.status)}. ${outcome.reason}`);
  if (outcome.commit !== null) parts.push(`Commit ${outcome.commit}`);
  return `${parts.join('\n')}\n`;
}
