import { type GateReport, GateReportSchema, type Proposal } from '@parseltongue/isg-core';
import { currentAttempt, type RunSession, withSignal } from '../run-session.js';
import { loadProposal } from './build-proposal.js';

/** D, first half: writes the verified proposal, unless the tree moved or an interrupted run has written it already. */
export async function applyProposal(session: RunSession): Promise<void> {
  const attempt = currentAttempt(session);
  const proposal = loadProposal(session);
  const report = loadReport(session);
  if (proposal === null || report === null) return;
  if (attempt.apply === 'started' && (await settleInterrupted(session, { proposal, report }))) return;
  const candidate = await session.ports.verifier.hashTree(proposal.files);
  if (candidate !== report.subject_tree) {
    session.record('stage-ended', { stage: 'recheck', attempt: attempt.number });
    return;
  }
  session.record('apply-started', {
    attempt: attempt.number,
    proposal_id: proposal.id,
    subject_tree: report.subject_tree,
  });
  const options = { ...withSignal(session), runId: session.runId };
  const { status, reason } = await session.ports.applier.apply(proposal, report, options);
  // A write that was taken back because somebody stopped it says nothing about the proposal: it stays begun, to be resumed.
  if (status === 'rolled_back' && session.signal?.aborted === true) return;
  session.record('apply-ended', { attempt: attempt.number, status, reason });
}

/** The receipts of the current attempt, checked against the log. */
export function loadReport(session: RunSession): GateReport | null {
  const report = session.state().attempts.at(-1)?.report ?? null;
  return report === null ? null : GateReportSchema.parse(session.log.readArtefact(report.artefact));
}

/** After a crash the tree itself says how far the write came. True when nothing is left to write. */
async function settleInterrupted(
  session: RunSession,
  { proposal, report }: { proposal: Proposal; report: GateReport },
): Promise<boolean> {
  const attempt = currentAttempt(session).number;
  const now = await session.ports.verifier.hashTree([]);
  if (now === report.subject_tree) {
    const reason = 'Found in the tree after an interruption';
    session.record('apply-ended', { attempt, status: 'applied', reason });
    return true;
  }
  if (now === proposal.base_tree) return false;
  const reason =
    'After an interrupted write the tree is neither the old nor the verified one. Undo the write or look at it, then resume';
  session.record('apply-ended', { attempt, status: 'not_started', reason });
  return true;
}
