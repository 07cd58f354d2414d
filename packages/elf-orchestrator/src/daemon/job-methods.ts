import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { JobGraphSchema, JobSpecSchema } from '../jobs/job-spec.js';
import { QueueTaskStateSchema } from '../queue/queue-event.js';
import { defineMethod } from '../rpc/method.js';
import type { DaemonParts } from './daemon-parts.js';

const IdSchema = z.strictObject({ id: z.string().min(1).max(64) });
const ListSchema = z.strictObject({
  states: z.array(QueueTaskStateSchema).optional(),
  kinds: z.array(z.string()).optional(),
  limit: z.int().min(1).max(100_000).optional(),
});
const FenceSchema = z.strictObject({ id: z.string(), fence: z.int().positive() });
const LeaseSchema = z.strictObject({
  owner: z.string().min(1).max(256),
  leaseMs: z.int().min(1).max(86_400_000),
  kinds: z.array(z.string().min(1)).min(1),
});

/** Methods about durable jobs. */
export function createJobMethods(parts: DaemonParts) {
  const { jobs, queue, scheduler } = parts;
  return {
    'jobs.submit': defineMethod(JobGraphSchema, (graph) => jobs.submit(graph)),
    'jobs.get': defineMethod(IdSchema, async ({ id }) => ({
      task: await queue.show(id),
      place: scheduler.place(id),
    })),
    'jobs.list': defineMethod(ListSchema, (filter) => queue.list(omitUndefined(filter))),
    'jobs.wait': defineMethod(
      z.strictObject({ ids: z.array(z.string()).min(1).max(10_000) }),
      ({ ids }, { signal }) => jobs.wait(ids, signal),
    ),
    'jobs.cancel': defineMethod(IdSchema, ({ id }) => jobs.cancel(id)),
    'jobs.retry': defineMethod(IdSchema, ({ id }) => jobs.retry(id)),
    'jobs.artifacts': defineMethod(IdSchema, ({ id }) => listArtifacts(parts, id)),
  };
}

/** Methods about the queue itself; tasks of other kinds than jobs are for workers outside the daemon. */
export function createQueueMethods(parts: DaemonParts) {
  const { jobs, queue } = parts;
  return {
    'queue.enqueue': defineMethod(
      z.strictObject({ job: JobSpecSchema, key: z.string().min(1).max(256).optional() }),
      ({ job, key }) => jobs.hold(job, key),
    ),
    'queue.runNext': defineMethod(z.strictObject({ id: z.string().optional() }), ({ id }) =>
      jobs.runNext(id),
    ),
    'queue.peek': defineMethod(z.strictObject({}), async () => {
      const [next] = await queue.list({ states: ['queued'], limit: 1 });
      return next ?? null;
    }),
    'queue.put': defineMethod(
      z.strictObject({
        kind: z.string().regex(/^(?!(?:job|held)$)[a-z][a-z0-9_-]{0,63}$/),
        payload: z.json(),
        key: z.string().min(1).max(256).optional(),
      }),
      (task) => queue.enqueue(omitUndefined(task)),
    ),
    'queue.lease': defineMethod(LeaseSchema, (request) =>
      queue.lease({ ...request, kinds: request.kinds.filter((kind) => kind !== 'job' && kind !== 'held') }),
    ),
    'queue.ack': defineMethod(FenceSchema.extend({ result: z.json().optional() }), ({ fence, id, result }) =>
      queue.ack(id, fence, result ?? null),
    ),
    'queue.fail': defineMethod(
      FenceSchema.extend({ code: z.string().min(1), message: z.string(), isRetryable: z.boolean() }),
      ({ fence, id, ...failure }) => queue.fail(id, fence, failure),
    ),
    'queue.stats': defineMethod(z.strictObject({}), () => queue.stats()),
    'queue.compact': defineMethod(z.strictObject({ dropFinishedBefore: z.number().optional() }), (options) =>
      queue.compact(omitUndefined(options)),
    ),
  };
}

async function listArtifacts({ queue }: DaemonParts, id: string) {
  const dir = await queue.openArtifacts(id);
  const names = await readdir(dir);
  const files = await Promise.all(
    names.map(async (name) => ({ name, sizeBytes: (await stat(join(dir, name))).size })),
  );
  return { dir, files };
}

type Present<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** A field without a value is left out. */
function omitUndefined<T extends object>(value: T): Present<T> {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as Present<T>;
}
