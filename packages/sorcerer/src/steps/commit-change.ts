import type { Proposal } from '@parseltongue/isg-core';
import type { RunSession } from '../run-session.js';
import { loadReport } from './apply-proposal.js';
import { loadProposal } from './build-proposal.js';

/** D, second half: one commit with the list of changes. */
export async function commitChange(session: RunSession): Promise<void> {
  const proposal = loadProposal(session);
  const report = loadReport(session);
  if (proposal === null || report === null) return;
  const message = formatCommitMessage(proposal);
  const { commit, files } = await session.ports.applier.commit({
    proposal,
    report,
    runId: session.runId,
    message,
  });
  session.record('commit-created', { commit, files });
}

const SUBJECT_LIMIT = 72;
const LISTED_ROWS = 40;

/** Subject of at most 72 characters, then the rows that change, files where no row is known. */
function formatCommitMessage(proposal: Proposal): string {
  const line = proposal.title.split('\n')[0]?.trim() ?? '';
  const subject = line.length <= SUBJECT_LIMIT ? line : `${line.slice(0, SUBJECT_LIMIT - 3).trimEnd()}...`;
  const rows = proposal.rows.map(({ key, action }) => `- ${action} ${key}`);
  const changes = rows.length > 0 ? rows : proposal.files.map(({ path }) => `- Edit ${path}`);
  const more = changes.length > LISTED_ROWS ? [`- and ${changes.length - LISTED_ROWS} more`] : [];
  return [subject, '', ...changes.slice(0, LISTED_ROWS), ...more, ''].join('\n');
}
