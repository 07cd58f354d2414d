import type { QueueEvent, QueueTask } from './queue-event.js';

/** All tasks and counters of a queue; the journal's events lead from one state to the next. */
export interface QueueState {
  tasks: Map<string, QueueTask>;
  /** Task id by idempotency key. */
  keys: Map<string, string>;
  /** Ids that may be leased, in no order. */
  queued: Set<string>;
  leased: Set<string>;
  lastSeq: number;
  nextTask: number;
  fence: number;
}

/** A queue before its first event. */
export function createQueueState(): QueueState {
  return {
    tasks: new Map(),
    keys: new Map(),
    queued: new Set(),
    leased: new Set(),
    lastSeq: 0,
    nextTask: 1,
    fence: 0,
  };
}

/** Applies one event in place; an event about an unknown task leaves the tasks alone. */
export function applyQueueEvent(state: QueueState, event: QueueEvent): void {
  state.lastSeq = event.seq;
  if (event.type === 'snapshot') {
    state.nextTask = event.nextTask;
    state.fence = event.fence;
    return;
  }
  if (event.type === 'task') {
    store(state, event.task);
    state.nextTask = Math.max(state.nextTask, Number(event.task.id.slice(1)) + 1);
    if (event.task.key !== null) state.keys.set(event.task.key, event.task.id);
    return;
  }
  const task = state.tasks.get(event.id);
  if (task === undefined) return;
  if (event.type === 'leased') state.fence = Math.max(state.fence, event.lease.fence);
  store(state, changeTask(task, event));
}

type TaskEvent = Exclude<QueueEvent, { type: 'snapshot' | 'task' }>;

function changeTask(task: QueueTask, event: TaskEvent): QueueTask {
  switch (event.type) {
    case 'leased':
      return { ...task, state: 'leased', lease: event.lease, attempts: task.attempts + 1 };
    case 'renewed':
      return task.lease === null ? task : { ...task, lease: { ...task.lease, until: event.until } };
    case 'done':
      return { ...task, state: 'done', lease: null, result: event.result, finishedAt: event.at };
    case 'requeued':
      return { ...task, state: 'queued', lease: null, failures: [...task.failures, event.failure] };
    case 'failed':
      return {
        ...task,
        state: 'failed',
        lease: null,
        failures: [...task.failures, event.failure],
        finishedAt: event.at,
      };
    case 'cancelled':
      return { ...task, state: 'cancelled', lease: null, finishedAt: event.at };
    case 'released':
      return { ...task, state: 'queued', lease: null, attempts: Math.max(0, task.attempts - 1) };
    case 'retried':
      return { ...task, state: 'queued', attempts: 0, finishedAt: null };
  }
}

function store(state: QueueState, task: QueueTask): void {
  state.tasks.set(task.id, task);
  mark(state.queued, task.id, task.state === 'queued');
  mark(state.leased, task.id, task.state === 'leased');
}

function mark(ids: Set<string>, id: string, isMember: boolean): void {
  if (isMember) ids.add(id);
  else ids.delete(id);
}
