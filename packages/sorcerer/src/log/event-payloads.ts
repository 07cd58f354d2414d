import {
  DecisionSchema,
  type EventType,
  GateIdSchema,
  TreeHashSchema,
  VerdictSchema,
} from '@parseltongue/isg-core';
import { z } from 'zod';
import { AutonomySchema } from '../breakpoints/autonomy.js';
import { BreakpointSchema } from '../breakpoints/breakpoint.js';
import { BudgetCapsSchema } from '../budget-caps.js';
import { EvidenceSchema } from '../evidence.js';
import { ChangeKindSchema } from '../prd/prd.js';
import { FinishSchema, PlanStepSchema, ReasonerUsageSchema } from '../reasoner.js';

/** A file beside the log, named by an event and bound to it by its hash. */
export const ArtefactSchema = z.strictObject({
  name: z.string().regex(/^[a-z]+-\d+\.(?:json|md)$/),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type Artefact = z.infer<typeof ArtefactSchema>;

export const RoadSchema = z.enum(['fix', 'change']);
export type Road = z.infer<typeof RoadSchema>;

export const RunStatusSchema = z.enum([
  'committed',
  'applied',
  'verified',
  'nothing_to_do',
  'rejected',
  'failed',
  'paused',
  'cancelled',
]);
export type RunStatus = z.infer<typeof RunStatusSchema>;

/** What a run was asked to do; recorded once so that a resumed run does the same. */
export const RunSettingsSchema = z.strictObject({
  road: RoadSchema,
  request: z.string(),
  reasoner: z.string().nullable(),
  dry_run: z.boolean(),
  clippy: z.boolean(),
  commit: z.boolean(),
  max_attempts: z.int().min(1).max(3),
  caps: BudgetCapsSchema,
  /** `stepped` writes a micro-PRD and a plan first; `direct` proposes at once. */
  workflow: z.enum(['direct', 'stepped']).optional(),
  /** What the user says the change is; null leaves it to the PRD. */
  kind: ChangeKindSchema.nullable().optional(),
  autonomy: AutonomySchema.optional(),
});
export type RunSettings = z.infer<typeof RunSettingsSchema>;

/** How an attempt ended before any gate ran; null while a proposal is on its way. */
export const ProposeOutcomeSchema = z.enum([
  'none_needed',
  'none_found',
  'malformed',
  'truncated',
  'refused',
  'edits_refused',
  'same_proposal',
  'question',
  'overloaded',
  'environment',
  'budget',
  'approval',
]);
export type ProposeOutcome = z.infer<typeof ProposeOutcomeSchema>;

/** What the proposal's tests do on the base; only `reproduced` shows a bug. */
export const ReproductionStatusSchema = z.enum([
  'reproduced',
  'does_not_build',
  'passes_on_base',
  'no_test',
  'not_run',
]);
export type ReproductionStatus = z.infer<typeof ReproductionStatusSchema>;

const attempt = z.int().positive();
/** Planning comes before the first attempt. */
const planning = z.literal(0);
const StageEndedSchema = z.discriminatedUnion('stage', [
  z.strictObject({
    stage: z.literal('base'),
    attempt: planning,
    artefact: ArtefactSchema,
    token_count: z.int(),
  }),
  z.strictObject({
    stage: z.literal('prd'),
    attempt: planning,
    artefact: ArtefactSchema,
    version: z.int().positive(),
    kind: ChangeKindSchema,
    /** Files of tests that belong to the PRD. */
    acceptance: z.array(z.string()),
    source: z.enum(['model', 'user']),
    /** The planning steps this version makes stale. */
    stale: z.array(z.enum(['tests', 'interfaces', 'plan'])),
  }),
  z.strictObject({ stage: z.literal('approval'), attempt: planning, by: z.enum(['policy', 'user']) }),
  z.strictObject({ stage: z.literal('tests'), attempt: planning, artefact: ArtefactSchema }),
  z.strictObject({ stage: z.literal('interfaces'), attempt: planning, artefact: ArtefactSchema }),
  z.strictObject({
    stage: z.literal('plan'),
    attempt: planning,
    artefact: ArtefactSchema,
    task_count: z.int(),
  }),
  z.strictObject({
    stage: z.literal('scan'),
    attempt: planning,
    artefact: ArtefactSchema,
    done: z.int().nonnegative(),
    not_run: z.array(z.strictObject({ task: z.string(), reason: z.string() })),
  }),
  z.strictObject({
    stage: z.literal('planning'),
    attempt: planning,
    outcome: ProposeOutcomeSchema,
    reason: z.string(),
    questions: z.array(z.string()),
  }),
  z.strictObject({
    stage: z.literal('review'),
    attempt,
    artefact: ArtefactSchema,
    /** What the review found blocking. */
    objections: z.array(z.string()),
    /** Why no review came out; null when one did. */
    not_run: z.string().nullable(),
  }),
  z.strictObject({
    stage: z.literal('reproduce'),
    attempt,
    status: ReproductionStatusSchema,
    detail: z.string(),
    artefact: ArtefactSchema.nullable(),
  }),
  z.strictObject({ stage: z.literal('context'), attempt, artefact: ArtefactSchema, token_count: z.int() }),
  z.strictObject({
    stage: z.literal('propose'),
    attempt,
    outcome: ProposeOutcomeSchema,
    reason: z.string(),
    evidence: z.array(EvidenceSchema),
    questions: z.array(z.string()),
  }),
  z.strictObject({
    stage: z.literal('verify'),
    attempt,
    artefact: ArtefactSchema,
    verdict: VerdictSchema,
    receipt_hash: z.string(),
    /** Same for the same verdicts, counts and errors, whatever the time took. */
    findings_hash: z.string(),
    /** The receipts speak of exactly the proposed tree. */
    subject_matches: z.boolean(),
    /** Share of edited code rows that a test reaches in the graph. */
    covered_share: z.number().min(0).max(1).nullable().optional(),
    ms: z.number().nonnegative(),
  }),
  /** The tree moved since the receipts: they no longer count. */
  z.strictObject({ stage: z.literal('recheck'), attempt }),
]);

/** The payload of every event type; the log refuses an event that breaks its schema. */
export const PAYLOAD_SCHEMAS = {
  'run-started': RunSettingsSchema,
  'stage-started': z.discriminatedUnion('stage', [
    z.strictObject({ stage: z.literal('attempt'), attempt, strategy: z.string(), fingerprint: z.string() }),
    z.strictObject({
      stage: z.enum(['context', 'propose', 'review', 'verify', 'reproduce', 'commit']),
      attempt,
    }),
    z.strictObject({
      stage: z.enum(['base', 'prd', 'tests', 'interfaces', 'plan', 'scan']),
      attempt: planning,
    }),
    z.strictObject({ stage: z.literal('resume') }),
  ]),
  'stage-ended': StageEndedSchema,
  'model-delta': z.strictObject({ attempt: z.int().nonnegative(), text: z.string() }),
  'model-called': z.strictObject({
    attempt: z.int().nonnegative(),
    /** Which step asked. */
    step: z.enum(['propose', ...PlanStepSchema.options]),
    reasoner: z.string(),
    finish: FinishSchema,
    usage: ReasonerUsageSchema,
    artefact: ArtefactSchema,
    ms: z.number().nonnegative(),
    budget_used: z.number().nonnegative(),
    budget_warning: z.union([z.literal(80), z.literal(95)]).nullable(),
  }),
  'edits-proposed': z.strictObject({
    attempt,
    edits: z.array(z.strictObject({ target: z.string(), op: z.string(), how: z.string() })),
    notes: z.array(z.string()),
  }),
  'edit-refused': z.strictObject({ attempt, target: z.string(), code: z.string(), message: z.string() }),
  'rows-proposed': z.strictObject({
    attempt,
    proposal_id: z.string(),
    artefact: ArtefactSchema,
    files: z.array(z.string()),
    rows: z.array(z.strictObject({ key: z.string(), action: z.string() })),
    /** Why a person may want to look before it is applied. */
    risks: z.array(z.string()),
    /** Part of an earlier proposal that the user kept. */
    is_selection: z.boolean(),
    /** Why it waits for a person although every gate passes; null where nothing speaks for that. */
    review_reason: z.string().nullable().optional(),
  }),
  'gate-started': z.strictObject({ attempt, gate: GateIdSchema }),
  'gate-ended': z.strictObject({
    attempt,
    gate: GateIdSchema,
    title: z.string(),
    verdict: VerdictSchema,
    reason: z.string().nullable(),
    ms: z.number().nonnegative(),
  }),
  'decision-made': z.strictObject({ attempt: z.int().nonnegative(), decision: DecisionSchema }),
  'breakpoint-opened': BreakpointSchema.extend({ file: ArtefactSchema.nullable() }),
  'breakpoint-resolved': z.strictObject({
    choice: z.enum(['apply', 'answer', 'continue', 'approve', 'modify', 'select', 'reject']),
    clarifications: z.array(z.strictObject({ question: z.string(), answer: z.string() })),
    caps: BudgetCapsSchema,
    /** Why, in the user's words; null when nothing was said. */
    reason: z.string().nullable().optional(),
  }),
  'apply-started': z.strictObject({ attempt, proposal_id: z.string(), subject_tree: TreeHashSchema }),
  'apply-ended': z.strictObject({
    attempt,
    status: z.enum(['applied', 'rolled_back', 'not_started']),
    reason: z.string().nullable(),
  }),
  'commit-created': z.strictObject({ commit: z.string(), files: z.array(z.string()) }),
  'graph-promoted': z.strictObject({ plan_id: z.string() }),
  'run-ended': z.strictObject({ status: RunStatusSchema, reason: z.string() }),
} as const satisfies Record<EventType, z.ZodType>;

export type EventPayload<T extends EventType> = z.infer<(typeof PAYLOAD_SCHEMAS)[T]>;

/** An event with its payload typed by its type. */
export type TypedEvent = { [T in EventType]: { type: T; payload: EventPayload<T> } }[EventType];
