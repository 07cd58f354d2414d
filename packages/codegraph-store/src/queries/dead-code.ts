import type { RowKey, RowKind } from '@parseltongue/isg-core';
import { DEFAULT_TIERS, describeAnswer } from '../answer/describe-answer.js';
import { fitHits, renderEntry, renderHit } from '../answer/fit-answer.js';
import type {
  DeadCodeAnswer,
  DeadCodeExemption,
  DeadCodeHit,
  DeadCodeOptions,
} from '../contract-structure.js';
import type { GraphState } from '../state/graph-state.js';
import { type GraphView, openView } from '../state/graph-view.js';
import { openTextIndex } from '../state/indexes.js';
import type { CatalogEntry } from '../state/row-catalog.js';
import { type ExemptionScope, exemptRow, readSerdeNames } from './exempt-row.js';
import { readCodeOf } from './read-code.js';

const CANDIDATE_KINDS = new Set<RowKind>([
  'function',
  'method',
  'struct',
  'enum',
  'union',
  'trait',
  'const',
  'static',
  'type_alias',
  'associated_const',
  'macro',
]);
/** Their text is part of the program, whoever refers to them: a use in one of them is a use. */
const LIVE_KINDS = new Set<RowKind>([
  'file',
  'module',
  'impl',
  'extern_block',
  'macro_call',
  'associated_type',
]);

/**
 * Rows that no row the program starts from reaches over references of the tiers.
 *
 * The starts are containers, entry points, tests and whatever {@link exemptRow} knows to be used from outside.
 */
export function findDeadCode(state: GraphState, options: DeadCodeOptions = {}): DeadCodeAnswer {
  const view = openView(state, options.at);
  const tiers = options.tiers ?? DEFAULT_TIERS;
  const entries = view.entries();
  const unused = entries.filter((entry) => isUnused(view, entry, tiers));
  const exemptions = listExemptions(state, view, { unused, options });
  const live = reachLive(view, { entries, exemptions, tiers, options });
  const dead = entries.filter(({ key, kind }) => CANDIDATE_KINDS.has(kind) && !live.has(key));
  const hits = rankDead(state, view, { dead, tiers }).filter(
    ({ entry }) => options.crate === undefined || entry.crate === options.crate,
  );
  const fitted = fitHits(
    hits.map(({ hit }) => hit),
    { budget: options, detail: 'signatures', render: renderHit },
  );
  return {
    hits: fitted.hits,
    exempt: countExemptions(exemptions),
    meta: describeAnswer(state, view, { tiers, fit: fitted.fit }),
  };
}

function isUnused(view: GraphView, entry: CatalogEntry, tiers: readonly string[]): boolean {
  if (!CANDIDATE_KINDS.has(entry.kind)) return false;
  return !view
    .edgesTo(entry.key)
    .some((edge) => edge.kind !== 'contains' && edge.from !== entry.key && tiers.includes(edge.resolution));
}

/** Why rows without a user count as used. Public rows count as starts even when something uses them. */
function listExemptions(
  state: GraphState,
  view: GraphView,
  { unused, options }: { unused: readonly CatalogEntry[]; options: DeadCodeOptions },
): Map<string, DeadCodeExemption> {
  const types = view.entries().filter(({ kind }) => kind === 'struct' || kind === 'enum');
  const scope: ExemptionScope = {
    view,
    includePublic: options.includePublic === true,
    serdeNames: readSerdeNames(
      readCodeOf(
        state,
        view,
        types.map(({ key }) => key),
      ).values(),
    ),
    code: readCodeOf(
      state,
      view,
      unused.map(({ key }) => key),
    ),
  };
  const exemptions = new Map<string, DeadCodeExemption>();
  for (const entry of unused) {
    const reason = exemptRow(entry, scope);
    if (reason !== undefined) exemptions.set(entry.key, reason);
  }
  return exemptions;
}

function reachLive(
  view: GraphView,
  program: {
    entries: readonly CatalogEntry[];
    exemptions: ReadonlyMap<string, DeadCodeExemption>;
    tiers: readonly string[];
    options: DeadCodeOptions;
  },
): Set<string> {
  const { entries, exemptions, tiers, options } = program;
  const isStart = ({ key, kind, visibility, tdd }: CatalogEntry) =>
    LIVE_KINDS.has(kind) ||
    exemptions.has(key) ||
    tdd === 'TEST_IMPLEMENTATION' ||
    (options.includePublic !== true && visibility === 'public');
  const live = new Set<string>(entries.filter(isStart).map(({ key }) => key));
  const waiting = [...live];
  for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
    for (const edge of view.edgesFrom(key)) {
      if (edge.kind === 'contains' || live.has(edge.to) || !tiers.includes(edge.resolution)) continue;
      live.add(edge.to);
      waiting.push(edge.to);
    }
  }
  return live;
}

function rankDead(
  state: GraphState,
  view: GraphView,
  { dead, tiers }: { dead: readonly CatalogEntry[]; tiers: readonly string[] },
): { entry: CatalogEntry; hit: DeadCodeHit }[] {
  const text = openTextIndex(state);
  return dead
    .map((entry) => {
      const reason = isUnused(view, entry, tiers) ? 'no_reference' : 'only_dead_references';
      const mentions = Math.max(0, text.countRows(entry.name.replace(/!$/, '')) - 1);
      return { entry, hit: { ...renderEntry(entry, 'signatures'), reason, mentions } satisfies DeadCodeHit };
    })
    .sort((a, b) => a.hit.mentions - b.hit.mentions || compareKeys(a.hit.key, b.hit.key));
}

function countExemptions(
  exemptions: ReadonlyMap<string, DeadCodeExemption>,
): Record<DeadCodeExemption, number> {
  const counts: Record<DeadCodeExemption, number> = {
    entry_point: 0,
    test: 0,
    public_api: 0,
    trait_item: 0,
    foreign_interface: 0,
    attribute: 0,
    serde: 0,
    name_candidate: 0,
    allowed: 0,
  };
  for (const reason of exemptions.values()) counts[reason] += 1;
  return counts;
}

function compareKeys(a: RowKey, b: RowKey): number {
  return a < b ? -1 : 1;
}
