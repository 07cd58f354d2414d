import { z } from 'zod';

/** One prompt a person picks in the client. */
export interface PromptDefinition {
  name: string;
  title: string;
  description: string;
  args: z.ZodObject;
  write: (args: Record<string, string>) => string;
}

/** Every prompt, in the order clients list them. */
export const PROMPTS: readonly PromptDefinition[] = [
  {
    name: 'micro-prd',
    title: 'Micro-PRD of a change',
    description: 'Turns a wish into testable behaviours before any code is written',
    args: z.object({ wish: z.string().min(1).max(4000).describe('what should be different') }),
    write: ({ wish }) => `The wish: ${wish ?? ''}

Write a micro-PRD for this Rust repository, at most one page:
1. Behaviours: each one sentence that a test can prove, with the test that proves it (existing key or new name).
2. Rows: the interfaces that change, by ISGL1 key, found with the parseltongue tools search and show; the reach of each by impact.
3. Not included: what a reader could expect and will not get.
4. Questions: at most two, only where the answer changes the rows.
No code yet. Facts come from the tools; mark what is an assumption.`,
  },
  {
    name: 'review',
    title: 'Review a proposal',
    description: 'Reads a proposal, its receipts and its reach, and says what to look at',
    args: z.object({
      proposal_id: z
        .string()
        .regex(/^[0-9a-f]{6,64}$/)
        .describe('id from propose'),
    }),
    write: ({ proposal_id }) => `Review proposal ${proposal_id ?? ''} of this Rust repository.

Read parseltongue://plan/${proposal_id ?? ''} and parseltongue://receipts/${proposal_id ?? ''}, then impact of every edited or deleted key.
Report: what changes for callers, which behaviour no test covers, which gate did not run and why, what a human should decide.
The receipts are the evidence; prose is not.`,
  },
];
