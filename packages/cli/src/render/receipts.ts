import type { CompilerDiagnostic, GateReceipt, GateReport, Verdict } from '@parseltongue/isg-core';
import type { Colors } from '../io.js';
import { formatDuration, renderTable } from './table.js';

const SHOWN_DIAGNOSTICS = 5;

/** The gates of a report as a table, then what stopped it, in the compiler's own words. */
export function renderReceipts(report: GateReport, colors: Colors, columns?: number): string {
  const rows = report.receipts.map((receipt) => [
    receipt.gate,
    receipt.title,
    colorVerdict(receipt.verdict, colors),
    formatDuration(receipt.ms),
    describeReceipt(receipt),
  ]);
  const table = renderTable(['gate', 'what', 'verdict', 'time', 'facts'], rows, columns);
  const problems = report.receipts
    .filter(({ verdict }) => verdict === 'failed')
    .flatMap(({ new_diagnostics }) => new_diagnostics);
  return `${table}${renderProblems(problems)}Verdict ${colorVerdict(report.verdict, colors)} on tree ${report.subject_tree.slice(0, 12)}, receipt ${report.receipt_hash.slice(0, 12)}\n`;
}

/** One line about a receipt: its counts, or why it did not pass. */
function describeReceipt({ verdict, reason, counts, new_diagnostics }: GateReceipt): string {
  if (verdict !== 'passed') return reason ?? '';
  const parts = [];
  if (counts.total > 0)
    parts.push(
      `${counts.passed} of ${counts.total} passed${counts.ignored > 0 ? `, ${counts.ignored} ignored` : ''}`,
    );
  if (new_diagnostics.length > 0) parts.push(`${new_diagnostics.length} new warnings`);
  return parts.join('; ');
}

/** The verdict in its color. */
export function colorVerdict(verdict: Verdict, colors: Colors): string {
  if (verdict === 'passed') return colors.green(verdict);
  return verdict === 'failed' ? colors.red(verdict) : colors.yellow(verdict);
}

function renderProblems(problems: readonly CompilerDiagnostic[]): string {
  const shown = problems.slice(0, SHOWN_DIAGNOSTICS).map(({ rendered, message, row_key }) => {
    const text = rendered.trim() === '' ? message : rendered.trimEnd();
    return row_key === null ? text : `${text}\n  in ${row_key}`;
  });
  const more = problems.length - shown.length;
  if (more > 0) shown.push(`... and ${more} more, see --json`);
  return shown.length === 0 ? '' : `\n${shown.join('\n\n')}\n\n`;
}
