import type { Proposal } from '@parseltongue/isg-core';

const CONVENTIONAL = /^(build|chore|ci|docs|feat|fix|perf|refactor|revert|style|test)(\([^)]*\))?!?: /;
const SUBJECT_LIMIT = 72;
const ROW_LIMIT = 200;

/** What a commit message is made of. */
export interface MessageParts {
  proposal: Proposal;
  runId: string;
  receiptHash: string;
  /** Subject, and after a line break the text below it; default the proposal's title. */
  message?: string | undefined;
}

/** Formats the message of an accepted change: conventional subject, the changed rows, trailers. */
export function formatCommitMessage(parts: MessageParts): string {
  const [first = '', ...rest] = (parts.message ?? parts.proposal.title).trim().split('\n');
  const title = toOneLine(first) || 'apply a verified change';
  const subject = CONVENTIONAL.test(title) ? title : `${chooseType(parts.proposal)}: ${title}`;
  const isLong = subject.length > SUBJECT_LIMIT;
  const blocks = [
    isLong ? `${subject.slice(0, SUBJECT_LIMIT - 1).trimEnd()}…` : subject,
    isLong ? subject : '',
    rest.join('\n').trim(),
    listRows(parts.proposal),
    `Parseltongue-Run: ${toOneLine(parts.runId)}\nParseltongue-Receipt: ${toOneLine(parts.receiptHash)}`,
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function chooseType({ rows }: Proposal): string {
  if (rows.length === 0) return 'fix';
  if (rows.every((row) => row.row?.tdd_classification === 'TEST_IMPLEMENTATION')) return 'test';
  if (rows.some((row) => row.action === 'Create')) return 'feat';
  return rows.every((row) => row.action === 'Delete') ? 'refactor' : 'fix';
}

function listRows({ rows, files }: Proposal): string {
  const lines = rows.map((row) => `${row.action} ${toOneLine(row.key)}`).sort();
  if (lines.length === 0) return files.map((file) => `Write ${toOneLine(file.path)}`).join('\n');
  const rest = lines.length - ROW_LIMIT;
  return rest <= 0 ? lines.join('\n') : [...lines.slice(0, ROW_LIMIT), `and ${rest} more rows`].join('\n');
}

/** Text of a model or a file must not start a trailer or a second paragraph. */
function toOneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
