import { z } from 'zod';

export const EventContract = 'pt.event/1';

export const EventTypeSchema = z.enum([
  'run-started',
  'stage-started',
  'stage-ended',
  'model-delta',
  'model-called',
  'edits-proposed',
  'edit-refused',
  'rows-proposed',
  'gate-started',
  'gate-ended',
  'decision-made',
  'breakpoint-opened',
  'breakpoint-resolved',
  'apply-started',
  'apply-ended',
  'commit-created',
  'graph-promoted',
  'run-ended',
]);
export type EventType = z.infer<typeof EventTypeSchema>;

/** One line of a run's log. `seq` starts at 1 and has no gaps; replaying the log gives the run's state. */
export const RunEventSchema = z.strictObject({
  contract: z.literal(EventContract),
  seq: z.int().positive(),
  run_id: z.string(),
  task_id: z.string().optional(),
  type: EventTypeSchema,
  at: z.iso.datetime(),
  payload: z.record(z.string(), z.json()),
});
export type RunEvent = z.infer<typeof RunEventSchema>;
