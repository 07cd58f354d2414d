import type { GateReport } from '@parseltongue/isg-core';
import type { RunState } from '../run-state.js';
import { scoreEvidence } from './score-evidence.js';

/** The raw score of a run's latest proposal, from its receipts and counts; 0 before one passed. */
export function scoreRun(state: RunState, report: GateReport | null): number {
  const attempt = state.attempts.at(-1);
  if (attempt === undefined) return 0;
  const proposals = state.attempts.flatMap(({ proposalId }) => proposalId ?? []);
  const same = proposals.filter((id) => id === attempt.proposalId).length;
  return scoreEvidence({
    verdict: attempt.report?.verdict ?? null,
    tests_run: report?.receipts.find(({ gate }) => gate === 'T5')?.counts.passed ?? 0,
    reproduction: attempt.reproduction?.status ?? null,
    covered_share: attempt.report?.coveredShare ?? null,
    changed_rows: attempt.size.rows,
    changed_files: attempt.size.files,
    retries: attempt.number - 1,
    agreement: proposals.length > 1 ? same / proposals.length : null,
  });
}
