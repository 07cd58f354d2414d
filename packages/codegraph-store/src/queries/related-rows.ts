import type { EdgeKind, Resolution, RowKey } from '@parseltongue/isg-core';
import { DEFAULT_TIERS, describeAnswer } from '../answer/describe-answer.js';
import { fitHits, renderEntry, renderHit } from '../answer/fit-answer.js';
import type { WalkAnswer, WalkHit } from '../contract.js';
import type { RelationOptions } from '../contract-structure.js';
import type { EdgeRecord } from '../state/edge-index.js';
import type { GraphState } from '../state/graph-state.js';
import { assertKeys, type GraphView, openView } from '../state/graph-view.js';

const USE_KINDS: readonly EdgeKind[] = ['uses_type', 'implements', 'imports'];

/** The rows directly inside a row, by their place. */
export function childrenOf(state: GraphState, key: RowKey, options: RelationOptions = {}): WalkAnswer {
  const view = openView(state, options.at);
  assertKeys(view, [key]);
  const edges = view.edgesFrom(key).filter((edge) => edge.kind === 'contains');
  const hits = createHits(view, edges, 'to').sort((a, b) => a.line - b.line || compare(a.key, b.key));
  return answerRelation(state, view, { key, hits, options, scope: [] });
}

/** The `impl` rows of a trait, or of a type: its own and those that give it a trait. */
export function implementationsOf(state: GraphState, key: RowKey, options: RelationOptions = {}): WalkAnswer {
  const view = openView(state, options.at);
  assertKeys(view, [key]);
  const isTrait = view.get(key)?.kind === 'trait';
  const edges = view
    .edgesTo(key)
    .filter((edge) =>
      isTrait ? edge.kind === 'implements' : edge.kind === 'uses_type' && isSelfType(view, edge),
    );
  const hits = createHits(view, keepTiers(edges, options.tiers), 'from').filter((hit) => hit.kind === 'impl');
  return answerRelation(state, view, { key, hits, options });
}

/** Rows that name a type or a trait anywhere. */
export function usersOf(state: GraphState, key: RowKey, options: RelationOptions = {}): WalkAnswer {
  const view = openView(state, options.at);
  assertKeys(view, [key]);
  const edges = view.edgesTo(key).filter((edge) => USE_KINDS.includes(edge.kind) && edge.from !== key);
  const hits = createHits(view, keepTiers(edges, options.tiers), 'from');
  return answerRelation(state, view, { key, hits, options });
}

/** An impl's container says for whom it is: `Type` or `Trait@Type`, while it may name other types in its bounds. */
function isSelfType(view: GraphView, edge: EdgeRecord): boolean {
  if (edge.reason === 'impl-self') return true;
  const name = view.get(edge.to)?.name;
  const self = view.get(edge.from)?.name.split('@').at(-1) ?? '';
  return name !== undefined && (self === name || self.startsWith(`${name}<`));
}

function keepTiers(edges: readonly EdgeRecord[], tiers: readonly Resolution[] = DEFAULT_TIERS): EdgeRecord[] {
  return edges.filter(({ resolution }) => tiers.includes(resolution));
}

/** One hit a row, by key; of several edges the first kind in alphabetical order speaks. */
function createHits(view: GraphView, edges: readonly EdgeRecord[], end: 'from' | 'to'): WalkHit[] {
  const sorted = [...edges].sort((a, b) => compare(a[end], b[end]) || compare(a.kind, b.kind));
  const hits = new Map<string, WalkHit>();
  for (const edge of sorted) {
    const entry = view.get(edge[end]);
    if (entry === undefined || hits.has(entry.key)) continue;
    const via = { key: edge[end === 'from' ? 'to' : 'from'], kind: edge.kind, resolution: edge.resolution };
    hits.set(entry.key, { ...renderEntry(entry, 'signatures'), depth: 1, via });
  }
  return [...hits.values()];
}

function answerRelation(
  state: GraphState,
  view: GraphView,
  relation: { key: RowKey; hits: WalkHit[]; options: RelationOptions; scope?: readonly string[] },
): WalkAnswer {
  const { key, options, scope } = relation;
  const { hits, fit } = fitHits(relation.hits, { budget: options, detail: 'signatures', render: renderHit });
  const tiers = options.tiers ?? DEFAULT_TIERS;
  const meta = describeAnswer(state, view, { tiers, fit, ...(scope === undefined ? {} : { scope }) });
  return { key, hits, meta };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
