import type { EdgeKind, RowKey } from '@parseltongue/isg-core';
import { DEFAULT_TIERS, describeAnswer } from '../answer/describe-answer.js';
import { fitHits, renderEntry, renderHit } from '../answer/fit-answer.js';
import type { AnswerBudget, DetailLevel, RowHit, WalkHit } from '../contract.js';
import type { DanglingHit, DuplicateHit, PlanReviewAnswer } from '../contract-change.js';
import type { EdgeIndex } from '../state/edge-index.js';
import type { GraphState } from '../state/graph-state.js';
import { type GraphView, openView } from '../state/graph-view.js';
import { openEdges } from '../state/indexes.js';
import { openPlanView, type PlanView } from '../state/plan-view.js';
import type { CatalogEntry } from '../state/row-catalog.js';
import { groupLevels } from './blast-radius.js';
import { createWalkHit } from './callers-of.js';
import { REFERENCE_KINDS, walkEdges } from './walk-edges.js';

const DEFAULT_DEPTH = 3;
const NAMED_KINDS = new Set([
  'function',
  'method',
  'struct',
  'enum',
  'union',
  'trait',
  'const',
  'static',
  'macro',
]);

type ReviewHit =
  | { part: 'dangling'; hit: DanglingHit }
  | { part: 'duplicate'; hit: DuplicateHit }
  | { part: 'orphan'; hit: RowHit }
  | { part: 'level'; hit: WalkHit };

/** Orphans, duplicates, dangling callers and the blast radius of a plan; the budget is spent in the order of certainty. */
export function reviewPlan(
  state: GraphState,
  plan: string,
  options: AnswerBudget & { depth?: number } = {},
): PlanReviewAnswer {
  const planView = openPlanView(state, plan);
  const current = openView(state);
  const future = openView(state, { plan });
  const radius = walkRadius(current, planView, options.depth ?? DEFAULT_DEPTH);
  const items: ReviewHit[] = [
    ...findDangling(current, planView, openEdges(state)).map((hit) => ({ part: 'dangling' as const, hit })),
    ...findDuplicates(future, planView).map((hit) => ({ part: 'duplicate' as const, hit })),
    ...findOrphans(current, future, planView).map((hit) => ({ part: 'orphan' as const, hit })),
    ...radius.map((hit) => ({ part: 'level' as const, hit })),
  ];
  const fitted = fitHits(items, { budget: options, detail: 'signatures', render: renderReview });
  const shown = <P extends ReviewHit['part']>(part: P) =>
    fitted.hits.flatMap((item) =>
      item.part === part ? [item.hit as Extract<ReviewHit, { part: P }>['hit']] : [],
    );
  return {
    plan,
    orphans: shown('orphan'),
    duplicates: shown('duplicate'),
    dangling: shown('dangling'),
    levels: groupLevels(radius, shown('level')),
    meta: describeAnswer(state, future, { tiers: DEFAULT_TIERS, fit: fitted.fit }),
  };
}

/** References to rows that go, from rows whose text the plan leaves as it is. */
function findDangling(current: GraphView, plan: PlanView, edges: EdgeIndex): DanglingHit[] {
  const hits: DanglingHit[] = [];
  for (const missing of [...plan.goneKeys].sort()) {
    for (const edge of current.edgesTo(missing)) {
      const isKept = !plan.goneKeys.has(edge.from) && !plan.rewrittenKeys.has(edge.from);
      if (edge.kind === 'contains' || edge.resolution === 'name' || !isKept) continue;
      const entry = current.get(edge.from);
      if (entry === undefined) continue;
      const lines = edges.sitesOf(edge).filter((_, i) => i % 3 === 2);
      hits.push({ ...renderEntry(entry, 'signatures'), missing: missing as RowKey, lines });
    }
  }
  return hits.sort((a, b) => compare(a.key, b.key) || compare(a.missing, b.missing));
}

/** New rows that say again what a row of the future graph says already. */
function findDuplicates(future: GraphView, plan: PlanView): DuplicateHit[] {
  const created = plan.changes.flatMap(({ key, action }) => {
    const entry = action === 'Create' ? future.get(key) : undefined;
    return entry !== undefined && NAMED_KINDS.has(entry.kind) ? [entry] : [];
  });
  if (created.length === 0) return [];
  const byText = new Map<string, CatalogEntry[]>();
  const byName = new Map<string, CatalogEntry[]>();
  for (const entry of future.entries()) {
    if (!NAMED_KINDS.has(entry.kind)) continue;
    append(byText, entry.contentHash, entry);
    append(byName, `${entry.kind} ${entry.parentKey ?? ''} ${entry.name} ${entry.signature}`, entry);
  }
  return created.flatMap((entry) => {
    const name = `${entry.kind} ${entry.parentKey ?? ''} ${entry.name} ${entry.signature}`;
    const text = byText.get(entry.contentHash)?.find(({ key }) => key !== entry.key);
    const signature = byName.get(name)?.find(({ key }) => key !== entry.key);
    const other = text ?? signature;
    if (other === undefined) return [];
    const reason = text === undefined ? ('same_signature' as const) : ('same_text' as const);
    return [{ ...renderEntry(entry, 'signatures'), duplicate_of: other.key, reason }];
  });
}

/** Rows that only rows the plan deletes referred to, and new rows whose name no planned text holds. */
function findOrphans(current: GraphView, future: GraphView, plan: PlanView): RowHit[] {
  const lost = new Set<string>();
  for (const gone of plan.goneKeys)
    for (const edge of current.edgesFrom(gone))
      if (edge.kind !== 'contains' && !isUsed(future, edge.to) && future.get(edge.to) !== undefined)
        lost.add(edge.to);
  const planned = plan.changes.flatMap(({ row }) => (row === null ? [] : [row]));
  for (const { key, action, row } of plan.changes) {
    if (action !== 'Create' || !NAMED_KINDS.has(row.kind) || row.tdd_classification === 'TEST_IMPLEMENTATION')
      continue;
    const isNamed = planned.some((other) => other.isgl1_key !== key && other.current_code.includes(row.name));
    if (!isNamed && row.name !== 'main') lost.add(key);
  }
  return [...lost].sort().flatMap((key) => {
    const entry = future.get(key);
    return entry === undefined || !NAMED_KINDS.has(entry.kind) ? [] : [renderEntry(entry, 'signatures')];
  });
}

function isUsed(view: GraphView, key: string): boolean {
  const isUse = (kind: EdgeKind) => kind !== 'contains';
  return view
    .edgesTo(key)
    .some((edge) => isUse(edge.kind) && edge.from !== key && edge.resolution !== 'name');
}

function walkRadius(current: GraphView, plan: PlanView, depth: number): WalkHit[] {
  const seeds = plan.changes.flatMap(({ key }) => (current.get(key) === undefined ? [] : [key]));
  const steps = walkEdges(current, seeds, {
    direction: 'callers',
    kinds: REFERENCE_KINDS,
    tiers: DEFAULT_TIERS,
    depth,
  });
  return steps.flatMap((step) => createWalkHit(current, step) ?? []);
}

function renderReview(item: ReviewHit, level: DetailLevel): ReviewHit {
  return { ...item, hit: renderHit(item.hit, level) } as ReviewHit;
}

function append(groups: Map<string, CatalogEntry[]>, name: string, entry: CatalogEntry): void {
  const group = groups.get(name);
  if (group === undefined) groups.set(name, [entry]);
  else group.push(entry);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
