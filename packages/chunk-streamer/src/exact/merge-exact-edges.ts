import type { Edge, RowKey, Site } from '@parseltongue/isg-core';
import { pathOfKey } from '@parseltongue/isg-core';
import type { ExactTier } from './exact-tier.js';

/**
 * Merges the edges of the typed tier with the compiler's.
 *
 * A typed edge the compiler confirms at one of its sites becomes `exact` and keeps its kind and reason; a site where the
 * compiler names something else is dropped, the edge with its last site; where it says nothing the edge stays typed.
 * References only the compiler knows are added. Order: by from, to, kind.
 */
export function mergeExactEdges(typed: Iterable<Edge>, tier: Pick<ExactTier, 'edges' | 'elsewhere'>): Edge[] {
  const said = new Statements(tier);
  const merged = new Map<string, Edge>();
  for (const edge of typed) {
    const kept = judge(edge, said);
    if (kept !== undefined) merged.set(identify(kept), kept);
  }
  for (const edge of tier.edges) {
    const sites = edge.sites.filter(({ start }) => !said.isTaken(edge, start));
    if (sites.length > 0) addTo(merged, { ...edge, sites });
  }
  return [...merged].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, edge]) => edge);
}

/** Undefined when the compiler names something else at every site. */
function judge(edge: Edge, said: Statements): Edge | undefined {
  if (edge.kind === 'contains' || edge.sites.length === 0) return edge;
  const sites: Site[] = [];
  let isConfirmed = false;
  for (const site of edge.sites) {
    const verdict = said.about(edge, site.start);
    if (verdict === 'same') {
      isConfirmed = true;
      said.take(edge, site.start);
    }
    // one import may bring a type, a value and a macro, of which the compiler names one
    if (verdict !== 'other' || edge.kind === 'imports') sites.push(site);
  }
  if (sites.length === 0) return undefined;
  return { ...edge, resolution: isConfirmed ? 'exact' : edge.resolution, sites };
}

function addTo(merged: Map<string, Edge>, edge: Edge): void {
  const id = identify(edge);
  const known = merged.get(id);
  if (known === undefined) {
    merged.set(id, edge);
    return;
  }
  const starts = new Set(known.sites.map(({ start }) => start));
  const sites = [...known.sites, ...edge.sites.filter(({ start }) => !starts.has(start))];
  merged.set(id, { ...known, resolution: 'exact', sites: sites.sort((a, b) => a.start - b.start) });
}

function identify({ from, to, kind }: Edge): string {
  return `${from}\n${to}\n${kind}`;
}

/** What the compiler says by file and offset. */
class Statements {
  private readonly targets = new Map<string, Map<number, Set<RowKey>>>();
  private readonly elsewhere = new Map<string, Set<number>>();
  private readonly taken = new Set<string>();

  constructor({ edges, elsewhere }: Pick<ExactTier, 'edges' | 'elsewhere'>) {
    for (const { from, to, sites } of edges) {
      const path = pathOfKey(from);
      const byOffset = this.targets.get(path) ?? new Map<number, Set<RowKey>>();
      this.targets.set(path, byOffset);
      for (const { start } of sites) {
        const known = byOffset.get(start);
        if (known === undefined) byOffset.set(start, new Set([to]));
        else known.add(to);
      }
    }
    for (const [path, offsets] of Object.entries(elsewhere)) this.elsewhere.set(path, new Set(offsets));
  }

  about({ from, to }: Edge, offset: number): 'same' | 'other' | 'nothing' {
    const path = pathOfKey(from);
    const targets = this.targets.get(path)?.get(offset);
    if (targets !== undefined) return targets.has(to) ? 'same' : 'other';
    return this.elsewhere.get(path)?.has(offset) === true ? 'other' : 'nothing';
  }

  /** Syntax knows better what kind of reference it is: the site is not added a second time. */
  take({ from, to }: Edge, offset: number): void {
    this.taken.add(`${pathOfKey(from)} ${offset} ${to}`);
  }

  isTaken({ from, to }: Edge, offset: number): boolean {
    return this.taken.has(`${pathOfKey(from)} ${offset} ${to}`);
  }
}
