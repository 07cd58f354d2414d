import type { CozoValue, QueryAnswer } from '../contract.js';
import { RELATION_NAMES } from '../schema/relations.js';
import type { GraphState } from '../state/graph-state.js';
import { loadTables } from '../state/tables.js';

export interface RawQuery {
  script: string;
  params: Readonly<Record<string, CozoValue>>;
  limit: number;
}

/** Loads what a script may mention, so that loading does not count as the script's own time. */
export function prepareQuery(state: GraphState, script: string): Promise<void> {
  return loadTables(
    state,
    RELATION_NAMES.filter((name) => script.includes(name)),
  );
}

/** Runs a raw script on this thread's own copy of the graph. It cannot write, and if it never ends it is ended. */
export async function runQuery(state: GraphState, { script, params, limit }: RawQuery): Promise<QueryAnswer> {
  const { headers, rows } = await state.engine.read(script, params);
  return { headers, rows: rows.slice(0, limit), total: rows.length, is_truncated: rows.length > limit };
}
