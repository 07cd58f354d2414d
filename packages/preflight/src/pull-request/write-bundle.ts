import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GateReport, Proposal } from '@parseltongue/isg-core';

/** What a reviewer is told beside the change itself. */
export interface ChangeStory {
  /** The plan the change came from, as JSON. */
  plan: unknown;
  /** Who is affected: callers, tests, crates; Markdown. */
  impact: string;
  /** What may go wrong and how it would show; Markdown. */
  risk: string;
  /** Name to amount, e.g. `{ input_tokens: 1200, cost_usd: 0.04 }`. */
  cost: Readonly<Record<string, number>>;
}

/** A folder with all a reviewer needs to check a change without trusting who made it. */
export interface ChangeBundle {
  dir: string;
  /** File names inside the folder. */
  files: string[];
  /** The text of `summary.md`. */
  summary: string;
}

interface BundleInput {
  dir: string;
  diff: string;
  proposal: Proposal;
  report: GateReport;
  runId: string;
  commit: string;
  story: ChangeStory;
}

const ROW_LIMIT = 200;

/** Writes `change.diff`, `plan.json`, `receipts.json` and `summary.md`; the folder is made when it is missing. */
export async function writeBundle(input: BundleInput): Promise<ChangeBundle> {
  const summary = formatSummary(input);
  const files: Record<string, string> = {
    'change.diff': input.diff,
    'plan.json': `${JSON.stringify(input.story.plan, null, 2)}\n`,
    'receipts.json': `${JSON.stringify(input.report, null, 2)}\n`,
    'summary.md': summary,
  };
  await mkdir(input.dir, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(input.dir, name), text);
  return { dir: input.dir, files: Object.keys(files), summary };
}

function formatSummary({ proposal, report, runId, commit, story }: BundleInput): string {
  const rows = proposal.rows.map((row) => `- ${row.action} \`${toOneLine(row.key)}\``);
  const shown =
    rows.length > ROW_LIMIT ? [...rows.slice(0, ROW_LIMIT), `- and ${rows.length - ROW_LIMIT} more`] : rows;
  const cost = Object.entries(story.cost).map(([name, amount]) => `| ${toOneLine(name)} | ${amount} |`);
  return [
    `# ${toOneLine(proposal.title)}`,
    `Commit \`${commit}\`, run \`${toOneLine(runId)}\`, receipt \`${report.receipt_hash}\`, tree \`${report.subject_tree}\`.`,
    `## Changed rows\n\n${shown.join('\n') || proposal.files.map(({ path }) => `- \`${toOneLine(path)}\``).join('\n')}`,
    `## Gates\n\n| Gate | Verdict | Passed | Failed | Ignored | ms |\n|---|---|---|---|---|---|\n${formatReceipts(report)}`,
    `## Impact\n\n${story.impact.trim() || 'Nothing was said.'}`,
    `## Risk\n\n${story.risk.trim() || 'Nothing was said.'}`,
    `## Cost\n\n${cost.length === 0 ? 'Nothing was counted.' : `| What | Amount |\n|---|---|\n${cost.join('\n')}`}`,
    '',
  ].join('\n\n');
}

function formatReceipts(report: GateReport): string {
  return report.receipts
    .map(({ gate, title, verdict, counts, ms }) => {
      const { passed, failed, ignored } = counts;
      return `| ${gate} ${title} | ${verdict} | ${passed} | ${failed} | ${ignored} | ${Math.round(ms)} |`;
    })
    .join('\n');
}

/** Titles and keys come from models and files; they must not start a heading or a cell of their own. */
function toOneLine(text: string): string {
  return text.replace(/\s+/g, ' ').replaceAll('|', '\\|').trim();
}
