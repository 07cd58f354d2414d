import type { Row, RowKey } from '@parseltongue/isg-core';
import { StoreError } from '../errors.js';
import type { Change, Tuple } from '../schema/relations.js';
import { encodeChunk, encodeCode, encodeFile } from '../schema/row-codec.js';
import { commitChanges } from '../state/commit.js';
import { encodeRecord } from '../state/edge-index.js';
import type { GraphState } from '../state/graph-state.js';
import { openCatalog } from '../state/indexes.js';
import { openPlanView, type PlanView } from '../state/plan-view.js';
import { readTuples } from '../state/read-rows.js';
import { scanTuples } from '../state/tables.js';
import { change, single } from './commit-draft.js';
import { dropPlan } from './propose.js';

/**
 * Clean slate: what the plan would make is the current graph and the plan ends, in one transaction.
 *
 * Afterwards every question about the current graph has the answer it had about the plan before.
 *
 * @throws StoreError PT_STORE_PLAN_UNKNOWN; PT_STORE_PLAN_STALE when a planned row has changed under the plan
 */
export function promotePlan(state: GraphState, plan: string): void {
  const view = openPlanView(state, plan);
  assertFresh(state, view);
  const gone = [...view.goneKeys];
  const rows = [...view.rows.values()];
  const staleFacts = readTuples(state, 'compiler_facts', [...gone, ...rows.map((row) => row.isgl1_key)]);
  const changes: Change[] = [
    ...listFileChanges(view),
    change('rows', rows.map(encodeChunk), gone.map(single)),
    change('code', rows.map(encodeCode), gone.map(single)),
    listEdgeChange(view),
    change('references', [], gone.map(single)),
    change('summaries', [], [...readTuples(state, 'summaries', gone).keys()].map(single)),
    change('compiler_facts', [], [...staleFacts.keys()].map(single)),
    change('diagnostics', [], listTouchedDiagnostics(state, view)),
    ...dropPlan(state, plan),
  ];
  commitChanges(state, changes, 'promote');
}

/** The rows a plan touches with their temporal columns, in key order. */
export function readTemporalRows(
  state: GraphState,
  plan: string,
  readCurrent: (keys: RowKey[]) => Row[],
): Row[] {
  const view = openPlanView(state, plan);
  const current = new Map(
    readCurrent(view.changes.map(({ key }) => key)).map((row) => [row.isgl1_key as string, row]),
  );
  return view.changes.flatMap((planned) => {
    const row = current.get(planned.key);
    if (planned.action === 'Delete')
      return row === undefined ? [] : [{ ...row, future_ind: 0 as const, future_action: 'Delete' as const }];
    const future = view.rows.get(planned.key);
    if (future === undefined) return [];
    if (row !== undefined)
      return [{ ...row, future_action: 'Edit' as const, future_code: future.current_code }];
    return [createAbsentRow(future)];
  });
}

function createAbsentRow(future: Row): Row {
  return {
    ...future,
    current_ind: 0,
    future_ind: 1,
    future_action: 'Create',
    current_code: '',
    future_code: future.current_code,
  };
}

function listFileChanges(view: PlanView): Change[] {
  const puts: Tuple[] = [];
  const removes: Tuple[] = [];
  for (const [path, { facts }] of view.files) {
    if (facts === null) removes.push([path]);
    else puts.push(encodeFile(facts));
  }
  return [change('files', puts, removes)];
}

function listEdgeChange(view: PlanView): Change {
  const removes = [...view.edges.replaced.values()].map((edge): Tuple => [edge.from, edge.kind, edge.to]);
  return change(
    'edges',
    view.edges.added.map((edge) => encodeRecord(edge, [])),
    removes,
  );
}

function listTouchedDiagnostics(state: GraphState, view: PlanView): Tuple[] {
  const stale: Tuple[] = [];
  for (const tuple of scanTuples(state, 'diagnostics'))
    if (view.files.has(tuple[0] as string)) stale.push(tuple.slice(0, 4));
  return stale;
}

/** A row re-indexed since the plan was made must read as the plan found it, or as the plan leaves it. */
function assertFresh(state: GraphState, view: PlanView): void {
  const catalog = openCatalog(state);
  const stale = view.changes.filter(({ key, row }) => {
    const now = catalog.get(key)?.contentHash ?? null;
    return now !== (view.baseHashes.get(key) ?? null) && now !== (row?.content_hash ?? null);
  });
  if (stale.length === 0) return;
  const keys = stale.map(({ key }) => key as string);
  throw new StoreError('PT_STORE_PLAN_STALE', {
    message: `Plan "${view.plan}" was made against other text of ${keys[0] ?? ''}${keys.length > 1 ? ` and ${keys.length - 1} more` : ''}. Discard it and plan again`,
    details: { plan: view.plan, keys },
  });
}
