import type { Span } from '@parseltongue/isg-core';
import type { ExactRow } from './exact-tier.js';
import { findUseRanges, isInRanges } from './find-use-ranges.js';
import type { ScipDocument, ScipSymbol } from './parse-scip.js';
import { RowCursor } from './row-cursor.js';
import { createTextOffsets } from './text-offsets.js';

/** An occurrence at its place in the bytes of its file. */
export interface PlacedOccurrence {
  symbol: string;
  isDefinition: boolean;
  start: number;
  end: number;
  /** From 1. */
  line: number;
  /** The word that stands there, without `r#`. */
  word: string;
  /** The words before it on its line. */
  before: string;
  /** Innermost row around. */
  row: ExactRow;
  /** The row around that row; undefined when it is the file's. */
  outer: ExactRow | undefined;
  isImport: boolean;
}

/** One document on the text it was made from. */
export interface PlacedDocument {
  path: string;
  occurrences: PlacedOccurrence[];
  symbols: readonly ScipSymbol[];
}

const MAX_BEFORE = 40;
const DOT = 0x2e;

/** Puts the occurrences of a document on the bytes of its file and into its rows; what fits nowhere is left out. */
export function placeOccurrences(
  document: ScipDocument,
  { path, bytes, rows }: { path: string; bytes: Buffer; rows: readonly ExactRow[] },
): PlacedDocument {
  const offsetOf = createTextOffsets(bytes, document.encoding);
  const uses = findUseRanges(bytes.toString('utf8'));
  const spans = document.occurrences.flatMap((occurrence) => {
    const start = offsetOf(occurrence.line, occurrence.startColumn);
    const end = offsetOf(occurrence.line, occurrence.endColumn);
    return start === undefined || end === undefined || end <= start ? [] : [{ occurrence, start, end }];
  });
  spans.sort((a, b) => a.start - b.start);
  const cursor = new RowCursor(rows);
  const occurrences = spans.flatMap(({ occurrence: { symbol, isDefinition, line }, start, end }) => {
    const around = cursor.around(start);
    const row = around[around.length - 1];
    // the dot of `.await` is said to call `poll` as well
    if (row === undefined || bytes[start] === DOT) return [];
    const place = { start, end, line: line + 1, row, outer: around[around.length - 2] };
    return [
      {
        symbol,
        isDefinition,
        ...place,
        ...wordsAt(bytes, { start, end }),
        isImport: isInRanges(uses, start),
      },
    ];
  });
  return { path, occurrences, symbols: document.symbols };
}

function wordsAt(bytes: Buffer, { start, end }: Span): { word: string; before: string } {
  const word = bytes.toString('utf8', start, end).replace(/^r#/, '');
  return { word, before: bytes.toString('latin1', Math.max(0, start - MAX_BEFORE), start) };
}
