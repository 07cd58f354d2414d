import type { Edge, EdgeKind, RowKey, Site } from '@parseltongue/isg-core';
import type { ExactRow } from './exact-tier.js';
import { type DefiningRow, type Definitions, rowsOfReference } from './match-definitions.js';
import type { PlacedDocument, PlacedOccurrence } from './place-occurrences.js';
import { classOfSymbol, edgeKindOf, packageOfSymbol } from './scip-symbol.js';

/** What the references of an index come to. */
export interface CollectedReferences {
  edges: Edge[];
  elsewhere: Record<string, number[]>;
  /** References by the row they stand for. */
  counts: Map<RowKey, number>;
  references: number;
  ambiguous: number;
}

const REASON = 'scip';

/** Makes edges of the references whose definition is one row, and notes those that lead out of the rows for sure. */
export function collectEdges(
  documents: readonly PlacedDocument[],
  definitions: Definitions,
): CollectedReferences {
  const own = packagesOf(documents);
  const edges = new EdgeTable();
  const collected: CollectedReferences = {
    edges: [],
    elsewhere: {},
    counts: new Map(),
    references: 0,
    ambiguous: 0,
  };
  for (const { path, occurrences } of documents) {
    const outside: number[] = [];
    for (const occurrence of occurrences) {
      if (occurrence.isDefinition) continue;
      collected.references += 1;
      const rows = rowsOfReference(definitions, occurrence);
      const [target] = rows;
      if (rows.length > 1) collected.ambiguous += 1;
      else if (target !== undefined) addReference(occurrence, target, { edges, collected });
      else if (isOutside(occurrence, own)) outside.push(occurrence.start);
    }
    if (outside.length > 0) collected.elsewhere[path] = outside;
  }
  collected.edges = edges.finish();
  return collected;
}

/** Packages that define something in the indexed documents. */
function packagesOf(documents: readonly PlacedDocument[]): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { occurrences } of documents) {
    for (const { symbol, isDefinition } of occurrences) if (isDefinition) found.add(packageOfSymbol(symbol));
  }
  return found;
}

/** A local, or an item of a package that is not in the repository; fields, modules and parameters make no edge anyway. */
function isOutside({ symbol }: PlacedOccurrence, own: ReadonlySet<string>): boolean {
  const kind = classOfSymbol(symbol);
  if (kind === 'local') return true;
  return (kind === 'function' || kind === 'type' || kind === 'macro') && !own.has(packageOfSymbol(symbol));
}

function addReference(
  occurrence: PlacedOccurrence,
  { row: to }: DefiningRow,
  { edges, collected }: { edges: EdgeTable; collected: CollectedReferences },
): void {
  const { row: from, symbol, isImport } = occurrence;
  collected.counts.set(to.isgl1_key, (collected.counts.get(to.isgl1_key) ?? 0) + 1);
  const kind = isImport ? 'imports' : (edgeKindOf(symbol) ?? kindOfRow(to));
  if (kind === undefined || isOwnText(from, to, kind)) return;
  edges.add(occurrence, to, kind);
  if (kind === 'calls' && isTestOf(from, to)) edges.add(occurrence, to, 'tests');
}

/** An item inside a body has a local symbol, which says nothing of its kind. */
function kindOfRow({ kind }: ExactRow): EdgeKind | undefined {
  if (kind === 'function' || kind === 'method') return 'calls';
  return kind === 'module' ? undefined : 'uses_type';
}

/** A row that names itself is no reference, but for a function that calls itself. */
function isOwnText(from: ExactRow, to: ExactRow, kind: EdgeKind): boolean {
  return from.isgl1_key === to.isgl1_key && (kind !== 'calls' || from.kind === 'macro_call');
}

function isTestOf(from: ExactRow, to: ExactRow): boolean {
  const isFunction = from.kind === 'function' || from.kind === 'method';
  return (
    isFunction &&
    from.tdd_classification === 'TEST_IMPLEMENTATION' &&
    to.tdd_classification === 'CODE_IMPLEMENTATION'
  );
}

/** Edges by (from, to, kind), their sites merged. */
class EdgeTable {
  private readonly edges = new Map<string, Edge>();

  add({ row, start, end, line }: PlacedOccurrence, to: ExactRow, kind: EdgeKind): void {
    const id = `${row.isgl1_key}\n${to.isgl1_key}\n${kind}`;
    let edge = this.edges.get(id);
    if (edge === undefined) {
      edge = {
        from: row.isgl1_key,
        to: to.isgl1_key,
        kind,
        resolution: 'exact',
        reason: REASON,
        sites: [],
      };
      this.edges.set(id, edge);
    }
    const site: Site = { start, end, line };
    if (edge.sites[edge.sites.length - 1]?.start !== start) edge.sites.push(site);
  }

  /** By from, to, kind. */
  finish(): Edge[] {
    return [...this.edges.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, edge]) => edge);
  }
}
