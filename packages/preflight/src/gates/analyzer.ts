import { createIdleOutcome, type GateOutcome } from '../receipt.js';

/**
 * T2: rust-analyzer's opinion. This version drives no analyzer, so the gate says so and stays out of the verdict.
 */
export function checkAnalyzer(): GateOutcome {
  return createIdleOutcome(
    'not_run',
    'This version does not drive rust-analyzer. Nothing is lost but speed: T3 runs cargo check, which rejects all an analyzer would',
  );
}
