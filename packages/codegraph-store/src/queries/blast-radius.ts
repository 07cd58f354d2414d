import type { GraphAt, RowKey } from '@parseltongue/isg-core';
import { DEFAULT_TIERS, describeAnswer } from '../answer/describe-answer.js';
import { costOf, fitHits, isTest, renderHit } from '../answer/fit-answer.js';
import type {
  AffectedTest,
  AffectedTestsAnswer,
  BlastAnswer,
  BlastLevel,
  WalkHit,
  WalkOptions,
} from '../contract.js';
import type { GraphState } from '../state/graph-state.js';
import { assertKeys, type GraphView, openView } from '../state/graph-view.js';
import { createWalkHit } from './callers-of.js';
import { REFERENCE_KINDS, walkEdges } from './walk-edges.js';

const DEFAULT_DEPTH = 3;

/** Rows that refer to the given rows or to anything inside them, by distance, tests apart. */
export function blastRadius(
  state: GraphState,
  keys: readonly RowKey[],
  options: WalkOptions = {},
): BlastAnswer {
  const view = openView(state, options.at);
  assertKeys(view, keys);
  const seeds = expandSeeds(view, keys);
  const tiers = options.tiers ?? DEFAULT_TIERS;
  const depth = options.depth ?? DEFAULT_DEPTH;
  const steps = walkEdges(view, seeds, { direction: 'callers', kinds: REFERENCE_KINDS, tiers, depth });
  const all = steps.flatMap((step) => createWalkHit(view, step) ?? []);
  const fitted = fitHits(all, {
    budget: options,
    detail: 'signatures',
    render: renderHit,
  });
  return {
    seeds,
    levels: groupLevels(all, fitted.hits),
    meta: describeAnswer(state, view, { tiers, fit: fitted.fit }),
  };
}

/** Test functions from which the rows can be reached, nearest first. */
export function affectedTests(
  state: GraphState,
  keys: readonly RowKey[],
  options: { at?: GraphAt } = {},
): AffectedTestsAnswer {
  const view = openView(state, options.at);
  assertKeys(view, keys);
  const seeds = expandSeeds(view, keys);
  const steps = walkEdges(view, seeds, {
    direction: 'callers',
    kinds: REFERENCE_KINDS,
    tiers: DEFAULT_TIERS,
    depth: Number.POSITIVE_INFINITY,
  });
  const reached = [...seeds.map((key) => ({ key, depth: 0 })), ...steps];
  const tests = reached.flatMap(({ key, depth }) => createAffectedTest(view, key, depth) ?? []);
  tests.sort((a, b) => a.distance - b.distance || (a.key < b.key ? -1 : 1));
  const fit = {
    token_cost: costOf(tests),
    total: tests.length,
    shown: tests.length,
    level: 'keys' as const,
    next_offset: null,
  };
  return { tests, meta: describeAnswer(state, view, { tiers: DEFAULT_TIERS, fit }) };
}

/** A container stands for what it contains: a change of an `impl` may touch every method of it. */
export function expandSeeds(view: GraphView, keys: readonly RowKey[]): RowKey[] {
  const seeds = new Set<RowKey>(keys);
  const files = new Set(keys.map((key) => view.get(key)?.file ?? ''));
  for (const file of files) {
    const children = groupChildren(view, file);
    const waiting = keys.filter((key) => view.get(key)?.file === file);
    for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
      seeds.add(key);
      for (const child of children.get(key) ?? []) waiting.push(child);
    }
  }
  return [...seeds].sort();
}

function groupChildren(view: GraphView, file: string): Map<string, RowKey[]> {
  const children = new Map<string, RowKey[]>();
  for (const key of view.keysOfFile(file)) {
    const parent = view.get(key)?.parentKey ?? null;
    if (parent === null) continue;
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [key]);
    else siblings.push(key);
  }
  return children;
}

/** Hits by distance with the totals of all; only those shown are listed. */
export function groupLevels(all: readonly WalkHit[], shown: readonly WalkHit[]): BlastLevel[] {
  const levels = new Map<number, BlastLevel>();
  for (const hit of all) {
    const level = levels.get(hit.depth) ?? {
      depth: hit.depth,
      code: [],
      tests: [],
      code_total: 0,
      tests_total: 0,
    };
    if (isTest(hit)) level.tests_total += 1;
    else level.code_total += 1;
    levels.set(hit.depth, level);
  }
  for (const hit of shown) levels.get(hit.depth)?.[isTest(hit) ? 'tests' : 'code'].push(hit);
  return [...levels.values()];
}

function createAffectedTest(view: GraphView, key: RowKey, distance: number): AffectedTest | undefined {
  const entry = view.get(key);
  if (entry === undefined || !isTest(entry)) return undefined;
  if (entry.kind !== 'function' && entry.kind !== 'method') return undefined;
  return { key, file: entry.file, name: entry.name, distance };
}
