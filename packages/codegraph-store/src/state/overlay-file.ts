import {
  type AssembledText,
  assembleFile,
  type FutureRow,
  overlayRows,
  ParseltongueError,
  type Row,
  type Span,
} from '@parseltongue/isg-core';
import { StoreError } from '../errors.js';
import { hashText } from './read-rows.js';

export interface OverlaidFile {
  /** In byte order, the file row first, with the spans and lines the assembled text gives them. */
  rows: Row[];
  hash: string;
  sizeBytes: number;
  lineCount: number;
}

/**
 * The rows of one file as a plan would make them.
 *
 * @throws StoreError PT_STORE_PLAN_BROKEN when the future rows do not assemble to a file
 */
export function overlayFile(
  plan: string,
  path: string,
  input: { current: readonly Row[]; changes: readonly FutureRow[] },
): OverlaidFile {
  const future = overlayRows(input.current, input.changes);
  if (future.length === 0) return { rows: [], hash: hashText(''), sizeBytes: 0, lineCount: 0 };
  const { text, spans } = assemble(plan, path, future);
  const bytes = Buffer.from(text, 'utf8');
  const newlines = collectNewlines(bytes);
  const rows = future.map((row) => {
    const span = spans.get(row.isgl1_key) ?? row.span;
    // Compiler facts belong to the bytes of the old file.
    return { ...row, span, line: countBefore(newlines, span.start) + 1, lsp_meta_data: null };
  });
  return {
    rows: sortByBytes(rows),
    hash: hashText(text),
    sizeBytes: bytes.length,
    lineCount: countLines(bytes, newlines),
  };
}

/** Rows in byte order, containers before what they contain. */
export function sortByBytes(rows: readonly Row[]): Row[] {
  return [...rows].sort(
    (a, b) =>
      Number(b.parent_key === null) - Number(a.parent_key === null) ||
      a.span.start - b.span.start ||
      lengthOf(b.span) - lengthOf(a.span) ||
      a.order - b.order ||
      (a.isgl1_key < b.isgl1_key ? -1 : 1),
  );
}

function assemble(plan: string, path: string, rows: readonly Row[]): AssembledText {
  try {
    return assembleFile(rows);
  } catch (cause) {
    if (!ParseltongueError.isInstance(cause)) throw cause;
    const problem = (cause.details as { problem?: string }).problem ?? cause.message;
    throw new StoreError('PT_STORE_PLAN_BROKEN', {
      message: `Plan "${plan}" leaves ${path} in pieces: ${problem}. Propose every row of the file that changes, with its layout`,
      details: { plan, file: path, problem },
      cause,
    });
  }
}

function collectNewlines(bytes: Buffer): number[] {
  const offsets: number[] = [];
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) offsets.push(at);
  return offsets;
}

function countBefore(offsets: readonly number[], position: number): number {
  let low = 0;
  let high = offsets.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((offsets[middle] as number) < position) low = middle + 1;
    else high = middle;
  }
  return low;
}

function countLines(bytes: Buffer, newlines: readonly number[]): number {
  const isOpenEnded = bytes.length > 0 && bytes[bytes.length - 1] !== 10;
  return newlines.length + (isOpenEnded ? 1 : 0);
}

function lengthOf(span: Span): number {
  return span.end - span.start;
}
