import type { RowKey } from '@parseltongue/isg-core';
import { DEFAULT_TIERS, describeAnswer } from '../answer/describe-answer.js';
import { fitHits, renderHit } from '../answer/fit-answer.js';
import type { WalkOptions } from '../contract.js';
import type { PathAnswer } from '../contract-structure.js';
import type { GraphState } from '../state/graph-state.js';
import { assertKeys, openView } from '../state/graph-view.js';
import { createWalkHit } from './callers-of.js';
import { REFERENCE_KINDS, type Step, walkEdges } from './walk-edges.js';

/** The shortest path along references; of several the one with the smallest keys near its end. */
export function pathBetween(
  state: GraphState,
  ends: { from: RowKey; to: RowKey },
  options: WalkOptions = {},
): PathAnswer {
  const { from, to } = ends;
  const view = openView(state, options.at);
  assertKeys(view, [from, to]);
  const tiers = options.tiers ?? DEFAULT_TIERS;
  const depth = options.depth ?? Number.POSITIVE_INFINITY;
  const walked = walkEdges(view, [from], {
    direction: 'callees',
    kinds: REFERENCE_KINDS,
    tiers,
    depth,
    until: to,
  });
  const steps = traceBack(walked, from, to);
  const hits = steps.flatMap((step) => createWalkHit(view, step) ?? []);
  const fitted = fitHits(hits, { budget: options, detail: 'signatures', render: renderHit });
  // A missing path may hide behind any unanswered reference of a row that was reached.
  const scope = [from, ...(steps.length > 0 ? steps : walked).map((step) => step.key)];
  return {
    from,
    to,
    is_found: from === to || steps.length > 0,
    hits: fitted.hits,
    meta: describeAnswer(state, view, { tiers, fit: fitted.fit, scope }),
  };
}

function traceBack(walked: readonly Step[], from: RowKey, to: RowKey): Step[] {
  const byKey = new Map(walked.map((step) => [step.key, step]));
  const path: Step[] = [];
  for (let step = byKey.get(to); step !== undefined; step = byKey.get(step.edge.from)) path.unshift(step);
  return from === to ? [] : path;
}
