import {
  type Chunk,
  diffRows,
  type FileChange,
  type Proposal,
  ProposalContract,
  ProposalSchema,
} from '@parseltongue/isg-core';
import { createEvidence, type Evidence } from '../evidence.js';
import { hashValue } from '../hash-value.js';
import type { ProposeOutcome } from '../log/event-payloads.js';
import { currentAttempt, type RunSession } from '../run-session.js';
import { chunkText } from './chunk-text.js';

/** Ends proposing without a proposal: why, and what the next attempt should know. */
export function endPropose(
  session: RunSession,
  end: { outcome: ProposeOutcome; reason: string; evidence?: Evidence[]; questions?: string[] },
): void {
  session.record('stage-ended', {
    stage: 'propose',
    attempt: currentAttempt(session).number,
    outcome: end.outcome,
    reason: end.reason,
    evidence: end.evidence ?? [],
    questions: end.questions ?? [],
  });
}

/** What one attempt proposes. */
interface ProposedFiles {
  files: readonly FileChange[];
  title: string;
  isSelection?: boolean;
  /** Why a person has to look although the gates pass. */
  reviewReason?: string | null;
}

/**
 * B01, the common end of both roads: file texts become future rows and one proposal.
 *
 * A proposal that an earlier attempt already lost with is not verified a second time.
 */
export async function proposeFiles(
  session: RunSession,
  { files, title, isSelection = false, reviewReason = null }: ProposedFiles,
): Promise<void> {
  const attempt = currentAttempt(session);
  const id = hashValue(files);
  if (session.state().attempts.some((other) => other.number < attempt.number && other.proposalId === id)) {
    const reason = 'This is the proposal an earlier attempt made, and it did not pass';
    endPropose(session, {
      outcome: 'same_proposal',
      reason,
      evidence: [createEvidence('same_proposal', reason)],
    });
    return;
  }
  const proposal = await createProposal(session, { id, files, title });
  await session.ports.graph.propose(proposal.plan_id, proposal.rows);
  session.record('rows-proposed', {
    attempt: attempt.number,
    proposal_id: id,
    artefact: session.log.writeArtefact(session.nameArtefact('proposal'), proposal),
    files: proposal.files.map(({ path }) => path),
    rows: proposal.rows.map(({ key, action }) => ({ key, action })),
    risks: findRisks(proposal),
    is_selection: isSelection,
    review_reason: reviewReason,
  });
}

/** The proposal of the current attempt, checked against the log. */
export function loadProposal(session: RunSession): Proposal | null {
  const artefact = session.state().attempts.at(-1)?.proposal ?? null;
  return artefact === null ? null : ProposalSchema.parse(session.log.readArtefact(artefact));
}

const MANY_FILES = 5;

/** Why a person may want to look: deleted rows, changed public interfaces, many files, files that are no Rust source. */
function findRisks({ files, rows }: Proposal): string[] {
  const deleted = rows.filter(({ action }) => action === 'Delete').length;
  const isPublic = rows.some(
    ({ action, row }) => action === 'Edit' && row.visibility === 'public' && row.kind !== 'file',
  );
  return [
    ...(deleted > 0 ? [`${deleted} rows are deleted`] : []),
    ...(isPublic ? ['public items change'] : []),
    ...(files.length > MANY_FILES ? [`${files.length} files change`] : []),
    ...(files.some(({ path }) => !path.endsWith('.rs')) ? ['files change that are no Rust source'] : []),
  ];
}

async function createProposal(
  session: RunSession,
  { id, files, title }: { id: string; files: readonly FileChange[]; title: string },
): Promise<Proposal> {
  const { graph, verifier } = session.ports;
  const current: Chunk[] = [];
  const future: Chunk[] = [];
  for (const { path, after } of files) {
    current.push(...(await graph.rowsOfFile(path)));
    future.push(...(await chunkText(session, path, after)));
  }
  return {
    contract: ProposalContract,
    id,
    plan_id: session.runId,
    title,
    base_tree: await verifier.hashTree([]),
    files: [...files],
    rows: diffRows(current, future),
  };
}
