import { EditSchema } from '@parseltongue/isg-core';
import { z } from 'zod';
import type { Evidence } from './evidence.js';

/** A question the reasoner asked and what the user answered. */
export interface Clarification {
  question: string;
  answer: string;
}

/** One question to a reasoner. The same fields give the same request hash. */
export interface ReasonerRequest {
  /** The step of the workflow that asks; A01, A02 and B01 are answered together. */
  step: 'propose';
  /** What the user wants, in the user's words. */
  request: string;
  /** The graph as text: keys, signatures, class, summaries; bodies only of the rows chosen for this attempt. */
  context: string;
  /** From 1. */
  attempt: number;
  /** What this attempt does differently, one sentence. */
  strategy: string;
  /** What earlier attempts ran into, oldest first. */
  evidence: readonly Evidence[];
  clarifications: readonly Clarification[];
  /** The most tokens the answer may have. */
  tokenBudget: number;
}

/** Tokens one call took. `estimated` marks figures this package computed because the engine reports none. */
export const ReasonerUsageSchema = z.strictObject({
  input_tokens: z.int().nonnegative(),
  output_tokens: z.int().nonnegative(),
  cache_read_tokens: z.int().nonnegative(),
  cost_usd: z.number().nonnegative().nullable(),
  estimated: z.boolean(),
});
export type ReasonerUsage = z.infer<typeof ReasonerUsageSchema>;

/** `truncated` and `refused` answers carry no edits: half an answer is never applied. */
export const FinishSchema = z.enum(['complete', 'truncated', 'refused']);
export type Finish = z.infer<typeof FinishSchema>;

/** What a reasoner returned. Everything in it is foreign: it is placed, checked and gated, never obeyed. */
export const ReasonerAnswerSchema = z.strictObject({
  edits: z.array(EditSchema),
  /** What the reasoner wants to know before it goes on. */
  questions: z.array(z.string()),
  /** Prose around the edits, for people. */
  notes: z.string(),
  /** Why parts of the answer could not be read; any entry makes the attempt fail. */
  problems: z.array(z.string()),
  /** The answer as it came, secrets redacted. */
  text: z.string(),
  usage: ReasonerUsageSchema,
  finish: FinishSchema,
});
export type ReasonerAnswer = z.infer<typeof ReasonerAnswerSchema>;

/** How a call is watched and stopped. */
export interface ReasonerOptions {
  signal?: AbortSignal;
  /** Pieces of the answer as they arrive. */
  onDelta?: (text: string) => void;
}

/** Turns a request and its context into edits. Each call is a conversation of its own. */
export interface Reasoner {
  readonly id: string;
  /** Local engines get the small step budget. */
  readonly locality: 'local' | 'remote';
  /**
   * Answers one request.
   *
   * @throws SorcererError with `retryable` true when the same call may succeed later
   */
  propose(request: ReasonerRequest, options: ReasonerOptions): Promise<ReasonerAnswer>;
}
