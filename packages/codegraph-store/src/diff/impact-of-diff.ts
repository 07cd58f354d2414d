import { isInsidePath, type RowKey } from '@parseltongue/isg-core';
import { DEFAULT_TIERS, describeAnswer } from '../answer/describe-answer.js';
import { fitHits, isTest, renderEntry, renderHit } from '../answer/fit-answer.js';
import type { RowHit, WalkHit } from '../contract.js';
import type { DiffImpactAnswer, DiffImpactOptions } from '../contract-change.js';
import { expandSeeds, groupLevels } from '../queries/blast-radius.js';
import { createWalkHit } from '../queries/callers-of.js';
import { REFERENCE_KINDS, walkEdges } from '../queries/walk-edges.js';
import type { GraphState } from '../state/graph-state.js';
import { type GraphView, openView } from '../state/graph-view.js';
import { parseUnifiedDiff } from './parse-unified-diff.js';
import { findTouchedRows } from './touched-rows.js';

const DEFAULT_DEPTH = 3;

/** What the items of an answer are; the budget is spent on rows first, then tests, then the rest of the radius. */
type ImpactHit =
  | { part: 'row'; hit: RowHit }
  | { part: 'test'; hit: WalkHit }
  | { part: 'level'; hit: WalkHit };

/** From the lines of a diff to rows, to what refers to them, to the tests that reach them. */
export function impactOfDiff(
  state: GraphState,
  diff: string,
  options: DiffImpactOptions = {},
): DiffImpactAnswer {
  const view = openView(state, options.at);
  const touched = parseUnifiedDiff(diff)
    .filter((file) => isInsidePath(file.after ?? file.before ?? ''))
    .map((file) => findTouchedRows(state, file, options));
  const keys = [...new Set(touched.flatMap((file) => file.keys))].sort();
  const tiers = options.tiers ?? DEFAULT_TIERS;
  const { rows, tests, radius } = walkImpact(view, keys, { depth: options.depth ?? DEFAULT_DEPTH, tiers });
  const items: ImpactHit[] = [
    ...rows.map((hit) => ({ part: 'row' as const, hit })),
    ...tests.map((hit) => ({ part: 'test' as const, hit })),
    ...radius.map((hit) => ({ part: 'level' as const, hit })),
  ];
  const fitted = fitHits(items, { budget: options, detail: 'signatures', render: renderImpact });
  const shown = (part: ImpactHit['part']) =>
    fitted.hits.flatMap((item) => (item.part === part ? [item.hit] : []));
  return {
    files: touched.map(({ file }) => file),
    rows: shown('row'),
    levels: groupLevels(radius, shown('level') as WalkHit[]),
    tests: shown('test') as WalkHit[],
    meta: describeAnswer(state, view, { tiers, fit: fitted.fit }),
  };
}

function walkImpact(
  view: GraphView,
  keys: readonly RowKey[],
  walk: { depth: number; tiers: DiffImpactOptions['tiers'] & {} },
): { rows: RowHit[]; tests: WalkHit[]; radius: WalkHit[] } {
  const rows = keys.flatMap((key) => {
    const entry = view.get(key);
    return entry === undefined ? [] : [renderEntry(entry, 'signatures')];
  });
  // A line between items touches their container alone, not everything inside it.
  const seeds = expandSeeds(
    view,
    keys.filter((key) => view.get(key)?.kind !== 'file'),
  );
  const steps = walkEdges(view, seeds, {
    direction: 'callers',
    kinds: REFERENCE_KINDS,
    tiers: walk.tiers,
    depth: Number.POSITIVE_INFINITY,
  });
  const hits = steps.flatMap((step) => createWalkHit(view, step) ?? []);
  const isRunnable = (hit: WalkHit) => isTest(hit) && (hit.kind === 'function' || hit.kind === 'method');
  return { rows, tests: hits.filter(isRunnable), radius: hits.filter((hit) => hit.depth <= walk.depth) };
}

function renderImpact(item: ImpactHit, level: 'bodies' | 'signatures' | 'keys' | 'counts'): ImpactHit {
  return { ...item, hit: renderHit(item.hit, level) } as ImpactHit;
}
