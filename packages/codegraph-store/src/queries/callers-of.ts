import type { RowKey } from '@parseltongue/isg-core';
import { DEFAULT_TIERS, describeAnswer } from '../answer/describe-answer.js';
import { fitHits, renderEntry, renderHit } from '../answer/fit-answer.js';
import type { WalkAnswer, WalkHit, WalkOptions } from '../contract.js';
import type { GraphState } from '../state/graph-state.js';
import { assertKeys, type GraphView, openView } from '../state/graph-view.js';
import { CALL_KINDS, type Step, walkEdges } from './walk-edges.js';

/** Rows that call the row, directly or over `depth` calls. Any row might be an unseen caller: the scope is the graph. */
export function callersOf(state: GraphState, key: RowKey, options: WalkOptions = {}): WalkAnswer {
  return answerWalk(state, key, { ...options, direction: 'callers' });
}

/** Rows that the row calls. What is missing can only hide in the rows that were visited: they are the scope. */
export function calleesOf(state: GraphState, key: RowKey, options: WalkOptions = {}): WalkAnswer {
  return answerWalk(state, key, { ...options, direction: 'callees' });
}

/** The hit of a step; its far end is the row one step closer to the seeds. */
export function createWalkHit(view: GraphView, step: Step): WalkHit | undefined {
  const entry = view.get(step.key);
  if (entry === undefined) return undefined;
  const { from, to, kind, resolution } = step.edge;
  const via = { key: from === step.key ? to : from, kind, resolution };
  return { ...renderEntry(entry, 'signatures'), depth: step.depth, via };
}

function answerWalk(
  state: GraphState,
  key: RowKey,
  options: WalkOptions & { direction: 'callers' | 'callees' },
): WalkAnswer {
  const view = openView(state, options.at);
  assertKeys(view, [key]);
  const tiers = options.tiers ?? DEFAULT_TIERS;
  const { direction, depth = 1 } = options;
  const steps = walkEdges(view, [key], { direction, kinds: CALL_KINDS, tiers, depth });
  const hits = steps.flatMap((step) => createWalkHit(view, step) ?? []);
  const fitted = fitHits(hits, {
    budget: options,
    detail: 'signatures',
    render: renderHit,
  });
  const visited = [key, ...steps.filter((step) => step.depth < depth).map((step) => step.key)];
  const scope = direction === 'callees' ? { scope: visited } : {};
  return { key, hits: fitted.hits, meta: describeAnswer(state, view, { tiers, fit: fitted.fit, ...scope }) };
}
