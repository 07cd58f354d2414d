import { isKey, type Plan, PlanContract, pathOfKey, type Task, type TreeHash } from '@parseltongue/isg-core';
import type { BudgetCaps } from '../budget-caps.js';
import type { Prd } from '../prd/prd.js';
import type { InterfaceChanges, TestChanges } from '../steps/step-schemas.js';

/** What a plan is made of. */
export interface PlanSources {
  planId: string;
  baseTree: TreeHash;
  prd: Prd;
  tests: TestChanges;
  interfaces: InterfaceChanges;
  caps: BudgetCaps;
  /** Pairs of files whose rows are neighbours in the graph: their changes are made as one. */
  neighbours: readonly (readonly [string, string])[];
}

/** How many tasks of a pool may run at once. */
export const SCAN_POOL_WIDTH = 5;

const ALL_GATES: Task['gates'] = ['T0', 'T1', 'T3', 'T4', 'T5'];

/**
 * Writes plan.json from what A01 and A02 said: scans first, then the changes, a review, the gates.
 *
 * Changes that meet in a file, or in files that are neighbours in the graph, are one mutate task; the others have disjoint
 * write sets. Deterministic: the same sources give the same plan.
 */
export function buildPlan(sources: PlanSources): Plan {
  const { prd, caps } = sources;
  const scans = sources.interfaces.scans.map((scan, i) =>
    createTask(caps, { id: `S${i + 1}`, kind: 'scan', goal: scan.goal, reads: unique(scan.reads) }),
  );
  const scanIds = scans.map(({ id }) => id);
  const mutates = groupWrites(sources).map((group, i) =>
    createTask(caps, {
      id: `M${i + 1}`,
      kind: 'mutate',
      goal: group.goal,
      writes: group.paths,
      deps: [...scanIds],
      gates: [...ALL_GATES],
    }),
  );
  const mutateIds = mutates.map(({ id }) => id);
  const writes = unique(mutates.flatMap((task) => task.writes));
  const review = createTask(caps, {
    id: 'R1',
    kind: 'review',
    goal: 'Read current against future code of every changed row',
    reads: writes,
    deps: mutateIds,
  });
  const verify = createTask(caps, {
    id: 'V1',
    kind: 'verify',
    goal: 'Run every gate on the simulated tree',
    reads: writes,
    deps: ['R1'],
    gates: [...ALL_GATES],
  });
  return {
    schema_version: PlanContract,
    plan_id: sources.planId,
    base_tree: sources.baseTree,
    request: prd.request,
    acceptance: prd.behaviours.map(({ statement, test }) => ({ behaviour: statement, test })),
    tasks: [...scans, ...mutates, review, verify],
    pools: { scan: [...scanIds, 'R1', 'V1'], mutate: mutateIds },
    budget: { tokens: caps.total_tokens, cost_usd: caps.cost_usd ?? 0, wall_ms: caps.wall_ms },
  };
}

function createTask(
  caps: BudgetCaps,
  init: Pick<Task, 'id' | 'kind' | 'goal'> & Partial<Pick<Task, 'reads' | 'writes' | 'deps' | 'gates'>>,
): Task {
  const tokens = init.kind === 'mutate' ? caps.answer_tokens : caps.step_tokens;
  return {
    reads: [],
    writes: [],
    deps: [],
    gates: [],
    ...init,
    caps: { tokens, cost_usd: caps.cost_usd ?? 0, wall_ms: caps.wall_ms, attempts: 3 },
    state: 'pending',
  };
}

interface WriteGroup {
  paths: string[];
  goal: string;
}

/** Joins files by union-find; a neighbour joins two files only when both are written. */
function groupWrites({ tests, interfaces, prd, neighbours }: PlanSources): WriteGroup[] {
  const changes = [
    ...tests.tests
      .filter(({ action }) => action !== 'Keep')
      .map(({ name, path, action }) => ({ path, what: `${action} test ${name}` })),
    ...interfaces.interfaces.map(({ row, path, action }) => ({
      path: isKey(row) ? pathOfKey(row) : path,
      what: `${action} ${row}`,
    })),
    ...prd.acceptance.map(({ path }) => ({ path, what: `Create ${path}` })),
  ];
  const paths = unique(changes.map(({ path }) => path));
  const leader = new Map(paths.map((path) => [path, path]));
  const find = (path: string): string => {
    const up = leader.get(path) ?? path;
    return up === path ? path : find(up);
  };
  for (const [a, b] of neighbours) {
    if (leader.has(a) && leader.has(b)) leader.set(find(a), find(b));
  }
  const groups = new Map<string, WriteGroup>();
  for (const path of paths) {
    const group = groups.get(find(path)) ?? { paths: [], goal: '' };
    const goals = changes.filter((change) => change.path === path).map(({ what }) => what);
    groups.set(find(path), {
      paths: [...group.paths, path],
      goal: [group.goal, ...unique(goals)].filter((goal) => goal !== '').join('; '),
    });
  }
  return [...groups.values()];
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)].sort();
}
