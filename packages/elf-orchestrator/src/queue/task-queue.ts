import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ElfError } from '../errors.js';
import { type Journal, type JournalRecovery, openJournal } from './journal.js';
import type { QueueEvent, QueueTask, QueueTaskState, TaskFailure, TaskLease } from './queue-event.js';
import { lockQueueDir } from './queue-lock.js';
import { applyQueueEvent, createQueueState, type QueueState } from './queue-state.js';

/** Settings of {@link openTaskQueue}. */
export interface TaskQueueOptions {
  /** Milliseconds since the epoch; replaced by tests. */
  now?: () => number;
}

/** A task that is to be enqueued. */
export interface NewTask {
  kind: string;
  /** A JSON value. */
  payload: QueueTask['payload'];
  /** A second task with the same key is not enqueued; the first one is answered, with its result when it is done. */
  key?: string;
  /** How often the task is put back after a failed attempt, 3 at most. */
  maxRetries?: number;
}

/** Who takes a task, for how long, and of which kinds. */
export interface LeaseRequest {
  owner: string;
  leaseMs: number;
  kinds?: readonly string[];
  /** This task instead of the next one; null is answered when it does not wait. */
  id?: string;
}

/** A task together with the lease that allows to work on it. */
export type LeasedTask = QueueTask & { lease: TaskLease };

/** Whether the holder of a fence could change its task; a lease that ran out or was passed on is `stale_fence`. */
export type LeaseOutcome =
  | { isAccepted: true; task: QueueTask }
  | { isAccepted: false; reason: 'stale_fence' | 'not_leased'; task: QueueTask };

/** Numbers of a queue. */
export interface QueueStats {
  byState: Record<QueueTaskState, number>;
  journalBytes: number;
  /** Age of the oldest task that waits, null when none does. */
  oldestQueuedMs: number | null;
}

/** Which tasks a listing shows, in the order of work. */
export interface TaskFilter {
  states?: readonly QueueTaskState[];
  kinds?: readonly string[];
  limit?: number;
}

/** A durable queue in one directory; one process has it open at a time. */
export interface TaskQueue extends AsyncDisposable {
  /** What opening found at the end of the journal. */
  readonly recovery: JournalRecovery;
  /** On disk when the promise resolves. */
  enqueue(task: NewTask): Promise<QueueTask>;
  /** Takes the next waiting task; null when none waits. Expired leases are put back first. */
  lease(request: LeaseRequest): Promise<LeasedTask | null>;
  renew(id: string, fence: number, leaseMs: number): Promise<LeaseOutcome>;
  /** Finishes a task; on disk when the promise resolves. */
  ack(id: string, fence: number, result?: QueueTask['result']): Promise<LeaseOutcome>;
  /** Ends an attempt: puts the task back while it may be retried, fails it otherwise. */
  fail(id: string, fence: number, failure: TaskFailure & { isRetryable: boolean }): Promise<LeaseOutcome>;
  /** Puts a task back without counting the attempt: its holder ended through no fault of the task. */
  release(id: string, fence: number): Promise<LeaseOutcome>;
  /** Puts every leased task back without counting the attempt; for an owner that just opened what its predecessor left. */
  releaseAll(): Promise<number>;
  /** Puts a failed or cancelled task back with fresh attempts. */
  retry(id: string): Promise<QueueTask>;
  /** Cancels a task that is not finished; whoever works on it loses its lease. */
  cancel(id: string): Promise<QueueTask>;
  list(filter?: TaskFilter): Promise<QueueTask[]>;
  show(id: string): Promise<QueueTask | null>;
  stats(): Promise<QueueStats>;
  /** Creates the task's own directory for files and returns its path. */
  openArtifacts(id: string): Promise<string>;
  /** Rewrites the journal to one line a task, and forgets tasks that were finished before a moment, with their files. */
  compact(options?: { dropFinishedBefore?: number }): Promise<{ kept: number; dropped: number }>;
}

const DEFAULT_RETRIES = 3;

/**
 * Opens the queue in `dir`, creating it when it is new.
 *
 * Every change is a line in a journal; enqueued and finished tasks are synced to disk before their promise resolves.
 *
 * @throws ElfError PT_ELF_QUEUE_LOCKED, PT_ELF_QUEUE_WRITE_FAILED
 */
export async function openTaskQueue(dir: string, options: TaskQueueOptions = {}): Promise<TaskQueue> {
  await mkdir(dir, { recursive: true });
  const unlock = await lockQueueDir(dir);
  try {
    const state = createQueueState();
    const journal = await openJournal(dir, (event) => applyQueueEvent(state, event));
    return new FileTaskQueue({ dir, journal, state, unlock, now: options.now ?? Date.now });
  } catch (error) {
    await unlock();
    throw error;
  }
}

interface QueueParts {
  dir: string;
  journal: Journal;
  state: QueueState;
  unlock: () => Promise<void>;
  now: () => number;
}

/** An event that still lacks its sequence number and time. */
type NewEvent<E = QueueEvent> = E extends QueueEvent ? Omit<E, 'seq' | 'at'> : never;

class FileTaskQueue implements TaskQueue {
  readonly #parts: QueueParts;
  #isClosed = false;

  constructor(parts: QueueParts) {
    this.#parts = parts;
  }

  get recovery(): JournalRecovery {
    return this.#parts.journal.recovery;
  }

  async enqueue(task: NewTask): Promise<QueueTask> {
    const { now, state } = this.#parts;
    assertNewTask(task);
    const known = task.key === undefined ? undefined : state.keys.get(task.key);
    if (known !== undefined) {
      // The first task with this key may still be on its way to the disk.
      await this.#record([], true);
      return this.#find(known);
    }
    const id = `t${state.nextTask}`;
    const fresh: QueueTask = {
      id,
      key: task.key ?? null,
      kind: task.kind,
      payload: task.payload,
      state: 'queued',
      order: state.nextTask,
      maxRetries: task.maxRetries ?? DEFAULT_RETRIES,
      attempts: 0,
      lease: null,
      result: null,
      failures: [],
      enqueuedAt: now(),
      finishedAt: null,
    };
    await this.#record([{ type: 'task', task: fresh }], true);
    return fresh;
  }

  async lease(request: LeaseRequest): Promise<LeasedTask | null> {
    await this.#expireLeases();
    const { now, state } = this.#parts;
    const next = request.id === undefined ? this.#pick(request.kinds) : this.#pickQueued(request.id);
    if (next === null) return null;
    const lease = { owner: request.owner, fence: state.fence + 1, until: now() + request.leaseMs };
    await this.#record([{ type: 'leased', id: next.id, lease }], false);
    return { ...next, state: 'leased', attempts: next.attempts + 1, lease };
  }

  renew(id: string, fence: number, leaseMs: number): Promise<LeaseOutcome> {
    return this.#change(id, fence, () => ({ type: 'renewed', id, until: this.#parts.now() + leaseMs }));
  }

  ack(id: string, fence: number, result: QueueTask['result'] = null): Promise<LeaseOutcome> {
    return this.#change(id, fence, () => ({ type: 'done', id, fence, result }));
  }

  fail(id: string, fence: number, failure: TaskFailure & { isRetryable: boolean }): Promise<LeaseOutcome> {
    const { code, isRetryable, message } = failure;
    return this.#change(id, fence, (task) => endAttempt(task, { code, message }, isRetryable));
  }

  release(id: string, fence: number): Promise<LeaseOutcome> {
    return this.#change(id, fence, () => ({ type: 'released', id }));
  }

  async releaseAll(): Promise<number> {
    const events = [...this.#parts.state.leased].map((id): NewEvent => ({ type: 'released', id }));
    if (events.length > 0) await this.#record(events, false);
    return events.length;
  }

  async retry(id: string): Promise<QueueTask> {
    const task = this.#find(id);
    if (task.state !== 'failed' && task.state !== 'cancelled') throw describeState(task, 'retried');
    await this.#record([{ type: 'retried', id }], true);
    return this.#find(id);
  }

  async cancel(id: string): Promise<QueueTask> {
    const task = this.#find(id);
    if (task.state !== 'queued' && task.state !== 'leased') throw describeState(task, 'cancelled');
    await this.#record([{ type: 'cancelled', id }], true);
    return this.#find(id);
  }

  async list(filter: TaskFilter = {}): Promise<QueueTask[]> {
    await this.#expireLeases();
    const { kinds, limit, states } = filter;
    return [...this.#parts.state.tasks.values()]
      .filter((task) => states?.includes(task.state) !== false && kinds?.includes(task.kind) !== false)
      .sort((a, b) => a.order - b.order)
      .slice(0, limit);
  }

  async show(id: string): Promise<QueueTask | null> {
    await this.#expireLeases();
    return this.#parts.state.tasks.get(id) ?? null;
  }

  async stats(): Promise<QueueStats> {
    await this.#expireLeases();
    const { journal, now, state } = this.#parts;
    const byState = { queued: 0, leased: 0, done: 0, failed: 0, cancelled: 0 };
    for (const task of state.tasks.values()) byState[task.state] += 1;
    const waiting = [...state.queued].map((id) => state.tasks.get(id)?.enqueuedAt ?? now());
    const oldestQueuedMs = waiting.length === 0 ? null : now() - waiting.reduce((a, b) => Math.min(a, b));
    return { byState, journalBytes: journal.sizeBytes, oldestQueuedMs };
  }

  async openArtifacts(id: string): Promise<string> {
    const dir = artifactsOf(this.#parts.dir, this.#find(id).id);
    await mkdir(dir, { recursive: true });
    return dir;
  }

  async compact(options: { dropFinishedBefore?: number } = {}): Promise<{ kept: number; dropped: number }> {
    this.#assertOpen();
    const { dir, journal, now, state } = this.#parts;
    const before = options.dropFinishedBefore ?? Number.NEGATIVE_INFINITY;
    const dropped = [...state.tasks.values()].filter(
      (task) => task.finishedAt !== null && task.finishedAt < before,
    );
    for (const task of dropped) forget(state, task);
    const kept = [...state.tasks.values()];
    await journal.rewrite(snapshot(state, kept, now()));
    for (const task of dropped) await rm(artifactsOf(dir, task.id), { recursive: true, force: true });
    return { kept: kept.length, dropped: dropped.length };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#parts.journal.close();
    await this.#parts.unlock();
  }

  async #change(id: string, fence: number, decide: (task: QueueTask) => NewEvent): Promise<LeaseOutcome> {
    await this.#expireLeases();
    const task = this.#find(id);
    if (task.lease === null) return { isAccepted: false, reason: 'not_leased', task };
    if (task.lease.fence !== fence) return { isAccepted: false, reason: 'stale_fence', task };
    const event = decide(task);
    await this.#record([event], event.type !== 'renewed');
    return { isAccepted: true, task: this.#find(id) };
  }

  async #expireLeases(): Promise<void> {
    this.#assertOpen();
    const { now, state } = this.#parts;
    const at = now();
    const events = [...state.leased].flatMap((id) => {
      const task = state.tasks.get(id);
      if (task?.lease == null || task.lease.until > at) return [];
      const message = `${task.lease.owner} did not finish in time`;
      return [endAttempt(task, { code: 'lease_expired', message }, true)];
    });
    if (events.length > 0)
      await this.#record(
        events,
        events.some(({ type }) => type === 'failed'),
      );
  }

  #pick(kinds: readonly string[] | undefined): QueueTask | null {
    const { state } = this.#parts;
    let first: QueueTask | null = null;
    for (const id of state.queued) {
      const task = state.tasks.get(id);
      if (task === undefined || kinds?.includes(task.kind) === false) continue;
      if (first === null || task.order < first.order) first = task;
    }
    return first;
  }

  #pickQueued(id: string): QueueTask | null {
    const task = this.#find(id);
    return task.state === 'queued' ? task : null;
  }

  #find(id: string): QueueTask {
    const task = this.#parts.state.tasks.get(id);
    if (task !== undefined) return task;
    throw new ElfError('PT_ELF_TASK_UNKNOWN', {
      message: `The queue holds no task ${id}. List the tasks to see their ids`,
      details: { id },
    });
  }

  /** The state changes at once, so that no two callers see the same task as free; the promise waits for the journal. */
  async #record(events: readonly NewEvent[], isDurable: boolean): Promise<void> {
    this.#assertOpen();
    const { journal, now, state } = this.#parts;
    const full = events.map((event) => {
      const complete = { ...event, seq: state.lastSeq + 1, at: now() };
      applyQueueEvent(state, complete);
      return complete;
    });
    await journal.append(full, isDurable);
  }

  #assertOpen(): void {
    if (!this.#isClosed) return;
    throw new ElfError('PT_ELF_QUEUE_CLOSED', {
      message: 'The queue is closed. Open it again',
      details: { queue: 'closed' },
    });
  }
}

function endAttempt(task: QueueTask, failure: TaskFailure, isRetryable: boolean): NewEvent {
  const mayRetry = isRetryable && task.attempts <= task.maxRetries;
  return { type: mayRetry ? 'requeued' : 'failed', id: task.id, failure };
}

/** Numbers go on from the old journal's, so that a sequence number never names two events. */
function snapshot(state: QueueState, tasks: readonly QueueTask[], at: number): QueueEvent[] {
  const head: QueueEvent = {
    type: 'snapshot',
    seq: ++state.lastSeq,
    at,
    nextTask: state.nextTask,
    fence: state.fence,
  };
  return [head, ...tasks.map((task): QueueEvent => ({ type: 'task', seq: ++state.lastSeq, at, task }))];
}

function forget(state: QueueState, task: QueueTask): void {
  state.tasks.delete(task.id);
  if (task.key !== null) state.keys.delete(task.key);
}

function artifactsOf(dir: string, id: string): string {
  return join(dir, 'artifacts', id);
}

function assertNewTask({ kind, maxRetries = 0 }: NewTask): void {
  const isRetryCount = Number.isInteger(maxRetries) && maxRetries >= 0 && maxRetries <= 3;
  if (kind !== '' && isRetryCount) return;
  const field = kind === '' ? 'kind' : 'maxRetries';
  throw new ElfError('PT_ELF_REQUEST_INVALID', {
    message: `The task's ${field} is not valid. Give a filled kind and 0 to 3 retries`,
    details: { field, problem: 'out of range' },
  });
}

function describeState(task: QueueTask, action: string): ElfError {
  return new ElfError('PT_ELF_TASK_STATE', {
    message: `Task ${task.id} is ${task.state} and cannot be ${action}. Only failed or cancelled tasks are retried, only open ones cancelled`,
    details: { id: task.id, state: task.state, action },
  });
}
