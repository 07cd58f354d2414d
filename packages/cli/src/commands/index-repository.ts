import type { ExactOutcome } from '../compose.js';
import { EXIT } from '../exit-codes.js';
import { renderAnalytics } from '../render/analytics.js';
import { formatDuration, formatNumber, renderTable } from '../render/table.js';
import type { AddVerb } from '../verb.js';
import { parsePositive } from './options.js';

/** `index`: reads the repository into the CodeGraph and summarizes every row. */
export const addIndexVerb: AddVerb = (program, host) => {
  program
    .command('index')
    .description('read the repository into the CodeGraph')
    .option('--workers <n>', 'parser threads (default: cores, 4 at most)', parsePositive)
    .option('--max-file-bytes <n>', 'skip larger files as too_large', parsePositive)
    .option('--exact', 'also ask rust-analyzer, which runs build scripts and macros, for exact edges')
    .addHelpText(
      'before',
      'Examples:\n  parseltongue index\n  parseltongue index --exact\n  parseltongue index -C ../ripgrep --json\n',
    )
    .action(
      host.run(async (invocation, flags: IndexFlags) => {
        const workspace = await invocation.openWorkspace();
        const outcome = await workspace.index({
          isExact: flags.exact === true,
          ...(flags.workers === undefined ? {} : { workers: flags.workers }),
          ...(flags.maxFileBytes === undefined ? {} : { maxFileBytes: flags.maxFileBytes }),
        });
        const analytics = await (await workspace.openStore()).analytics();
        return {
          exitCode: EXIT.ok,
          json: { contract: 'pt.cli.index/1', ...outcome, analytics },
          text: `${renderIndex(outcome)}\n${renderAnalytics(analytics, invocation.context.io.columns)}`,
        };
      }),
    );
};

interface IndexFlags {
  workers?: number;
  maxFileBytes?: number;
  exact?: boolean;
}

interface IndexFacts {
  files: number;
  lines: number;
  rows: number;
  edges: number;
  summaries: number;
  seen: number;
  skipped: readonly { path: string; reason: string }[];
  diagnostics: number;
  exact: ExactOutcome | null;
  ms: number;
}

function renderIndex(facts: IndexFacts): string {
  const lines = [
    renderAmount(facts),
    `Ledger: ${formatNumber(facts.seen)} seen = ${formatNumber(facts.files)} indexed + ${formatNumber(facts.skipped.length)} skipped; ${formatNumber(facts.diagnostics)} syntax diagnostics; ${formatNumber(facts.summaries)} summaries`,
  ];
  if (facts.exact !== null) lines.push(renderExact(facts.exact));
  const skipped = countBy(facts.skipped.map(({ reason }) => reason));
  if (skipped.length > 0) lines.push(renderTable(['skipped because', 'files'], skipped).trimEnd());
  return `${lines.join('\n')}\n`;
}

/** What was read; lines, rows and edges of files that did not change are not read again. */
function renderAmount({ files, lines, rows, edges, ms }: IndexFacts): string {
  if (lines === 0 && files > 0)
    return `Nothing changed in ${formatNumber(files)} files, looked at in ${formatDuration(ms)}`;
  const rate = ms === 0 ? 0 : Math.round((lines / ms) * 1000);
  return `Indexed ${formatNumber(files)} files, ${formatNumber(lines)} lines, ${formatNumber(rows)} rows, ${formatNumber(edges)} edges in ${formatDuration(ms)} (${formatNumber(rate)} lines/s)`;
}

function renderExact({ status, reason, tool, tool_version, files = 0, edges = 0 }: ExactOutcome): string {
  const kept = `${formatNumber(edges)} edges over ${formatNumber(files)} files, by ${tool ?? ''} ${tool_version ?? ''}`;
  if (status === 'read') return `Exact: ${kept}`;
  return `Exact: ${status}. ${reason ?? ''}${files === 0 ? '' : `. Kept from before: ${kept}`}`;
}

function countBy(values: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}
