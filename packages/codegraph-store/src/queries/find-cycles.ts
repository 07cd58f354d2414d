import type { EdgeKind } from '@parseltongue/isg-core';
import { DEFAULT_TIERS, describeAnswer } from '../answer/describe-answer.js';
import { fitHits } from '../answer/fit-answer.js';
import type { DetailLevel } from '../contract.js';
import type { Cycle, CyclesAnswer, CyclesOptions } from '../contract-structure.js';
import type { GraphState } from '../state/graph-state.js';
import { type GraphView, openView } from '../state/graph-view.js';
import { findConnectedGroups } from './connected-groups.js';
import { CALL_KINDS, REFERENCE_KINDS } from './walk-edges.js';

interface NamedGraph {
  /** In order. */
  names: readonly string[];
  successors: readonly (readonly number[])[];
}

/** Rows that reach each other by calls, or files by references of any kind; containment is no dependency. */
export function findCycles(state: GraphState, options: CyclesOptions = {}): CyclesAnswer {
  const view = openView(state, options.at);
  const tiers = options.tiers ?? DEFAULT_TIERS;
  const graph = collectGraph(view, {
    tiers: new Set(tiers),
    kinds: new Set(options.level === 'files' ? REFERENCE_KINDS : CALL_KINDS),
    isByFile: options.level === 'files',
  });
  const cycles = findConnectedGroups(graph.successors)
    .filter((group) => group.length > 1 || isSelfLoop(graph, group[0] ?? 0))
    .map((group) => createCycle(graph, group))
    .sort(
      (a, b) => b.members.length - a.members.length || ((a.members[0] ?? '') < (b.members[0] ?? '') ? -1 : 1),
    );
  const { hits, fit } = fitHits(cycles, { budget: options, detail: 'keys', render: keepCycle });
  return { cycles: hits, meta: describeAnswer(state, view, { tiers, fit }) };
}

function collectGraph(
  view: GraphView,
  walk: { tiers: ReadonlySet<string>; kinds: ReadonlySet<EdgeKind>; isByFile: boolean },
): NamedGraph {
  const entries = view.entries();
  const nameOf = (entry: { key: string; file: string }) => (walk.isByFile ? entry.file : entry.key);
  const names = [...new Set(entries.map(nameOf))].sort();
  const numbers = new Map(names.map((name, i) => [name, i]));
  const successors = names.map((): Set<number> => new Set());
  for (const entry of entries) {
    const own = numbers.get(nameOf(entry)) as number;
    for (const edge of view.edgesFrom(entry.key)) {
      if (!walk.kinds.has(edge.kind) || !walk.tiers.has(edge.resolution)) continue;
      const target = view.get(edge.to);
      const number = target === undefined ? undefined : numbers.get(nameOf(target));
      // A file that refers to itself is every file.
      if (number !== undefined && !(walk.isByFile && number === own)) successors[own]?.add(number);
    }
  }
  return { names, successors: successors.map((targets) => [...targets].sort((a, b) => a - b)) };
}

function isSelfLoop({ successors }: NamedGraph, node: number): boolean {
  return successors[node]?.includes(node) === true;
}

function createCycle({ names, successors }: NamedGraph, group: readonly number[]): Cycle {
  const members = new Set(group);
  let edges = 0;
  for (const node of group) for (const target of successors[node] ?? []) if (members.has(target)) edges += 1;
  return { members: group.map((node) => names[node] ?? ''), edges };
}

function keepCycle(cycle: Cycle, _level: DetailLevel): Cycle {
  return cycle;
}
