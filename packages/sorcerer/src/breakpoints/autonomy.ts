import { z } from 'zod';

/** How much a run does by itself: every milestone asks, only risky ones ask, or it runs until a breakpoint fires. */
export const AutonomySchema = z.enum(['ask_always', 'ask_on_risk', 'run']);
export type Autonomy = z.infer<typeof AutonomySchema>;

/** What makes a verified proposal wait for a person. */
export interface ApplyFacts {
  autonomy: Autonomy;
  isDryRun: boolean;
  /** `needs_review` always waits: nothing executed shows what the change is for. */
  label: 'reproduced' | 'needs_review' | null;
  riskCount: number;
}

/** Whether a verified proposal waits for a person before it is applied. */
export function isAskingBeforeApply({ autonomy, isDryRun, label, riskCount }: ApplyFacts): boolean {
  if (isDryRun || label === 'needs_review') return true;
  return autonomy === 'ask_always' || (autonomy === 'ask_on_risk' && riskCount > 0);
}
