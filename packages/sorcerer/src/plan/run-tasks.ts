import type { Plan, Task, TaskState } from '@parseltongue/isg-core';
import { isConflicting } from './validate-plan.js';

/** How a task ended. */
export interface TaskEnd<T> {
  id: string;
  state: Extract<TaskState, 'completed' | 'failed' | 'cancelled'>;
  value: T | null;
  error: string | null;
}

export interface RunTasksOptions<T> {
  /** Does one task; throwing fails it. */
  work: (task: Task) => Promise<T>;
  /** The most tasks at once; asked before each start, so that pressure can lower it. At least one always runs. */
  width: () => number;
  signal?: AbortSignal;
}

/**
 * Runs tasks of a plan in dependency order, as many at once as the width allows, never two that conflict.
 *
 * Starts and results are in task order whatever finishes first, so that the same plan and the same answers give the same
 * record. A task whose dependency did not complete is cancelled.
 */
export async function runTasks<T>(
  plan: Plan,
  tasks: readonly Task[],
  { work, width, signal }: RunTasksOptions<T>,
): Promise<TaskEnd<T>[]> {
  const ends = new Map<string, TaskEnd<T>>();
  const isOutside = (id: string): boolean => !tasks.some((task) => task.id === id);
  for (let left = [...tasks]; left.length > 0; left = left.filter(({ id }) => !ends.has(id))) {
    for (const task of left.filter(({ deps }) => deps.some((dep) => isLost(ends.get(dep))))) {
      ends.set(task.id, cancelled(task, 'A task it waits for did not complete'));
    }
    const ready = left.filter(
      ({ id, deps }) =>
        !ends.has(id) && deps.every((dep) => isOutside(dep) || ends.get(dep)?.state === 'completed'),
    );
    const batch = pickBatch(ready, Math.max(1, width()));
    if (batch.length === 0) {
      for (const task of left.filter(({ id }) => !ends.has(id)))
        ends.set(task.id, cancelled(task, 'It can never start'));
      break;
    }
    if (signal?.aborted === true) {
      for (const task of left.filter(({ id }) => !ends.has(id)))
        ends.set(task.id, cancelled(task, 'Stopped from outside'));
      break;
    }
    for (const end of await Promise.all(batch.map((task) => runTask(task, work)))) ends.set(end.id, end);
  }
  return plan.tasks.flatMap(({ id }) => ends.get(id) ?? []);
}

function isLost(end: TaskEnd<unknown> | undefined): boolean {
  return end !== undefined && end.state !== 'completed';
}

function pickBatch(ready: readonly Task[], width: number): Task[] {
  const batch: Task[] = [];
  for (const task of ready) {
    if (batch.length >= width) break;
    if (batch.every((other) => !isConflicting(task, other))) batch.push(task);
  }
  return batch;
}

async function runTask<T>(task: Task, work: (task: Task) => Promise<T>): Promise<TaskEnd<T>> {
  try {
    return { id: task.id, state: 'completed', value: await work(task), error: null };
  } catch (cause) {
    return {
      id: task.id,
      state: 'failed',
      value: null,
      error: cause instanceof Error ? cause.message : 'unknown',
    };
  }
}

function cancelled<T>(task: Task, error: string): TaskEnd<T> {
  return { id: task.id, state: 'cancelled', value: null, error };
}
