import { isInsidePath, isKey, type Plan, PlanSchema, type Task } from '@parseltongue/isg-core';
import { z } from 'zod';

export type PlanProblemCode =
  | 'schema'
  | 'task_repeated'
  | 'pool_unknown'
  | 'pool_wrong'
  | 'dependency_missing'
  | 'cycle'
  | 'writes_overlap'
  | 'scan_writes'
  | 'no_gate'
  | 'write_invalid';

/** One reason why a plan may not run. */
export interface PlanProblem {
  code: PlanProblemCode;
  task: string | null;
  message: string;
}

/** A checked plan, or every problem it has. */
export type PlanCheck = { status: 'valid'; plan: Plan } | { status: 'invalid'; problems: PlanProblem[] };

/** Checks a plan.json as it came from a disk or a model; all problems are reported, none is repaired. */
export function checkPlan(value: unknown): PlanCheck {
  const parsed = PlanSchema.safeParse(value);
  if (!parsed.success) {
    return { status: 'invalid', problems: [problem('schema', null, z.prettifyError(parsed.error))] };
  }
  const plan = parsed.data;
  const problems = [
    ...checkPools(plan),
    ...plan.tasks.flatMap((task) => checkTask(task, plan)),
    ...checkCycles(plan),
    ...checkWrites(plan),
  ];
  return problems.length === 0 ? { status: 'valid', plan } : { status: 'invalid', problems };
}

/** Whether two tasks may not run at the same time: one writes what the other reads or writes. */
export function isConflicting(a: Task, b: Task): boolean {
  const meets = (writes: readonly string[], other: Task): boolean =>
    writes.some((write) =>
      [...other.writes, ...other.reads].some((place) => fileOf(place) === fileOf(write)),
    );
  return meets(a.writes, b) || meets(b.writes, a);
}

function checkPools({ tasks, pools }: Plan): PlanProblem[] {
  const ids = new Set(tasks.map(({ id }) => id));
  const pooled = [...pools.scan, ...pools.mutate];
  const problems = tasks
    .filter(({ id }, i) => tasks.findIndex((task) => task.id === id) !== i)
    .map(({ id }) => problem('task_repeated', id, `Two tasks are called ${id}`));
  for (const id of pooled.filter((name) => !ids.has(name))) {
    problems.push(problem('pool_unknown', id, `A pool names ${id}, and there is no such task`));
  }
  for (const task of tasks) {
    const expected = task.kind === 'mutate' ? pools.mutate : pools.scan;
    const count = pooled.filter((id) => id === task.id).length;
    if (!expected.includes(task.id) || count !== 1) {
      const where = task.kind === 'mutate' ? 'mutate' : 'scan';
      problems.push(
        problem(
          'pool_wrong',
          task.id,
          `${task.id} is a ${task.kind} task: it belongs once in the pool ${where}`,
        ),
      );
    }
  }
  return problems;
}

function checkTask(task: Task, plan: Plan): PlanProblem[] {
  const problems = task.deps
    .filter((dep) => !plan.tasks.some(({ id }) => id === dep))
    .map((dep) =>
      problem('dependency_missing', task.id, `${task.id} waits for ${dep}, and there is no such task`),
    );
  if (task.kind !== 'mutate' && task.writes.length > 0) {
    problems.push(
      problem(
        'scan_writes',
        task.id,
        `${task.id} is a ${task.kind} task and may not write ${task.writes.join(', ')}`,
      ),
    );
  }
  if ((task.kind === 'mutate' || task.kind === 'verify') && task.gates.length === 0) {
    problems.push(problem('no_gate', task.id, `${task.id} changes or judges code and names no gate`));
  }
  for (const write of task.writes.filter((place) => !isKey(place) && !isInsidePath(place))) {
    problems.push(
      problem(
        'write_invalid',
        task.id,
        `${task.id} writes ${write}: neither a key nor a path inside the repository`,
      ),
    );
  }
  return problems;
}

function checkCycles({ tasks }: Plan): PlanProblem[] {
  const left = new Map(
    tasks.map((task) => [task.id, task.deps.filter((dep) => tasks.some(({ id }) => id === dep))]),
  );
  for (;;) {
    const free = [...left].filter(([, deps]) => deps.every((dep) => !left.has(dep))).map(([id]) => id);
    if (free.length === 0) break;
    for (const id of free) left.delete(id);
  }
  if (left.size === 0) return [];
  return [
    problem(
      'cycle',
      [...left.keys()][0] ?? null,
      `These tasks wait for each other: ${[...left.keys()].join(', ')}`,
    ),
  ];
}

/** Tasks that one order separates may write one file one after the other; the others may not. */
function checkWrites({ tasks }: Plan): PlanProblem[] {
  const mutates = tasks.filter(({ kind }) => kind === 'mutate');
  return mutates.flatMap((a, i) =>
    mutates
      .slice(i + 1)
      .filter((b) => a.writes.some((write) => b.writes.some((other) => fileOf(other) === fileOf(write))))
      .filter((b) => !isReachable(tasks, a.id, b.id) && !isReachable(tasks, b.id, a.id))
      .map((b) =>
        problem('writes_overlap', a.id, `${a.id} and ${b.id} write the same file and nothing orders them`),
      ),
  );
}

function isReachable(tasks: readonly Task[], from: string, to: string): boolean {
  const seen = new Set<string>();
  const open = [from];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (id === to) return true;
    if (seen.has(id)) continue;
    seen.add(id);
    open.push(...(tasks.find((task) => task.id === id)?.deps ?? []));
  }
  return false;
}

function fileOf(place: string): string {
  const match = /^(.*?\.rs)-/.exec(place);
  return match?.[1] ?? place;
}

function problem(code: PlanProblemCode, task: string | null, message: string): PlanProblem {
  return { code, task, message };
}
