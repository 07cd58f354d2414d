import type { CozoValue, QueryAnswer } from '../contract.js';
import { RELATION_NAMES } from '../schema/relations.js';
import type { GraphState } from '../state/graph-state.js';
import { loadTables } from '../state/tables.js';

/** Runs a raw script on this thread's own copy of the graph. It cannot write, and if it never ends the thread is ended. */
export function runQuery(
  state: GraphState,
  script: string,
  params: Readonly<Record<string, CozoValue>>,
  limit: number,
): QueryAnswer {
  const mentioned = RELATION_NAMES.filter((name) => script.includes(name));
  loadTables(state, mentioned);
  const { headers, rows } = state.engine.read(script, params);
  return { headers, rows: rows.slice(0, limit), total: rows.length, is_truncated: rows.length > limit };
}
