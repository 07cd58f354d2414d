import {
  type Edge,
  type EdgeKind,
  type ReferenceCounts,
  type RowKey,
  type Site,
  utf8Length,
} from '@parseltongue/isg-core';
import { numberAt } from '../indexed.js';
import type { Definition, SourceFile } from './model.js';

/** One reference as the code makes it. */
export interface Reference {
  file: SourceFile;
  /** Index of the row it stands in. */
  item: number;
  /** Byte offset of the name. */
  pos: number;
  name: string;
}

interface OpenEdge {
  kind: EdgeKind;
  to: RowKey;
  reason: string;
  sites: Map<number, Site>;
}

interface Counts {
  unresolved: number;
  external: Map<string, { crate: string; name: string; count: number }>;
}

/** Collects edges and counts, one edge a (from, to, kind) with its sites merged. */
export class EdgeRecorder {
  private readonly edges = new Map<RowKey, Map<string, OpenEdge>>();
  private readonly counts = new Map<RowKey, Counts>();

  /** Adds an edge to a row of the repository; what only the standard library defines is counted as external. */
  toDefinition(reference: Reference, target: Definition, kind: EdgeKind, reason: string): void {
    if (target.isStd) {
      this.external(
        reference,
        'std',
        target.owner === undefined ? target.name : `${ownerName(target.owner)}::${target.name}`,
      );
      return;
    }
    if (target.key === null) {
      this.unresolved(reference);
      return;
    }
    this.toRow(reference, target.key, kind, reason);
    if (kind === 'calls' && isTestOf(reference, target)) this.toRow(reference, target.key, 'tests', reason);
  }

  /** Adds an edge to a row by its key; a row made of macro text does not refer to itself. */
  toRow({ file, item, pos, name }: Reference, to: RowKey, kind: EdgeKind, reason: string): void {
    const source = file.items[item];
    if (source === undefined) return;
    const isOwnText = source.key === to && (source.chunk.kind === 'macro_call' || kind !== 'calls');
    if (isOwnText) return;
    let targets = this.edges.get(source.key);
    if (targets === undefined) {
      targets = new Map();
      this.edges.set(source.key, targets);
    }
    const id = `${kind} ${to}`;
    let edge = targets.get(id);
    if (edge === undefined) {
      edge = { kind, to, reason, sites: new Map() };
      targets.set(id, edge);
    }
    if (!edge.sites.has(pos))
      edge.sites.set(pos, { start: pos, end: pos + utf8Length(name), line: file.lineOf(pos) });
  }

  unresolved({ file, item }: Reference): void {
    const key = file.items[item]?.key;
    if (key !== undefined) this.countsOf(key).unresolved += 1;
  }

  external({ file, item }: Reference, crate: string, name: string): void {
    const key = file.items[item]?.key;
    if (key === undefined) return;
    const { external } = this.countsOf(key);
    const id = `${crate} ${name}`;
    const known = external.get(id);
    if (known === undefined) external.set(id, { crate, name, count: 1 });
    else known.count += 1;
  }

  private countsOf(key: RowKey): Counts {
    let counts = this.counts.get(key);
    if (counts === undefined) {
      counts = { unresolved: 0, external: new Map() };
      this.counts.set(key, counts);
    }
    return counts;
  }

  /** Forgets everything, ready for the next file. */
  clear(): void {
    this.edges.clear();
    this.counts.clear();
  }

  /** All edges by `from`, `to`, kind. */
  finishEdges(): Edge[] {
    const edges: Edge[] = [];
    for (const [from, targets] of [...this.edges].sort(byFirst)) {
      const open = [...targets.values()].sort((a, b) => compare(a.to, b.to) || compare(a.kind, b.kind));
      for (const { kind, to, reason, sites } of open) {
        const ordered = [...sites.values()].sort((a, b) => a.start - b.start);
        edges.push({ from, to, kind, resolution: 'typed', reason, sites: ordered });
      }
    }
    return edges;
  }

  /** Counts of every row that has any, by key. */
  finishCounts(): ReferenceCounts[] {
    return [...this.counts].sort(byFirst).map(([key, { unresolved, external }]) => ({
      key,
      unresolved_count: unresolved,
      external: [...external.values()].sort((a, b) => compare(a.crate, b.crate) || compare(a.name, b.name)),
    }));
  }
}

function ownerName(owner: Definition): string {
  return owner.kind === 'impl' ? owner.file.name(implName(owner)) : owner.name;
}

/** Symbol of the last segment of an impl's self type, 0 when it is no path. */
function implName(impl: Definition): number {
  const { code } = impl.file.facts;
  const node = impl.fact.type ?? 0;
  const isPath = node !== 0 && code[node] === 1;
  return isPath ? numberAt(code, node + 4 + (numberAt(code, node + 3) - 1) * 3) : 0;
}

/** A test that calls production code directly. */
function isTestOf({ file, item }: Reference, target: Definition): boolean {
  const source = file.items[item]?.chunk;
  const called = target.file.items[target.fact.item]?.chunk;
  const isFn = source?.kind === 'function' || source?.kind === 'method';
  return (
    isFn &&
    source.tdd_classification === 'TEST_IMPLEMENTATION' &&
    called?.tdd_classification === 'CODE_IMPLEMENTATION'
  );
}

function byFirst<T>(a: readonly [string, T], b: readonly [string, T]): number {
  return compare(a[0], b[0]);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
