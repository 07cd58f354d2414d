import type { RowKind } from '@parseltongue/isg-core';
import type { ExactRow } from './exact-tier.js';
import type { PlacedDocument, PlacedOccurrence } from './place-occurrences.js';
import { classOfSymbol, isLocalSymbol, type SymbolClass } from './scip-symbol.js';

/** A row that defines a symbol. */
export interface DefiningRow {
  row: ExactRow;
  /** The row the definition stands in, which decides who sees a nested item. */
  outer: ExactRow | undefined;
  /** The row is this very definition, not the enum of a variant or a macro call that makes items. */
  isOwn: boolean;
}

/** Rows by symbol: several where targets of one package or bodies of one module share a name. */
export type Definitions = ReadonlyMap<string, readonly DefiningRow[]>;

/** Matches definitions to rows by file and position; symbols alone collide between the targets of a package. */
export function matchDefinitions(documents: readonly PlacedDocument[]): Definitions {
  const found = new Map<string, DefiningRow[]>();
  for (const { path, occurrences } of documents) {
    for (const occurrence of occurrences) {
      if (!occurrence.isDefinition) continue;
      const row = matchRow(occurrence);
      if (row === undefined) continue;
      const key = symbolKey(occurrence.symbol, path);
      const known = found.get(key);
      if (known === undefined) found.set(key, [row]);
      else if (!known.some((other) => other.row === row.row)) known.push(row);
    }
  }
  return found;
}

/** Where a symbol is looked up: local ones by their document. */
export function symbolKey(symbol: string, path: string): string {
  return isLocalSymbol(symbol) ? `${path} ${symbol}` : symbol;
}

/** The rows a reference may stand for; more than one when nothing tells them apart. */
export function rowsOfReference(
  definitions: Definitions,
  { symbol, start, row: from }: PlacedOccurrence,
): readonly DefiningRow[] {
  const all = definitions.get(symbolKey(symbol, from.file)) ?? [];
  if (all.length < 2) return all;
  const around = all.filter(
    ({ outer }) => outer?.file === from.file && outer.span.start <= start && start < outer.span.end,
  );
  const nearest = Math.min(...around.map(({ outer }) => sizeOf(outer)));
  return (
    [
      around.filter(({ outer }) => sizeOf(outer) === nearest),
      all.filter(({ row }) => row.file === from.file),
      all.filter(({ row }) => row.crate === from.crate),
    ].find((rows) => rows.length === 1) ?? all
  );
}

function sizeOf(row: ExactRow | undefined): number {
  return row === undefined ? Number.POSITIVE_INFINITY : row.span.end - row.span.start;
}

const KINDS: Readonly<Record<SymbolClass, readonly RowKind[]>> = {
  function: ['function', 'method'],
  type: ['struct', 'enum', 'union', 'trait', 'type_alias', 'associated_type'],
  value: ['const', 'static', 'associated_const'],
  // a procedural macro is a function
  macro: ['macro', 'function'],
  local: ['function', 'method', 'struct', 'enum', 'union', 'trait', 'type_alias', 'const', 'static'],
  other: [],
};
const ITEM_KEYWORD = /\b(?:fn|struct|enum|union|trait|type|const|static)\s+(?:(?:mut|ref)\s+)?$/;

function matchRow({ symbol, word, before, row, outer }: PlacedOccurrence): DefiningRow | undefined {
  const kind = classOfSymbol(symbol);
  const isNamed = KINDS[kind].includes(row.kind) && row.name.replace(/^r#|!$/g, '') === word;
  // a parameter or variable may have the name of the item around
  if (isNamed && (kind !== 'local' || ITEM_KEYWORD.test(before))) return { row, outer, isOwn: true };
  if (kind === 'type' && row.kind === 'enum') return { row, outer, isOwn: false };
  if (row.kind !== 'macro_call') return undefined;
  // a field and a constant have symbols of one form
  const isItem = kind === 'function' || kind === 'type' || (kind === 'value' && ITEM_KEYWORD.test(before));
  return isItem ? { row, outer, isOwn: false } : undefined;
}
