import {
  decideVerdict,
  diagnosticIdentity,
  type GateReport,
  type Proposal,
  type TreeHash,
  type Verdict,
} from '@parseltongue/isg-core';
import { measureCoverage } from '../confidence/measure-coverage.js';
import { hashValue } from '../hash-value.js';
import { currentAttempt, type RunSession, withSignal } from '../run-session.js';
import { loadProposal } from './build-proposal.js';

/** C: runs the gates on the simulated future and records receipts. */
export async function verifyProposal(session: RunSession): Promise<void> {
  const attempt = currentAttempt(session).number;
  const proposal = loadProposal(session);
  if (proposal === null) return;
  const { clock, verifier } = session.ports;
  const started = clock.now();
  session.record('stage-started', { stage: 'verify', attempt });
  await restoreRows(session, proposal);
  const report = await verifier.verify(proposal, {
    ...withSignal(session),
    onReceipt: ({ gate, title, verdict, reason, ms }) => {
      session.record('gate-ended', { attempt, gate, title, verdict, reason, ms });
    },
  });
  const candidate = await verifier.hashTree(proposal.files);
  session.record('stage-ended', {
    stage: 'verify',
    attempt,
    artefact: session.log.writeArtefact(session.nameArtefact('report'), report),
    verdict: judgeReport(report),
    receipt_hash: report.receipt_hash,
    findings_hash: hashFindings(report),
    subject_matches: isAboutTree(report, candidate),
    covered_share: await measureCoverage(session.ports.graph, proposal),
    ms: Math.max(0, clock.now() - started),
  });
}

/** A report's own verdict counts only where its receipts say the same. */
function judgeReport(report: GateReport): Verdict {
  const verdict = decideVerdict(report.receipts);
  if (verdict === report.verdict) return verdict;
  return verdict === 'passed' ? report.verdict : verdict;
}

function hashFindings({ receipts }: GateReport): string {
  return hashValue(
    receipts.map(({ gate, verdict, counts, new_diagnostics }) => [
      gate,
      verdict,
      counts,
      new_diagnostics.map(diagnosticIdentity).sort(),
    ]),
  );
}

function isAboutTree(report: GateReport, tree: TreeHash): boolean {
  return report.subject_tree === tree && report.receipts.every((receipt) => receipt.subject_tree === tree);
}

/** After a restart the store may have lost the plan; proposing it again changes nothing else. */
async function restoreRows(session: RunSession, proposal: Proposal): Promise<void> {
  const held = await session.ports.graph.futureRows(proposal.plan_id);
  if (held.length !== proposal.rows.length)
    await session.ports.graph.propose(proposal.plan_id, proposal.rows);
}
