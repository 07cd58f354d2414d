import type { RowKey } from '@parseltongue/isg-core';
import type { GraphState } from '../state/graph-state.js';
import type { GraphView } from '../state/graph-view.js';
import { readTuples } from '../state/read-rows.js';

/** The own text of rows in the current or the planned graph. */
export function readCodeOf(state: GraphState, view: GraphView, keys: readonly RowKey[]): Map<string, string> {
  const stored = keys.filter((key) => view.plan?.rows.has(key) !== true);
  const code = new Map<string, string>();
  for (const [key, tuple] of readTuples(state, 'code', stored)) code.set(key, tuple[1] as string);
  for (const key of keys) {
    const planned = view.plan?.rows.get(key);
    if (planned !== undefined) code.set(key, planned.current_code);
  }
  return code;
}
