import type {
  CostReport,
  OutcomeReport,
  PendingBreakpoint,
  RunRecord,
  RunSummary,
} from '@parseltongue/sorcerer';
import type { CliIo } from '../io.js';
import { cutText, wrapText } from './fit-text.js';
import { renderReceipts } from './receipts.js';
import { answerOption } from './run-outcome.js';
import { formatNumber, renderTable } from './table.js';

type Look = Pick<CliIo, 'colors' | 'columns'>;

const REQUEST_COLUMNS = 60;

/** Runs newest first, then what waits for an answer. */
export function renderRuns(
  runs: readonly RunSummary[],
  waiting: readonly PendingBreakpoint[],
  { colors, columns }: Look,
): string {
  if (runs.length === 0) return 'No runs yet. parseltongue fix --dry-run makes the first\n';
  const table = renderTable(
    ['run', 'status', 'attempts', 'request'],
    runs.map(({ run_id, status, attempts, request }) => [
      run_id,
      status ?? 'open',
      attempts,
      cutText(request, REQUEST_COLUMNS),
    ]),
    columns,
  );
  const statusOf = (id: string): string | null => runs.find(({ run_id }) => run_id === id)?.status ?? null;
  const questions = waiting.map(
    ({ run_id, breakpoint }) =>
      `${wrapText(`${colors.yellow('waits')} ${run_id}: ${breakpoint.question}`, columns, '      ').join('\n')}\n      parseltongue runs resume ${run_id} ${answerOption(statusOf(run_id))}\n`,
  );
  return `${table}${questions.length === 0 ? '' : `\n${questions.join('')}`}`;
}

/** One run: its facts, its events a line each, its receipts. */
export function renderRun(
  { summary, events, proposal, report }: RunRecord,
  { colors, columns }: Look,
): string {
  const { run_id, road, request, status, reason, commit, started } = summary;
  const lines = [
    `${colors.bold(run_id)} ${road}: ${request}`,
    `${status ?? 'open'}${reason === null ? '' : `: ${reason}`}, started ${started}${commit === null ? '' : `, commit ${commit}`}`,
    ...events.map(({ seq, at, type }) => `${String(seq).padStart(4)}  ${at}  ${type}`),
    ...(proposal === null
      ? []
      : ['', ...proposal.rows.map(({ action, key }) => `  ${action.padEnd(6)} ${key}`), '']),
  ];
  return `${lines.join('\n')}\n${report === null ? '' : renderReceipts(report, colors, columns)}`;
}

/** What all runs cost, by step and by reasoner. */
export function renderCosts(report: CostReport, columns?: number): string {
  const head = ['', 'calls', 'input', 'output', 'cached', 'USD'];
  const row = (name: string, line: CostReport['total']): (string | number)[] => [
    name,
    line.model_calls,
    line.input_tokens,
    line.output_tokens,
    line.cache_read_tokens,
    line.cost_usd,
  ];
  const rows = [
    ...Object.entries(report.by_step).map(([name, line]) => row(`step ${name}`, line)),
    ...Object.entries(report.by_reasoner).map(([name, line]) => row(name, line)),
    row('all', report.total),
  ];
  const ratio = (value: number | null): string =>
    value === null ? 'nothing to divide by yet' : formatNumber(value);
  const { calls_without_cost, estimated_calls } = report.total;
  return `${renderTable(head, rows, columns)}${report.accepted_changes} accepted changes; tokens each: ${ratio(report.tokens_per_accepted_change)}; cache hits: ${ratio(report.cache_hit_rate)}; first attempt right: ${ratio(report.first_apply_rate)}
${calls_without_cost} calls reported no cost, ${estimated_calls} calls only estimated tokens\n`;
}

/** How changes turned out, and what that is worth for confidence, in one line. */
export function renderOutcomes({ good, bad, needed, calibration, rank }: OutcomeReport): string {
  const known = good + bad;
  const counts =
    known === 0 ? 'No outcome of a change is known' : `Outcomes known: ${known} (${good} good, ${bad} bad)`;
  if (!calibration.isCalibrated) return `${counts}; confidence stays uncalibrated below ${needed}`;
  const order =
    rank === null
      ? ''
      : `, rank correlation ${rank.value.toFixed(2)} (${rank.low.toFixed(2)} to ${rank.high.toFixed(2)})`;
  return `${counts}; confidence is calibrated on them${order}`;
}
