import { z } from 'zod';

/** Lifecycle states of a task. */
export const QueueTaskStateSchema = z.enum(['queued', 'leased', 'done', 'failed', 'cancelled']);
export type QueueTaskState = z.infer<typeof QueueTaskStateSchema>;

/** Why an attempt ended without a result. */
export const TaskFailureSchema = z.strictObject({ code: z.string().min(1), message: z.string() });
export type TaskFailure = z.infer<typeof TaskFailureSchema>;

/** The right to work on a task until a moment; the fence grows with every lease of the queue. */
export const TaskLeaseSchema = z.strictObject({
  owner: z.string().min(1),
  fence: z.int().positive(),
  until: z.number(),
});
export type TaskLease = z.infer<typeof TaskLeaseSchema>;

/** One task with everything that is known about it. Times are milliseconds since the epoch. */
export const QueueTaskSchema = z.strictObject({
  id: z.string().regex(/^t\d+$/),
  /** The caller's idempotency key. */
  key: z.string().nullable(),
  kind: z.string().min(1),
  payload: z.json(),
  state: QueueTaskStateSchema,
  /** Position in the order of work; a task that is put back keeps it. */
  order: z.int().nonnegative(),
  maxRetries: z.int().min(0).max(3),
  attempts: z.int().nonnegative(),
  lease: TaskLeaseSchema.nullable(),
  result: z.json().nullable(),
  failures: z.array(TaskFailureSchema),
  enqueuedAt: z.number(),
  finishedAt: z.number().nullable(),
});
export type QueueTask = z.infer<typeof QueueTaskSchema>;

const EventHead = { seq: z.int().positive(), at: z.number(), id: z.string() };

/** One line of the journal, without its checksum. */
export const QueueEventSchema = z.discriminatedUnion('type', [
  /** Opens a compacted journal: the counters that the events before it had reached. */
  z.strictObject({
    type: z.literal('snapshot'),
    seq: EventHead.seq,
    at: z.number(),
    nextTask: z.int(),
    fence: z.int(),
  }),
  /** A whole task: newly enqueued, or carried over by a compaction. */
  z.strictObject({ type: z.literal('task'), seq: EventHead.seq, at: z.number(), task: QueueTaskSchema }),
  z.strictObject({ type: z.literal('leased'), ...EventHead, lease: TaskLeaseSchema }),
  z.strictObject({ type: z.literal('renewed'), ...EventHead, until: z.number() }),
  z.strictObject({ type: z.literal('done'), ...EventHead, fence: z.int(), result: z.json().nullable() }),
  z.strictObject({ type: z.literal('requeued'), ...EventHead, failure: TaskFailureSchema }),
  z.strictObject({ type: z.literal('failed'), ...EventHead, failure: TaskFailureSchema }),
  z.strictObject({ type: z.literal('cancelled'), ...EventHead }),
  z.strictObject({ type: z.literal('retried'), ...EventHead }),
  /** Put back through no fault of the task: the attempt does not count. */
  z.strictObject({ type: z.literal('released'), ...EventHead }),
]);
export type QueueEvent = z.infer<typeof QueueEventSchema>;
