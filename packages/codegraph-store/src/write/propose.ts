import {
  CoreError,
  type FutureEvent,
  type FutureRow,
  type FutureState,
  nextState,
  pathOfKey,
} from '@parseltongue/isg-core';
import { StoreError } from '../errors.js';
import type { Tuple } from '../schema/relations.js';
import { encodeFutureRow } from '../schema/row-codec.js';
import { commitChanges } from '../state/commit.js';
import type { GraphState } from '../state/graph-state.js';
import { reportUnknownRow } from '../state/graph-view.js';
import { openCatalog } from '../state/indexes.js';
import { createPlanView } from '../state/plan-view.js';
import { readTuple, scanTuples } from '../state/tables.js';
import { change } from './commit-draft.js';
import { assertChunk, checked, reportRecord } from './ingest-draft.js';

const UNCHANGED: FutureState = { current_ind: 1, future_ind: 1, future_action: 'None' };
const EVENTS: Record<FutureRow['action'], FutureEvent> = {
  Create: 'propose_create',
  Edit: 'propose_edit',
  Delete: 'propose_delete',
};

/**
 * Makes `rows` the whole future of the plan, replacing what it proposed before.
 *
 * A plan that cannot be assembled is refused here, so that every stored plan can be asked about and promoted.
 *
 * @throws StoreError PT_STORE_ROW_UNKNOWN, PT_STORE_TRANSITION_ILLEGAL, PT_STORE_KEY_DUPLICATE, PT_STORE_PLAN_BROKEN
 */
export function proposePlan(state: GraphState, plan: string, rows: readonly FutureRow[]): void {
  assertPlanName(plan);
  const baseHashes = new Map(rows.map((row) => [row.key as string, checkFutureRow(state, plan, row)]));
  if (baseHashes.size !== rows.length) throw reportDuplicate(rows);
  const sorted = [...rows].sort((a, b) => (a.key < b.key ? -1 : 1));
  createPlanView(state, plan, { changes: sorted, baseHashes });
  const tuples = sorted.map((row) =>
    checked(row.key, encodeFutureRow(plan, row, baseHashes.get(row.key) ?? null)),
  );
  commitChanges(
    state,
    [
      change('plans', [[plan, new Date().toISOString()]], []),
      change('future', tuples, listFutureKeys(state, plan)),
    ],
    'propose',
  );
}

/** Drops the plan. A plan that does not exist is gone already. */
export function discardPlan(state: GraphState, plan: string): void {
  if (readTuple(state, 'plans', plan) === undefined) return;
  commitChanges(state, dropPlan(state, plan), 'discard');
}

/** The changes that end a plan. */
export function dropPlan(state: GraphState, plan: string) {
  return [change('plans', [], [[plan]]), change('future', [], listFutureKeys(state, plan))];
}

function listFutureKeys(state: GraphState, plan: string): Tuple[] {
  return [...scanTuples(state, 'future')].flatMap((tuple) => (tuple[0] === plan ? [tuple.slice(0, 2)] : []));
}

/** Checks one planned row against the current graph; returns the hash of the text it starts from. */
function checkFutureRow(state: GraphState, plan: string, future: FutureRow): string | null {
  const current = openCatalog(state).get(future.key);
  if (current === undefined && future.action !== 'Create') throw reportUnknownRow(future.key);
  assertTransition(plan, future, current === undefined ? undefined : UNCHANGED);
  if (future.row !== null) {
    if (future.row.isgl1_key !== future.key)
      throw reportRecord(future.key, `its row has the key ${future.row.isgl1_key}`);
    assertChunk(future.row);
  } else if (pathOfKey(future.key) !== current?.file) {
    throw reportRecord(future.key, 'its key does not name its file');
  }
  return current?.contentHash ?? null;
}

function assertTransition(plan: string, future: FutureRow, current: FutureState | undefined): void {
  const event = EVENTS[future.action];
  try {
    nextState(current, event);
  } catch (cause) {
    if (!CoreError.isInstance(cause)) throw cause;
    const { state } = cause.details as { state: string };
    throw new StoreError('PT_STORE_TRANSITION_ILLEGAL', {
      message: `Plan "${plan}" cannot ${event.replace('_', ' ')} ${future.key}: the row is ${state}. Read the row again before planning`,
      details: { plan, key: future.key, state, event },
      cause,
    });
  }
}

function assertPlanName(plan: string): void {
  if (plan !== '' && plan.length <= 200) return;
  throw new StoreError('PT_STORE_OPTION_INVALID', {
    message: 'A plan needs a name of 1 to 200 characters',
    details: { option: 'plan', problem: `${plan.length} characters` },
  });
}

function reportDuplicate(rows: readonly FutureRow[]): StoreError {
  const seen = new Set<string>();
  const key = rows.find((row) => seen.size === seen.add(row.key).size)?.key ?? '';
  return new StoreError('PT_STORE_KEY_DUPLICATE', {
    message: `A plan names ${key} twice. Give each row one future`,
    details: { key },
  });
}
