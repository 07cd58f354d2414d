import type { Verdict } from '@parseltongue/isg-core';
import type { ReproductionStatus } from '../log/event-payloads.js';

/** What was executed or counted about a proposal; there is no text in it. */
export interface ExecutedEvidence {
  verdict: Verdict | null;
  /** Tests that ran on the candidate. */
  tests_run: number;
  reproduction: ReproductionStatus | null;
  /** Share of changed code rows that a test row reaches; null when nobody computed it. */
  covered_share: number | null;
  changed_rows: number;
  changed_files: number;
  /** Attempts before this one. */
  retries: number;
  /** Share of attempts that led to the same proposal; null with one attempt. */
  agreement: number | null;
}

/**
 * Raw score of a proposal from executed evidence alone, 0 to 1.
 *
 * Weights: gates 0.45, tests that ran 0.1, reproduction 0.2, covered rows 0.1, size 0.1, retries 0.05. A proposal that
 * did not pass scores 0. Wording cannot move it: no text is read. The score relaxes no gate.
 */
export function scoreEvidence(evidence: ExecutedEvidence): number {
  if (evidence.verdict !== 'passed') return 0;
  const reproduction = evidence.reproduction === null ? 0.5 : REPRODUCTION[evidence.reproduction];
  const size = 1 / (1 + evidence.changed_rows / 40 + evidence.changed_files / 20);
  const score =
    0.45 +
    0.1 * Math.min(1, evidence.tests_run / 10) +
    0.2 * reproduction +
    0.1 * (evidence.covered_share ?? 0.5) +
    0.1 * size +
    0.05 * (evidence.agreement ?? 1 / (1 + evidence.retries));
  return Math.min(1, Math.round(score * 1_000) / 1_000);
}

const REPRODUCTION: Readonly<Record<ReproductionStatus, number>> = {
  reproduced: 1,
  does_not_build: 0.6,
  not_run: 0.3,
  no_test: 0.1,
  passes_on_base: 0,
};
