import { z } from 'zod';
import { BehaviourSchema, ChangeKindSchema } from '../prd/prd.js';

/** What a reasoner answers to the micro-PRD step: questions, or the PRD's content. */
export const PrdAnswerSchema = z.strictObject({
  kind: ChangeKindSchema,
  title: z.string().min(1).max(200),
  behaviours: z.array(BehaviourSchema),
  out_of_scope: z.array(z.string()).default([]),
  questions: z.array(z.string().min(1)).max(5).default([]),
});
export type PrdAnswer = z.infer<typeof PrdAnswerSchema>;

/** A01: the tests that change, by behaviour. */
export const TestChangesSchema = z.strictObject({
  tests: z
    .array(
      z.strictObject({
        behaviour: z.string(),
        /** Name of the test function. */
        name: z.string().min(1),
        /** File it is or will be in. */
        path: z.string().min(1),
        action: z.enum(['Create', 'Edit', 'Delete', 'Keep']),
        asserts: z.string(),
      }),
    )
    .max(60),
});
export type TestChanges = z.infer<typeof TestChangesSchema>;

/** A02: the interfaces that change, and what has to be looked at first. */
export const InterfaceChangesSchema = z.strictObject({
  interfaces: z
    .array(
      z.strictObject({
        /** Key of a row that exists, or the name of one that will. */
        row: z.string().min(1),
        path: z.string().min(1),
        action: z.enum(['Create', 'Edit', 'Delete']),
        /** The interface as it will be; empty for Delete. */
        signature: z.string(),
        reason: z.string(),
      }),
    )
    .min(1)
    .max(100),
  scans: z
    .array(z.strictObject({ goal: z.string().min(1), reads: z.array(z.string()).min(1).max(20) }))
    .max(16)
    .default([]),
});
export type InterfaceChanges = z.infer<typeof InterfaceChangesSchema>;

/** B02: what a second look at the future code finds. It can send a change back, never let it pass. */
export const ReviewSchema = z.strictObject({
  findings: z
    .array(
      z.strictObject({
        severity: z.enum(['blocking', 'advice']),
        /** Key or path the finding is about. */
        row: z.string(),
        what: z.string().min(1),
      }),
    )
    .max(40),
});
export type Review = z.infer<typeof ReviewSchema>;
