import type { FutureRow, Layout } from './future-row.js';
import type { RowKey } from './key.js';
import { type Chunk, createRow, type Row } from './row.js';

/**
 * The planned changes that turn one set of rows into another: what a proposal is made of.
 *
 * A row is edited when its own text, its interface, its parent or the places of its children change. Rows that only
 * move because something near them grew are unchanged. Output is in key order.
 */
export function diffRows(current: readonly Chunk[], future: readonly Chunk[]): FutureRow[] {
  const before = new Map(current.map((row) => [row.isgl1_key, row]));
  const after = new Set(future.map((row) => row.isgl1_key));
  const layoutBefore = collectLayouts(current);
  const layoutAfter = collectLayouts(future);
  const changes: FutureRow[] = [];
  for (const row of future) {
    const old = before.get(row.isgl1_key);
    const layout = layoutAfter.get(row.isgl1_key) ?? [];
    if (old === undefined) changes.push({ key: row.isgl1_key, action: 'Create', row, layout });
    else if (isChanged(old, row) || !isSameLayout(layoutBefore.get(row.isgl1_key) ?? [], layout)) {
      changes.push({ key: row.isgl1_key, action: 'Edit', row, layout });
    }
  }
  for (const row of current) {
    if (!after.has(row.isgl1_key)) changes.push({ key: row.isgl1_key, action: 'Delete', row: null });
  }
  return changes.sort((a, b) => (a.key < b.key ? -1 : 1));
}

/**
 * The rows as they will be once `changes` are applied to `current`; the inverse of {@link diffRows} but for the spans and
 * lines of rows that merely moved, which assembling gives.
 *
 * Rows that keep their text keep their temporal state; changed ones become current, as after a promotion.
 */
export function overlayRows(current: readonly Row[], changes: readonly FutureRow[]): Row[] {
  const planned = new Map(changes.map((change) => [change.key, change]));
  const places = collectPlaces(changes);
  const present = new Set(current.map((row) => row.isgl1_key));
  const kept = current.flatMap((row) => {
    const change = planned.get(row.isgl1_key);
    if (change === undefined) return [row];
    return change.row === null ? [] : [{ ...row, ...change.row }];
  });
  const created = changes.flatMap((change) =>
    change.row !== null && !present.has(change.key) ? [createRow(change.row)] : [],
  );
  return [...kept, ...created].map((row) => {
    const place = places.get(row.isgl1_key);
    return place === undefined ? row : { ...row, ...place };
  });
}

function isChanged(old: Chunk, row: Chunk): boolean {
  return (
    old.content_hash !== row.content_hash ||
    old.parent_key !== row.parent_key ||
    old.kind !== row.kind ||
    old.interface_signature !== row.interface_signature ||
    old.tdd_classification !== row.tdd_classification
  );
}

function collectLayouts(rows: readonly Chunk[]): Map<RowKey, Layout> {
  const layouts = new Map<RowKey, Layout>();
  const ordered = [...rows].sort((a, b) => a.parent_offset - b.parent_offset || a.order - b.order);
  for (const row of ordered) {
    if (row.parent_key === null) continue;
    const layout = layouts.get(row.parent_key) ?? [];
    layout.push({ key: row.isgl1_key, offset: row.parent_offset });
    layouts.set(row.parent_key, layout);
  }
  return layouts;
}

function collectPlaces(changes: readonly FutureRow[]): Map<RowKey, Pick<Chunk, 'parent_offset' | 'order'>> {
  const places = new Map<RowKey, Pick<Chunk, 'parent_offset' | 'order'>>();
  for (const change of changes) {
    if (change.row === null) continue;
    change.layout.forEach(({ key, offset }, order) => places.set(key, { parent_offset: offset, order }));
  }
  return places;
}

function isSameLayout(a: Layout, b: Layout): boolean {
  return (
    a.length === b.length && a.every((place, i) => place.key === b[i]?.key && place.offset === b[i].offset)
  );
}
