import { createHash, randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { estimateTokenCount, ParseltongueError } from '@parseltongue/isg-core';
import type { LocalModel } from '../backends/local-model.js';
import type { QueueTask, TaskFailure } from '../queue/queue-event.js';
import type { LeasedTask, TaskQueue } from '../queue/task-queue.js';
import type { WorkScheduler } from '../schedule/work-scheduler.js';
import { type JobGraph, type JobResult, type JobSpec, JobSpecSchema } from './job-spec.js';
import { orderGraph } from './order-graph.js';
import { DEFAULT_DEADLINE_MS, runGeneration } from './run-generation.js';

/** What happened to a durable job. */
export type JobEvent =
  | { type: 'job-started' | 'job-requeued'; job: string; model: string }
  | {
      type: 'job-ended';
      job: string;
      model: string;
      state: 'done' | 'failed' | 'cancelled';
      result: JobResult | null;
    };

/** Settings of {@link openJobRunner}. */
export interface JobRunnerOptions {
  queue: TaskQueue;
  scheduler: WorkScheduler;
  /** The id behind a name or an alias; the default model's when there is none. */
  nameModel: (name: string | undefined) => string;
  owner: string;
  onEvent: (event: JobEvent) => void;
}

/** Runs the durable jobs of a queue through the scheduler. */
export interface JobRunner {
  /** Jobs on disk when the promise resolves, in the order of the graph's nodes. */
  submit(graph: JobGraph): Promise<QueueTask[]>;
  /** Puts a job on disk that nobody runs until `runNext`. */
  hold(job: JobSpec, key?: string): Promise<QueueTask>;
  /** Runs the held job that was put in first, or the given one, and waits for its end; null when none is held. */
  runNext(id?: string): Promise<QueueTask | null>;
  /** Resolves when each of the jobs has ended. */
  wait(ids: readonly string[], signal?: AbortSignal): Promise<QueueTask[]>;
  cancel(id: string): Promise<QueueTask>;
  retry(id: string): Promise<QueueTask>;
}

/** Kinds of tasks in the queue: jobs run by themselves, held ones wait for a command. */
const JOB_KINDS = { job: 'job', held: 'held' } as const;

const RETRY_DELAY_MS = 200;
const LEASE_MARGIN_MS = 60_000;
const NOT_THE_JOBS_FAULT = new Set([
  'PT_ELF_WORK_REFUSED',
  'PT_ELF_MODEL_QUARANTINED',
  'PT_ELF_MODEL_CLOSED',
]);

/** Opens a runner; jobs that a predecessor left, waiting or half done, are taken up again. */
export async function openJobRunner(options: JobRunnerOptions): Promise<JobRunner> {
  const runner = new DurableRunner(options);
  await runner.resume();
  return runner;
}

class DurableRunner implements JobRunner {
  readonly #options: JobRunnerOptions;
  readonly #aborts = new Map<string, AbortController>();
  readonly #waiters = new Map<string, Set<() => void>>();
  /** Jobs by the key of a job they wait for. */
  readonly #dependents = new Map<string, Set<string>>();
  readonly #byKey = new Map<string, string>();

  constructor(options: JobRunnerOptions) {
    this.#options = options;
  }

  async resume(): Promise<void> {
    const { queue } = this.#options;
    await queue.releaseAll();
    const tasks = await queue.list({ kinds: [JOB_KINDS.job] });
    for (const task of tasks) if (task.key !== null) this.#byKey.set(task.key, task.id);
    for (const task of tasks) if (task.state === 'queued') await this.#consider(task);
  }

  async submit(graph: JobGraph): Promise<QueueTask[]> {
    const graphKey = graph.key ?? randomUUID();
    const enqueued = orderGraph(graph.nodes).map(({ job, name }) => {
      const after = [...new Set(job.after)].map((each) => `${graphKey}/${each}`);
      const payload = { ...job, after };
      return this.#options.queue.enqueue({
        kind: JOB_KINDS.job,
        payload: toPayload(payload),
        key: `${graphKey}/${name}`,
        ...(job.maxRetries === undefined ? {} : { maxRetries: job.maxRetries }),
      });
    });
    const tasks = await Promise.all(enqueued);
    for (const task of tasks) if (task.key !== null) this.#byKey.set(task.key, task.id);
    for (const task of tasks) if (task.state === 'queued') await this.#consider(task);
    const byKey = new Map(tasks.map((task) => [task.key, task]));
    return graph.nodes.flatMap(({ name }) => byKey.get(`${graphKey}/${name}`) ?? []);
  }

  hold(job: JobSpec, key?: string): Promise<QueueTask> {
    return this.#options.queue.enqueue({
      kind: JOB_KINDS.held,
      payload: toPayload({ ...job, after: [] }),
      ...(key === undefined ? {} : { key }),
      ...(job.maxRetries === undefined ? {} : { maxRetries: job.maxRetries }),
    });
  }

  async runNext(id?: string): Promise<QueueTask | null> {
    const held = await this.#options.queue.list({ kinds: [JOB_KINDS.held], states: ['queued'] });
    const task = held.find((each) => (id === undefined ? !this.#aborts.has(each.id) : each.id === id));
    if (task === undefined) return null;
    await this.#consider(task);
    const [ended] = await this.wait([task.id]);
    return ended ?? null;
  }

  wait(ids: readonly string[], signal?: AbortSignal): Promise<QueueTask[]> {
    const wakes = new Set<() => void>();
    signal?.addEventListener('abort', () => {
      for (const wake of wakes) wake();
    });
    return Promise.all(ids.map((id) => this.#waitForOne(id, wakes, signal)));
  }

  async cancel(id: string): Promise<QueueTask> {
    const task = await this.#options.queue.cancel(id);
    this.#options.scheduler.remove(id);
    this.#aborts.get(id)?.abort();
    await this.#finish(task, null);
    return task;
  }

  async retry(id: string): Promise<QueueTask> {
    const task = await this.#options.queue.retry(id);
    if (task.kind === JOB_KINDS.job) await this.#consider(task);
    return task;
  }

  async #waitForOne(id: string, wakes: Set<() => void>, signal?: AbortSignal): Promise<QueueTask> {
    for (;;) {
      const task = await this.#options.queue.show(id);
      if (task === null) return this.#options.queue.retry(id);
      if (task.state !== 'queued' && task.state !== 'leased') return task;
      signal?.throwIfAborted();
      await this.#nextEnd(id, wakes);
    }
  }

  #nextEnd(id: string, wakes: Set<() => void>): Promise<void> {
    return new Promise((resolve) => {
      const waiters = this.#waiters.get(id) ?? new Set();
      this.#waiters.set(id, waiters.add(resolve));
      wakes.add(resolve);
    });
  }

  /** Schedules a job whose dependencies are done, fails one whose dependencies failed, remembers the others. */
  async #consider(task: QueueTask): Promise<void> {
    const spec = readSpec(task);
    if (spec === null) {
      await this.#failUnrun(task, { code: 'payload_invalid', message: 'The task holds no job' });
      return;
    }
    for (const key of spec.after ?? []) {
      const dependency = await this.#options.queue.show(this.#byKey.get(key) ?? '');
      if (dependency?.state === 'done') continue;
      if (dependency === null || dependency.state === 'failed' || dependency.state === 'cancelled') {
        await this.#failUnrun(task, { code: 'dependency_failed', message: `${key} is not done` });
        return;
      }
      const dependents = this.#dependents.get(key) ?? new Set();
      this.#dependents.set(key, dependents.add(task.id));
      return;
    }
    this.#schedule(task, spec);
  }

  #schedule(task: QueueTask, spec: JobSpec): void {
    const model = this.#options.nameModel(spec.model);
    const prefix = spec.prefix ?? '';
    this.#aborts.set(task.id, new AbortController());
    this.#options.scheduler.add({
      id: task.id,
      model,
      lane: spec.lane ?? 'batch',
      priority: spec.priority ?? 0,
      queuedAt: task.enqueuedAt,
      prefixKey: prefix === '' ? null : createHash('sha256').update(prefix).digest('hex'),
      contextTokens: estimateTokenCount(prefix + spec.prompt) + spec.maxTokens,
      run: (loaded) => this.#run(task, spec, loaded),
      refuse: (error) => void this.#refuse(task, error),
    });
  }

  async #run(task: QueueTask, spec: JobSpec, model: LocalModel): Promise<void> {
    const { onEvent, owner, queue } = this.#options;
    const abort = this.#aborts.get(task.id);
    const leaseMs = (spec.deadlineMs ?? DEFAULT_DEADLINE_MS) + LEASE_MARGIN_MS;
    const leased = await queue.lease({ owner, leaseMs, id: task.id });
    if (leased === null || abort === undefined) return;
    onEvent({ type: 'job-started', job: task.id, model: model.id });
    try {
      const prompt = await this.#fillPrompt(spec);
      const result = await runGeneration(model, { ...spec, prompt }, { signal: abort.signal });
      if (result.finishReason === 'aborted') return;
      if (spec.hasArtifacts === true) await this.#writeArtifacts(task.id, prompt, result);
      const outcome = await queue.ack(task.id, leased.lease.fence, result);
      if (outcome.isAccepted) await this.#finish(outcome.task, result);
    } catch (error) {
      await this.#endAttempt(leased, error);
    }
  }

  async #refuse(task: QueueTask, error: Error): Promise<void> {
    const { owner, queue } = this.#options;
    if (ParseltongueError.isInstance(error) && error.code === 'PT_ELF_WORK_REFUSED') {
      // It stays on disk; the next daemon, or a calmer moment, takes it up.
      if ('reason' in error.details && error.details.reason === 'memory_critical') this.#scheduleLater(task);
      return;
    }
    const leased = await queue.lease({ owner, leaseMs: LEASE_MARGIN_MS, id: task.id });
    if (leased !== null) await this.#endAttempt(leased, error);
  }

  async #endAttempt(leased: LeasedTask, error: unknown): Promise<void> {
    const { onEvent, queue } = this.#options;
    const failure = describeFailure(error);
    const { fence } = leased.lease;
    const outcome = NOT_THE_JOBS_FAULT.has(failure.code)
      ? await queue.release(leased.id, fence)
      : await queue.fail(leased.id, fence, failure);
    if (!outcome.isAccepted) return;
    if (outcome.task.state === 'failed') await this.#finish(outcome.task, null);
    else {
      onEvent({ type: 'job-requeued', job: leased.id, model: this.#readModel(leased) });
      this.#scheduleLater(outcome.task);
    }
  }

  #scheduleLater(task: QueueTask): void {
    setTimeout(
      () => {
        const spec = readSpec(task);
        if (spec !== null && this.#aborts.get(task.id)?.signal.aborted === false) this.#schedule(task, spec);
      },
      RETRY_DELAY_MS * 2 ** Math.min(task.attempts, 5),
    ).unref();
  }

  async #failUnrun(task: QueueTask, failure: TaskFailure): Promise<void> {
    const { owner, queue } = this.#options;
    const leased = await queue.lease({ owner, leaseMs: LEASE_MARGIN_MS, id: task.id });
    if (leased === null) return;
    const outcome = await queue.fail(task.id, leased.lease.fence, { ...failure, isRetryable: false });
    if (outcome.isAccepted) await this.#finish(outcome.task, null);
  }

  /** Wakes who waits for the job and looks again at the jobs that depend on it. */
  async #finish(task: QueueTask, result: JobResult | null): Promise<void> {
    const { onEvent, queue } = this.#options;
    this.#aborts.delete(task.id);
    if (task.state === 'done' || task.state === 'failed' || task.state === 'cancelled')
      onEvent({
        type: 'job-ended',
        job: task.id,
        model: this.#readModel(task),
        state: task.state,
        result,
      });
    for (const wake of this.#waiters.get(task.id) ?? []) wake();
    this.#waiters.delete(task.id);
    const dependents = this.#dependents.get(task.key ?? '') ?? [];
    this.#dependents.delete(task.key ?? '');
    for (const id of dependents) {
      const dependent = await queue.show(id);
      if (dependent?.state === 'queued') await this.#consider(dependent);
    }
  }

  /** Replaces `{{name}}` for declared dependencies only: braces in a prompt of somebody else's stay text. */
  async #fillPrompt(spec: JobSpec): Promise<string> {
    const texts = new Map<string, string>();
    for (const key of spec.after ?? []) {
      const task = await this.#options.queue.show(this.#byKey.get(key) ?? '');
      const result = task?.result as JobResult | null | undefined;
      texts.set(key.slice(key.lastIndexOf('/') + 1), result?.text ?? '');
    }
    return spec.prompt.replace(/\{\{([^{}]+)\}\}/g, (found, name: string) => texts.get(name) ?? found);
  }

  #readModel(task: QueueTask): string {
    return this.#options.nameModel(readSpec(task)?.model);
  }

  async #writeArtifacts(id: string, prompt: string, result: JobResult): Promise<void> {
    const dir = await this.#options.queue.openArtifacts(id);
    await writeFile(join(dir, 'prompt.txt'), prompt);
    await writeFile(join(dir, 'answer.txt'), result.text);
    await writeFile(join(dir, 'provenance.json'), JSON.stringify(result.provenance, null, 2));
  }
}

/** A journal line has no place for fields without a value. */
function toPayload(spec: JobSpec): QueueTask['payload'] {
  return JSON.parse(JSON.stringify(spec)) as QueueTask['payload'];
}

function readSpec(task: QueueTask): JobSpec | null {
  const parsed = JobSpecSchema.safeParse(task.payload);
  return parsed.success ? parsed.data : null;
}

function describeFailure(error: unknown): TaskFailure & { isRetryable: boolean } {
  if (ParseltongueError.isInstance(error))
    return { code: error.code, message: error.message, isRetryable: error.retryable };
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'unknown', message, isRetryable: false };
}
