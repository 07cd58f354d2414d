import { z } from 'zod';

export const DecisionActionSchema = z.enum(['proceed', 'clarify', 'escalate', 'retry', 'checkpoint', 'stop']);
export type DecisionAction = z.infer<typeof DecisionActionSchema>;

/** What the workflow does next and which rule of the table said so. `proceed` names a passing receipt. */
export const DecisionSchema = z
  .strictObject({
    action: DecisionActionSchema,
    rule_id: z.string(),
    facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
    /** `receipt_hash` values the decision rests on. */
    receipts: z.array(z.string()),
    confidence: z.strictObject({
      value: z.number().min(0).max(1).nullable(),
      calibrated: z.boolean(),
      n: z.int().nonnegative(),
    }),
    alternatives: z.array(DecisionActionSchema),
  })
  .refine(
    (decision) => decision.action !== 'proceed' || decision.receipts.length > 0,
    'proceed needs a passing receipt',
  );
export type Decision = z.infer<typeof DecisionSchema>;
