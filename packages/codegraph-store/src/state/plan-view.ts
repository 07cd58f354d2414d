import type { FileFacts, FutureRow, Row } from '@parseltongue/isg-core';
import { pathOfKey } from '@parseltongue/isg-core';
import { StoreError } from '../errors.js';
import { decodeFile, decodeFutureRow } from '../schema/row-codec.js';
import type { EdgeRecord } from './edge-index.js';
import type { GraphState } from './graph-state.js';
import { openCatalog, openEdges } from './indexes.js';
import { type OverlaidFile, overlayFile } from './overlay-file.js';
import { projectEdges } from './project-edges.js';
import { readRows } from './read-rows.js';
import { type CatalogEntry, createEntry } from './row-catalog.js';
import { readTuple, scanTuples } from './tables.js';

/** The graph as a plan would make it, for the files the plan touches; everything else is the current graph. */
export interface PlanView {
  plan: string;
  changes: readonly FutureRow[];
  /** `content_hash` of each planned row when it was proposed; null for a Create. */
  baseHashes: ReadonlyMap<string, string | null>;
  files: ReadonlyMap<string, PlannedFile>;
  entries: ReadonlyMap<string, CatalogEntry>;
  rows: ReadonlyMap<string, Row>;
  /** Rows of touched files that the plan takes away. */
  goneKeys: ReadonlySet<string>;
  /** Rows whose text the plan changes: their outgoing edges were read from the old text. */
  rewrittenKeys: ReadonlySet<string>;
  edges: ProjectedEdges;
}

export interface PlannedFile {
  rows: Row[];
  /** Null when the plan leaves no row of the file. */
  facts: FileFacts | null;
}

export interface ProjectedEdges {
  /** Current edges that the plan drops or changes. */
  replaced: ReadonlyMap<number, EdgeRecord>;
  added: readonly EdgeRecord[];
  addedFrom: ReadonlyMap<string, EdgeRecord[]>;
  addedTo: ReadonlyMap<string, EdgeRecord[]>;
}

/**
 * The view of a stored plan, kept until the next write.
 *
 * @throws StoreError PT_STORE_PLAN_UNKNOWN, PT_STORE_PLAN_BROKEN
 */
export function openPlanView(state: GraphState, plan: string): PlanView {
  const known = state.indexes.planViews.get(plan);
  if (known !== undefined) return known;
  assertPlan(state, plan);
  const rows = [...scanTuples(state, 'future')]
    .filter((tuple) => tuple[0] === plan)
    .sort((a, b) => ((a[1] as string) < (b[1] as string) ? -1 : 1));
  const baseHashes = new Map(rows.map((tuple) => [tuple[1] as string, tuple[3] as string | null]));
  const view = createPlanView(state, plan, { changes: rows.map(decodeFutureRow), baseHashes });
  state.indexes.planViews.set(plan, view);
  return view;
}

/** @throws StoreError PT_STORE_PLAN_UNKNOWN */
function assertPlan(state: GraphState, plan: string): void {
  if (readTuple(state, 'plans', plan) !== undefined) return;
  throw new StoreError('PT_STORE_PLAN_UNKNOWN', {
    message: `There is no plan "${plan}". Propose it first, or list the plans`,
    details: { plan },
  });
}

/** @throws StoreError PT_STORE_PLAN_BROKEN when a touched file cannot be assembled */
export function createPlanView(
  state: GraphState,
  plan: string,
  proposal: { changes: readonly FutureRow[]; baseHashes: ReadonlyMap<string, string | null> },
): PlanView {
  const { changes, baseHashes } = proposal;
  const catalog = openCatalog(state);
  const overlaid = new Map<string, OverlaidFile>();
  const goneKeys = new Set<string>();
  for (const [path, fileChanges] of groupByFile(changes)) {
    const keys = catalog.keysOfFile(path);
    const file = overlayFile(plan, path, { current: readRows(state, keys), changes: fileChanges });
    overlaid.set(path, file);
    const future = new Set(file.rows.map((row) => row.isgl1_key));
    for (const key of keys) if (!future.has(key)) goneKeys.add(key);
  }
  const rows = new Map(
    [...overlaid.values()].flatMap((file) => file.rows.map((row) => [row.isgl1_key as string, row])),
  );
  const rewrittenKeys = new Set(
    changes.flatMap(({ key, row }) =>
      row !== null && catalog.get(key)?.contentHash !== row.content_hash ? [key] : [],
    ),
  );
  return {
    plan,
    changes,
    baseHashes,
    files: planFiles(state, overlaid),
    entries: new Map([...rows].map(([key, row]) => [key, createEntry(row)])),
    rows,
    goneKeys,
    rewrittenKeys,
    edges: projectEdges({ catalog, edges: openEdges(state), overlaid, goneKeys }),
  };
}

function groupByFile(changes: readonly FutureRow[]): Map<string, FutureRow[]> {
  const groups = new Map<string, FutureRow[]>();
  for (const change of changes) {
    const path = change.row?.file ?? pathOfKey(change.key);
    const group = groups.get(path);
    if (group === undefined) groups.set(path, [change]);
    else group.push(change);
  }
  return groups;
}

function planFiles(state: GraphState, overlaid: ReadonlyMap<string, OverlaidFile>): Map<string, PlannedFile> {
  return new Map(
    [...overlaid].map(([path, file]): [string, PlannedFile] => [
      path,
      { rows: file.rows, facts: planFacts(path, file, readFile(state, path)) },
    ]),
  );
}

function readFile(state: GraphState, path: string): FileFacts | undefined {
  const tuple = readTuple(state, 'files', path);
  return tuple === undefined ? undefined : decodeFile(tuple);
}

function planFacts(path: string, file: OverlaidFile, current: FileFacts | undefined): FileFacts | null {
  const root = file.rows[0];
  if (root === undefined) return null;
  return {
    path,
    hash: file.hash,
    size_bytes: file.sizeBytes,
    mtime_ms: current?.mtime_ms ?? 0,
    line_count: file.lineCount,
    language: current?.language ?? (path.endsWith('.rs') ? 'rust' : 'unknown'),
    crate: root.crate,
    module_path: root.module_path,
  };
}
