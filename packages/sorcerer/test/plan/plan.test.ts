import type { Plan, Task, TreeHash } from '@parseltongue/isg-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  buildPlan,
  checkPlan,
  DEFAULT_BUDGET_CAPS,
  type PlanSources,
  type Prd,
  runTasks,
} from '../../src/index.js';

const prd: Prd = {
  schema_version: 'pt.prd/1',
  version: 1,
  request: 'two',
  kind: 'feature',
  title: 'Two',
  behaviours: [{ id: 'B1', statement: 'is two', test: 'is_two', test_state: 'new' }],
  out_of_scope: [],
  acceptance: [],
};

function sources(patch: Partial<PlanSources> = {}): PlanSources {
  const edit = (path: string) => ({
    row: `${path}-_-f`,
    path,
    action: 'Edit' as const,
    signature: 'fn f()',
    reason: 'r',
  });
  return {
    planId: 'p',
    baseTree: 'a'.repeat(64) as TreeHash,
    prd,
    tests: { tests: [{ behaviour: 'B1', name: 'is_two', path: 'src/a.rs', action: 'Create', asserts: 'x' }] },
    interfaces: {
      interfaces: ['src/a.rs', 'src/b.rs', 'src/c.rs'].map(edit),
      scans: [{ goal: 'who calls f', reads: ['src/a.rs-_-f'] }],
    },
    caps: DEFAULT_BUDGET_CAPS,
    neighbours: [],
    ...patch,
  };
}

describe('buildPlan', () => {
  it('gives changes with disjoint files a task each, after the scans and before the review', () => {
    const plan = buildPlan(sources());
    expect(plan.tasks.map(({ id, deps, writes }) => [id, deps, writes])).toEqual([
      ['S1', [], []],
      ['M1', ['S1'], ['src/a.rs']],
      ['M2', ['S1'], ['src/b.rs']],
      ['M3', ['S1'], ['src/c.rs']],
      ['R1', ['M1', 'M2', 'M3'], []],
      ['V1', ['R1'], []],
    ]);
    expect(checkPlan(plan).status).toBe('valid');
  });

  it('makes one task of files whose rows are neighbours in the graph', () => {
    const plan = buildPlan(
      sources({
        neighbours: [
          ['src/a.rs', 'src/c.rs'],
          ['src/a.rs', 'src/elsewhere.rs'],
        ],
      }),
    );
    const mutates = plan.tasks.filter(({ kind }) => kind === 'mutate').map(({ writes }) => writes);
    expect(mutates).toEqual([['src/a.rs', 'src/c.rs'], ['src/b.rs']]);
  });

  it('gives the same plan for the same sources', () => {
    expect(JSON.stringify(buildPlan(sources()))).toBe(JSON.stringify(buildPlan(sources())));
  });
});

describe('checkPlan', () => {
  const broken = (change: (plan: Plan) => void): unknown => {
    const plan = structuredClone(buildPlan(sources()));
    change(plan);
    return plan;
  };
  const task = (plan: Plan, id: string): Task => plan.tasks.find((entry) => entry.id === id) as Task;

  it.each<[string, (plan: Plan) => void]>([
    ['pool_unknown', (plan) => plan.pools.scan.push('X9')],
    ['pool_wrong', (plan) => plan.pools.scan.push('M1')],
    ['pool_wrong', (plan) => void (plan.pools.mutate = [])],
    ['dependency_missing', (plan) => task(plan, 'M1').deps.push('X9')],
    ['cycle', (plan) => task(plan, 'S1').deps.push('V1')],
    ['writes_overlap', (plan) => task(plan, 'M2').writes.push('src/a.rs')],
    ['writes_overlap', (plan) => task(plan, 'M2').writes.push('src/a.rs-_-other')],
    ['scan_writes', (plan) => task(plan, 'S1').writes.push('src/a.rs')],
    ['no_gate', (plan) => void (task(plan, 'M1').gates = [])],
    ['write_invalid', (plan) => task(plan, 'M1').writes.push('../outside.rs')],
    ['task_repeated', (plan) => plan.tasks.push(task(plan, 'S1'))],
  ])('reports %s', (code, change) => {
    const check = checkPlan(broken(change));
    expect(check.status === 'invalid' && check.problems.map((problem) => problem.code)).toContain(code);
  });

  it('lets ordered tasks write one file one after the other', () => {
    const plan = broken((value) => {
      task(value, 'M2').writes.push('src/a.rs');
      task(value, 'M2').deps.push('M1');
    });
    expect(checkPlan(plan).status).toBe('valid');
  });

  it('reports what is no plan at all, and a plan of another version', () => {
    for (const value of [null, 'x', {}, { ...buildPlan(sources()), schema_version: 'pt.plan/0' }]) {
      expect(checkPlan(value)).toMatchObject({ status: 'invalid', problems: [{ code: 'schema' }] });
    }
  });
});

describe('runTasks', () => {
  const anyPlan = fc.array(
    fc.record({ file: fc.integer({ min: 0, max: 4 }), dep: fc.integer({ min: 0, max: 9 }) }),
    { minLength: 1, maxLength: 10 },
  );

  it('never runs two tasks that meet in a file, never one before what it waits for, and ends each once', async () => {
    await fc.assert(
      fc.asyncProperty(anyPlan, fc.integer({ min: 1, max: 5 }), async (shape, width) => {
        const plan = buildPlan(sources());
        const tasks = shape.map(
          ({ file, dep }, i): Task => ({
            ...(plan.tasks[1] as Task),
            id: `T${i}`,
            writes: [`src/f${file}.rs`],
            deps: dep < i ? [`T${dep}`] : [],
          }),
        );
        const running = new Set<string>();
        const done: string[] = [];
        const ends = await runTasks({ ...plan, tasks }, tasks, {
          width: () => width,
          work: async (task) => {
            for (const other of running) expect(other).not.toBe(task.writes[0]);
            for (const dep of task.deps) expect(done).toContain(dep);
            running.add(task.writes[0] ?? '');
            expect(running.size).toBeLessThanOrEqual(width);
            await Promise.resolve();
            running.delete(task.writes[0] ?? '');
            done.push(task.id);
          },
        });
        expect(ends.map(({ id }) => id)).toEqual(tasks.map(({ id }) => id));
        expect(ends.every(({ state }) => state === 'completed')).toBe(true);
      }),
      { seed: 20260101, numRuns: 200 },
    );
  });

  it('cancels what waited for a task that failed, and keeps the rest', async () => {
    const plan = buildPlan(sources());
    const tasks = plan.tasks.filter(({ kind }) => kind !== 'verify');
    const ends = await runTasks(plan, tasks, {
      width: () => 3,
      work: (task) => (task.id === 'M2' ? Promise.reject(new Error('no')) : Promise.resolve(task.id)),
    });
    expect(ends.map(({ id, state }) => `${id} ${state}`)).toEqual([
      'S1 completed',
      'M1 completed',
      'M2 failed',
      'M3 completed',
      'R1 cancelled',
    ]);
  });
});
