import type { Resolution } from '@parseltongue/isg-core';
import type { AnswerMeta } from '../contract.js';
import type { EdgeRecord } from '../state/edge-index.js';
import type { GraphState } from '../state/graph-state.js';
import type { GraphView } from '../state/graph-view.js';
import { openEdges, openUnresolved } from '../state/indexes.js';
import { readTuple } from '../state/tables.js';
import type { Fit } from './fit-answer.js';

export const DEFAULT_TIERS: readonly Resolution[] = ['exact', 'typed'];

/**
 * Completes an answer's account of itself.
 *
 * `scope` is the rows whose outgoing references decide how complete the answer is; the whole graph when absent.
 */
export function describeAnswer(
  state: GraphState,
  view: GraphView,
  answer: {
    tiers: readonly Resolution[];
    fit: Fit;
    scope?: Iterable<string>;
  },
): AnswerMeta {
  return {
    tiers: [...answer.tiers],
    unresolved_share:
      answer.scope === undefined ? shareOfGraph(state) : shareOfRows(state, view, answer.scope),
    indexed_at: readMeta(state, 'indexed_at'),
    ...answer.fit,
    rewritten: view.plan?.rewrittenKeys.size ?? 0,
  };
}

/** A value of the `meta` relation; null when it was never written. */
export function readMeta(state: GraphState, name: string): string | null {
  return (readTuple(state, 'meta', name)?.[1] as string | undefined) ?? null;
}

/** Unresolved references over all references of the current graph; containment is no reference. */
export function shareOfGraph(state: GraphState): number {
  if (state.indexes.unresolvedShare !== undefined) return state.indexes.unresolvedShare;
  let unresolved = 0;
  for (const count of openUnresolved(state).values()) unresolved += count;
  let resolved = 0;
  for (const edge of openEdges(state).all()) if (isReference(edge)) resolved += 1;
  state.indexes.unresolvedShare = toShare(unresolved, resolved);
  return state.indexes.unresolvedShare;
}

function shareOfRows(state: GraphState, view: GraphView, keys: Iterable<string>): number {
  const counts = openUnresolved(state);
  let unresolved = 0;
  let resolved = 0;
  for (const key of keys) {
    unresolved += counts.get(key) ?? 0;
    for (const edge of view.edgesFrom(key)) if (isReference(edge)) resolved += 1;
  }
  return toShare(unresolved, resolved);
}

function isReference(edge: EdgeRecord): boolean {
  return edge.kind !== 'contains' && edge.resolution !== 'name';
}

function toShare(unresolved: number, resolved: number): number {
  const all = unresolved + resolved;
  return all === 0 ? 0 : Math.round((unresolved / all) * 10_000) / 10_000;
}
