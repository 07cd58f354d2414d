import type { EdgeKind, Resolution, RowKey } from '@parseltongue/isg-core';
import { StoreError } from '../errors.js';
import type { EdgeRecord } from '../state/edge-index.js';
import type { GraphView } from '../state/graph-view.js';

export const CALL_KINDS: readonly EdgeKind[] = ['calls', 'uses_macro', 'tests'];
export const REFERENCE_KINDS: readonly EdgeKind[] = [
  'calls',
  'uses_type',
  'implements',
  'imports',
  'tests',
  'uses_macro',
];

export interface Step {
  key: RowKey;
  depth: number;
  edge: EdgeRecord;
}

export interface Walk {
  direction: 'callers' | 'callees';
  kinds: readonly EdgeKind[];
  tiers: readonly Resolution[];
  depth: number;
  /** The walk ends with the level that reaches this row. */
  until?: RowKey;
}

/**
 * Walks breadth first from the seeds; each row is reached once, by the shortest walk.
 *
 * Steps come by depth, then key. Of several edges into a row at one depth the one from the smallest key is told.
 */
export function walkEdges(view: GraphView, seeds: readonly RowKey[], walk: Walk): Step[] {
  assertDepth(walk.depth);
  const seen = new Set<string>(seeds);
  const steps: Step[] = [];
  let frontier: RowKey[] = [...seeds].sort();
  for (let depth = 1; depth <= walk.depth && frontier.length > 0; depth += 1) {
    const level = collectLevel(view, frontier, { walk, seen });
    frontier = [...level.keys()].sort();
    for (const key of frontier) {
      seen.add(key);
      steps.push({ key, depth, edge: level.get(key) as EdgeRecord });
    }
    if (walk.until !== undefined && seen.has(walk.until)) break;
  }
  return steps;
}

/** The rows one edge beyond the frontier that were not seen before, each with the edge that tells of it. */
function collectLevel(
  view: GraphView,
  frontier: readonly RowKey[],
  { walk, seen }: { walk: Walk; seen: ReadonlySet<string> },
): Map<RowKey, EdgeRecord> {
  const isCallers = walk.direction === 'callers';
  const level = new Map<RowKey, EdgeRecord>();
  for (const key of frontier) {
    for (const edge of isCallers ? view.edgesTo(key) : view.edgesFrom(key)) {
      const next = isCallers ? edge.from : edge.to;
      if (!walk.kinds.includes(edge.kind) || !walk.tiers.includes(edge.resolution) || seen.has(next))
        continue;
      const known = level.get(next);
      if (known === undefined || isBefore(edge, known, walk.direction)) level.set(next, edge);
    }
  }
  return level;
}

function isBefore(a: EdgeRecord, b: EdgeRecord, direction: Walk['direction']): boolean {
  const endOf = (edge: EdgeRecord) => (direction === 'callers' ? edge.to : edge.from);
  return endOf(a) === endOf(b) ? a.kind < b.kind : endOf(a) < endOf(b);
}

function assertDepth(depth: number): void {
  if (depth === Number.POSITIVE_INFINITY || (Number.isInteger(depth) && depth >= 1)) return;
  throw new StoreError('PT_STORE_OPTION_INVALID', {
    message: `depth must be a whole number of at least 1, not ${depth}`,
    details: { option: 'depth', problem: String(depth) },
  });
}
