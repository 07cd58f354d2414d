import { z } from 'zod';
import { GateIdSchema, TreeHashSchema } from './receipt.js';

export const TaskStateSchema = z.enum([
  'pending',
  'ready',
  'running',
  'blocked',
  'completed',
  'failed',
  'cancelled',
  'retrying',
]);
export type TaskState = z.infer<typeof TaskStateSchema>;

/** The nine legal moves of a task. */
export const TASK_TRANSITIONS: Readonly<Record<TaskState, readonly TaskState[]>> = {
  pending: ['ready', 'cancelled'],
  ready: ['running'],
  running: ['completed', 'failed', 'blocked'],
  blocked: ['ready'],
  failed: ['retrying'],
  retrying: ['running'],
  completed: [],
  cancelled: [],
};

export const TaskCapsSchema = z.strictObject({
  tokens: z.int().positive(),
  cost_usd: z.number().nonnegative(),
  wall_ms: z.int().positive(),
  attempts: z.int().min(1).max(3),
});

export const TaskSchema = z.strictObject({
  id: z.string(),
  kind: z.enum(['scan', 'mutate', 'verify', 'review']),
  goal: z.string(),
  reads: z.array(z.string()),
  writes: z.array(z.string()),
  deps: z.array(z.string()),
  gates: z.array(GateIdSchema),
  caps: TaskCapsSchema,
  state: TaskStateSchema,
});
export type Task = z.infer<typeof TaskSchema>;

export const PlanContract = 'pt.plan/1';

/** What will be done and how it will be known to be done. */
export const PlanSchema = z.strictObject({
  schema_version: z.literal(PlanContract),
  plan_id: z.string(),
  base_tree: TreeHashSchema,
  request: z.string(),
  acceptance: z.array(z.strictObject({ behaviour: z.string(), test: z.string() })),
  tasks: z.array(TaskSchema),
  pools: z.strictObject({ scan: z.array(z.string()), mutate: z.array(z.string()) }),
  budget: z.strictObject({
    tokens: z.int().positive(),
    cost_usd: z.number().nonnegative(),
    wall_ms: z.int().positive(),
  }),
});
export type Plan = z.infer<typeof PlanSchema>;
