import type { Resolution, Row } from '@parseltongue/isg-core';
import type { EdgeIndex, EdgeRecord } from './edge-index.js';
import type { OverlaidFile } from './overlay-file.js';
import type { ProjectedEdges } from './plan-view.js';
import type { RowCatalog } from './row-catalog.js';

/** Edges that exist only in a plan have no place in the index. */
const PLANNED = -1;

export interface EdgeProjection {
  catalog: RowCatalog;
  edges: EdgeIndex;
  overlaid: ReadonlyMap<string, OverlaidFile>;
  goneKeys: ReadonlySet<string>;
}

/**
 * What a plan does to the edges before anyone resolves its new text.
 *
 * Edges that lose an end are dropped. Edges that leave a touched file stay, because a change rarely takes a reference
 * away and too many callers are safer than too few; what the compiler vouched for is only ours now (`exact` becomes
 * `typed`), and their sites are given up, because they were places in the old text. Containment follows the rows.
 */
export function projectEdges(projection: EdgeProjection): ProjectedEdges {
  const { edges, goneKeys, overlaid, catalog } = projection;
  const replaced = new Map<number, EdgeRecord>();
  const added: EdgeRecord[] = [];
  for (const key of goneKeys)
    for (const edge of [...edges.from(key), ...edges.to(key)]) replaced.set(edge.id, edge);
  for (const row of [...overlaid.values()].flatMap((file) => file.rows)) {
    for (const edge of edges.from(row.isgl1_key)) {
      const next = demoteEdge(edge, edges.sitesOf(edge).length > 0);
      if (replaced.has(edge.id) || next === edge) continue;
      replaced.set(edge.id, edge);
      added.push(next);
    }
    if (row.parent_key !== null && !catalog.has(row.isgl1_key))
      added.push(createContainment(row, row.parent_key));
  }
  return { replaced, added, addedFrom: groupBy(added, 'from'), addedTo: groupBy(added, 'to') };
}

function demoteEdge(edge: EdgeRecord, hasSites: boolean): EdgeRecord {
  if (edge.kind === 'contains') return edge;
  const resolution: Resolution = edge.resolution === 'exact' ? 'typed' : edge.resolution;
  if (resolution === edge.resolution && !hasSites) return edge;
  return { ...edge, id: PLANNED, resolution };
}

function createContainment(row: Row, parent: NonNullable<Row['parent_key']>): EdgeRecord {
  return {
    from: parent,
    to: row.isgl1_key,
    kind: 'contains',
    resolution: 'typed',
    reason: 'syntax',
    id: PLANNED,
  };
}

function groupBy(edges: readonly EdgeRecord[], end: 'from' | 'to'): Map<string, EdgeRecord[]> {
  const groups = new Map<string, EdgeRecord[]>();
  for (const edge of edges) {
    const group = groups.get(edge[end]);
    if (group === undefined) groups.set(edge[end], [edge]);
    else group.push(edge);
  }
  return groups;
}
