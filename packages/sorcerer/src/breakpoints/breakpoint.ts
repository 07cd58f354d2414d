import { z } from 'zod';

/** Why a run waits for a person. */
export const BreakpointTypeSchema = z.enum([
  'architecture_decision',
  'breaking_test_failure',
  'conflicting_solutions',
  'milestone_completion',
  'rate_limit_hit',
  'time_threshold_exceeded',
  'confidence_too_low',
  'consecutive_failures',
]);
export type BreakpointType = z.infer<typeof BreakpointTypeSchema>;

const FactSchema = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** A question to a person. Nobody answering is no answer: `default` is null for every type. */
export const BreakpointSchema = z.strictObject({
  /** 0 before the first attempt. */
  attempt: z.int().nonnegative(),
  type: BreakpointTypeSchema,
  severity: z.enum(['info', 'warning', 'critical']),
  question: z.string(),
  options: z.array(z.enum(['apply', 'answer', 'continue', 'approve', 'modify', 'reject'])).min(1),
  default: z.null(),
  /** The facts that made it fire. */
  facts: z.record(z.string(), FactSchema),
});
export type Breakpoint = z.infer<typeof BreakpointSchema>;
