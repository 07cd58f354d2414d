import { z } from 'zod';

/** What a run may use up. Null means no cap; everything else pauses the run when it would be passed. */
export const BudgetCapsSchema = z.strictObject({
  /** The most tokens the base context of one call may have; local engines get `local_step_tokens`. */
  context_tokens: z.int().positive(),
  /** Context and answer together of one call to a local engine. */
  local_step_tokens: z.int().positive(),
  /** The most tokens the answer of one planning or review step may have. */
  step_tokens: z.int().positive(),
  /** The most tokens one answer of a remote engine may have. */
  answer_tokens: z.int().positive(),
  /** All tokens of the run; tokens read from a provider's cache are counted apart and not here. */
  total_tokens: z.int().positive(),
  cost_usd: z.number().nonnegative().nullable(),
  /** Calls to a reasoner. */
  model_calls: z.int().positive(),
  /** Active time, pauses excluded. */
  wall_ms: z.int().positive(),
});
export type BudgetCaps = z.infer<typeof BudgetCapsSchema>;

/** The caps of a run that names none. */
export const DEFAULT_BUDGET_CAPS: BudgetCaps = {
  context_tokens: 100_000,
  local_step_tokens: 4_096,
  step_tokens: 4_096,
  answer_tokens: 30_000,
  total_tokens: 500_000,
  cost_usd: null,
  model_calls: 24,
  wall_ms: 3_600_000,
};
