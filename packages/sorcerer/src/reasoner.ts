import { EditSchema } from '@parseltongue/isg-core';
import { z } from 'zod';
import type { Evidence } from './evidence.js';

/** A question the reasoner asked and what the user answered. */
export interface Clarification {
  question: string;
  answer: string;
}

/** The steps that are answered with plain text or one JSON object. */
export const PlanStepSchema = z.enum(['prd', 'tests', 'interfaces', 'scan', 'review']);
export type PlanStep = z.infer<typeof PlanStepSchema>;

/** One question of a planning step. The same fields give the same request hash. */
export interface StepRequest {
  step: PlanStep;
  /** Role, rules and answer format of the step. */
  instructions: string;
  /** The graph as text: keys, signatures, class and summaries. */
  context: string;
  /** Request, PRD, plan, code and evidence in named blocks. */
  task: string;
  /** How often the run asked this step, from 1. */
  attempt: number;
  /** The most tokens the answer may have. */
  tokenBudget: number;
}

/** One question for edits. The same fields give the same request hash. */
export interface ReasonerRequest {
  /** The step of the workflow that asks; without a plan A01, A02 and B01 are answered together. */
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
  /** The accepted PRD and the plan as text; absent without them. */
  plan?: string;
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

/** What a planning step got back: text only; the step that asked reads it. */
export const StepAnswerSchema = z.strictObject({
  text: z.string(),
  usage: ReasonerUsageSchema,
  finish: FinishSchema,
});
export type StepAnswer = z.infer<typeof StepAnswerSchema>;

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
  /**
   * Answers one planning step in a conversation of its own; absent where only edits can be made.
   *
   * @throws SorcererError with `retryable` true when the same call may succeed later
   */
  answer?(request: StepRequest, options: ReasonerOptions): Promise<StepAnswer>;
}
