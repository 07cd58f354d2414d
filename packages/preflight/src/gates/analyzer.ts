import { createIdleOutcome, type GateOutcome } from '../receipt.js';
import type { GateContext } from './gate-context.js';

/** T2: the analyzer's opinion, or how to get one. */
export function checkAnalyzer(context: GateContext): Promise<GateOutcome> {
  if (context.analyzerGate !== null) return context.analyzerGate.check(context);
  const reason =
    'No rust-analyzer was given. Nothing is lost but speed: T3 runs cargo check, which rejects all an analyzer would. Run rustup component add rust-analyzer rust-src to get it';
  return Promise.resolve(createIdleOutcome('not_run', reason));
}
