import { DEFAULT_TIERS, describeAnswer } from '../answer/describe-answer.js';
import { fitHits, renderEntry, renderHit } from '../answer/fit-answer.js';
import { openCheckpoint } from '../checkpoints/open-checkpoint.js';
import type { AnswerBudget } from '../contract.js';
import type { GraphDiffAnswer, GraphDiffHit, GraphRef, RowChange } from '../contract-change.js';
import { listFiles } from '../queries/read-graph.js';
import type { GraphState } from '../state/graph-state.js';
import { type GraphView, openView } from '../state/graph-view.js';
import type { CatalogEntry } from '../state/row-catalog.js';

interface OpenSide extends Disposable {
  state: GraphState;
  view: GraphView;
  at: 'current' | { plan: string };
}

/** What is different between two states of the graph: rows by what changed of them, edges and files by number. */
export function diffGraphs(
  state: GraphState,
  sides: { before: GraphRef; after: GraphRef },
  options: AnswerBudget = {},
): GraphDiffAnswer {
  using before = openSide(state, sides.before);
  using after = openSide(state, sides.after);
  const rows = diffRowsOf(before.view, after.view);
  const counts: Record<RowChange, number> = {
    added: 0,
    removed: 0,
    moved: 0,
    interface: 0,
    code: 0,
    place: 0,
  };
  for (const { change } of rows) counts[change] += 1;
  const { hits, fit } = fitHits(rows, { budget: options, detail: 'signatures', render: renderHit });
  return {
    rows: hits,
    counts,
    edges: diffSets(collectEdges(before.view), collectEdges(after.view)),
    files: diffSets(collectFiles(before), collectFiles(after)),
    meta: describeAnswer(after.state, after.view, { tiers: [...DEFAULT_TIERS, 'name'], fit }),
  };
}

function openSide(state: GraphState, ref: GraphRef): OpenSide {
  if (ref === 'current' || 'plan' in ref)
    return { state, view: openView(state, ref), at: ref, [Symbol.dispose]: () => undefined };
  const checkpoint = openCheckpoint(state, ref.checkpoint);
  return {
    state: checkpoint.state,
    view: openView(checkpoint.state),
    at: 'current',
    [Symbol.dispose]: () => checkpoint[Symbol.dispose](),
  };
}

function diffRowsOf(before: GraphView, after: GraphView): GraphDiffHit[] {
  const hits: GraphDiffHit[] = [];
  const removed = new Map<string, CatalogEntry>();
  for (const entry of before.entries()) if (after.get(entry.key) === undefined) removed.set(entry.key, entry);
  const movable = groupByText(removed.values());
  for (const entry of after.entries()) {
    const old = before.get(entry.key);
    const change = old === undefined ? 'added' : compareEntries(old, entry);
    if (change === undefined) continue;
    const origin = old === undefined ? movable.get(textOf(entry))?.pop() : undefined;
    if (origin !== undefined) {
      removed.delete(origin.key);
      hits.push({ ...renderEntry(entry, 'signatures'), change: 'moved', previous_key: origin.key });
    } else hits.push({ ...renderEntry(entry, 'signatures'), change });
  }
  for (const entry of removed.values()) hits.push({ ...renderEntry(entry, 'signatures'), change: 'removed' });
  return hits.sort((a, b) => (a.key < b.key ? -1 : 1));
}

function compareEntries(old: CatalogEntry, entry: CatalogEntry): RowChange | undefined {
  if (old.signature !== entry.signature) return 'interface';
  if (old.contentHash !== entry.contentHash) return 'code';
  const isSamePlace =
    old.kind === entry.kind &&
    old.tdd === entry.tdd &&
    old.visibility === entry.visibility &&
    old.parentKey === entry.parentKey;
  return isSamePlace ? undefined : 'place';
}

function groupByText(entries: Iterable<CatalogEntry>): Map<string, CatalogEntry[]> {
  const groups = new Map<string, CatalogEntry[]>();
  for (const entry of entries) {
    const group = groups.get(textOf(entry));
    if (group === undefined) groups.set(textOf(entry), [entry]);
    else group.unshift(entry);
  }
  return groups;
}

/** A row is the same elsewhere when its kind, name and text are. */
function textOf(entry: CatalogEntry): string {
  return `${entry.kind} ${entry.name} ${entry.contentHash}`;
}

function collectEdges(view: GraphView): Map<string, string> {
  const edges = new Map<string, string>();
  for (const { key } of view.entries())
    for (const edge of view.edgesFrom(key))
      edges.set(`${edge.from}\n${edge.kind}\n${edge.to}`, edge.resolution);
  return edges;
}

function collectFiles({ state, at }: OpenSide): Map<string, string> {
  return new Map(listFiles(state, { at }).map((file) => [file.path, file.hash]));
}

function diffSets(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): { added: number; removed: number; changed: number } {
  let added = 0;
  let changed = 0;
  for (const [key, value] of after) {
    const old = before.get(key);
    if (old === undefined) added += 1;
    else if (old !== value) changed += 1;
  }
  return { added, removed: before.size - (after.size - added), changed };
}
