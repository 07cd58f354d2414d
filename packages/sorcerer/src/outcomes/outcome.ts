import { z } from 'zod';

/** Literal version of outcome lines. */
export const OutcomeContract = 'pt.outcome/1' as const;

/**
 * What showed whether a verified proposal was right: a person's word, or what became of the change later.
 *
 * `redone` only takes an earlier `undone` back and says nothing itself.
 */
export const OutcomeCauseSchema = z.enum([
  'labelled',
  'accepted',
  'rejected',
  'undone',
  'redone',
  'reverted',
  'kept',
]);
export type OutcomeCause = z.infer<typeof OutcomeCauseSchema>;

/** One line of the outcome log. */
export const OutcomeSchema = z.strictObject({
  contract: z.literal(OutcomeContract),
  run_id: z.string(),
  at: z.iso.datetime(),
  cause: OutcomeCauseSchema,
  /** `open` where nothing is known any more. */
  verdict: z.enum(['good', 'bad', 'open']),
  /** The raw score of the proposal, from executed evidence. */
  score: z.number().min(0).max(1),
  /** In a person's words, or the commit that shows it; null when there is nothing to add. */
  note: z.string().nullable(),
});
export type Outcome = z.infer<typeof OutcomeSchema>;

/** How much a cause weighs: a stronger one stands whatever weaker ones say later. */
const STRENGTH: Readonly<Record<OutcomeCause, number>> = {
  accepted: 1,
  kept: 2,
  redone: 2,
  undone: 2,
  reverted: 2,
  rejected: 2,
  labelled: 3,
};

/** The line of each run that counts: the latest of the strongest cause. */
export function pickOutcomes(lines: readonly Outcome[]): Map<string, Outcome> {
  const picked = new Map<string, Outcome>();
  for (const line of lines) {
    const known = picked.get(line.run_id);
    if (known === undefined || STRENGTH[line.cause] >= STRENGTH[known.cause]) picked.set(line.run_id, line);
  }
  return picked;
}
