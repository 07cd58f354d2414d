import {
  assembleFile,
  type Chunk,
  estimateTokenCount,
  type RowKey,
  type Span,
  utf8Length,
} from '@parseltongue/isg-core';
import { StreamError } from '../errors.js';
import { splitText } from './split-text.js';

/** What one piece is made of: a leaf item, an item of the file's root with all inside it, the whole file. */
export type Granularity = 'item' | 'container' | 'file';

/** How a file is cut for a reader with a limited window. */
export interface PieceOptions {
  /** Default `item`. */
  granularity?: Granularity;
  /**
   * Neighbors are merged while they fit and larger pieces are split at line ends; default: neither. Tokens as
   * `estimateTokenCount` counts them, at least 8.
   */
  maxTokens?: number;
}

/** A stretch of one file. The pieces of a file in order are its text, byte for byte. */
export interface TextPiece {
  file: string;
  span: Span;
  /** First line, from 1. */
  line: number;
  /** Rows that begin in it, in byte order; none in the later parts of a row that was split. */
  keys: RowKey[];
  text: string;
  token_count: number;
}

const MIN_TOKENS = 8;

/**
 * Cuts the rows of one file into pieces for model input; rows and keys stay as they are. No rows, no pieces.
 *
 * What stands between items, and the head of an impl or module, goes with the item that follows; what ends a file or an
 * item goes with what stands before it.
 *
 * @throws StreamError PT_STREAM_OPTION_INVALID; CoreError PT_CORE_ASSEMBLY_BROKEN when the rows are not those of one file
 */
export function cutPieces(rows: readonly Chunk[], options: PieceOptions = {}): TextPiece[] {
  const { granularity = 'item', maxTokens } = options;
  assertOptions(granularity, maxTokens);
  if (rows.length === 0) return [];
  const { text } = assembleFile(rows);
  const bytes = Buffer.from(text);
  const cuts = listCuts(rows, granularity, bytes);
  const texts = cuts.map((start, index) => bytes.toString('utf8', start, cuts[index + 1] ?? bytes.length));
  const fitted = maxTokens === undefined ? texts : fitTexts(texts, maxTokens);
  return placePieces(fitted, rows);
}

const GRANULARITIES: readonly string[] = ['item', 'container', 'file'];

function assertOptions(granularity: string, maxTokens: number | undefined): void {
  if (!GRANULARITIES.includes(granularity)) {
    throw new StreamError('PT_STREAM_OPTION_INVALID', {
      message: `granularity is "${granularity}". Give one of ${GRANULARITIES.join(', ')}`,
      details: { option: 'granularity', value: granularity },
    });
  }
  if (maxTokens === undefined || (Number.isSafeInteger(maxTokens) && maxTokens >= MIN_TOKENS)) return;
  throw new StreamError('PT_STREAM_OPTION_INVALID', {
    message: `maxTokens is ${maxTokens}. Give a whole number from ${MIN_TOKENS}`,
    details: { option: 'maxTokens', value: String(maxTokens) },
  });
}

/** Byte offsets where pieces start, the first one 0. */
function listCuts(rows: readonly Chunk[], granularity: Granularity, bytes: Buffer): number[] {
  const byKey = new Map(rows.map((row) => [row.isgl1_key, row]));
  const units = rows.filter((row) => isUnit(row, granularity, byKey));
  const cuts = [0];
  units.slice(1).forEach(({ span }, index) => {
    const before = units[index];
    if (before !== undefined) cuts.push(endOfUnit(before, span.start, { byKey, bytes }));
  });
  return cuts;
}

type RowsByKey = ReadonlyMap<RowKey, Chunk>;

function isUnit(row: Chunk, granularity: Granularity, byKey: RowsByKey): boolean {
  const parent = row.parent_key === null ? undefined : byKey.get(row.parent_key);
  if (parent === undefined || granularity === 'file') return false;
  if (granularity === 'container') return parent.parent_key === null;
  // a function is read as a whole, also when it holds items of its own
  for (let around: Chunk | undefined = parent; around !== undefined; around = parentOf(around, byKey)) {
    if (isFunction(around)) return false;
  }
  return isFunction(row) || !CONTAINERS.has(row.kind);
}

const CONTAINERS: ReadonlySet<Chunk['kind']> = new Set(['module', 'impl', 'trait', 'extern_block']);

function isFunction({ kind }: Chunk): boolean {
  return kind === 'function' || kind === 'method';
}

function parentOf(row: Chunk, byKey: RowsByKey): Chunk | undefined {
  return row.parent_key === null ? undefined : byKey.get(row.parent_key);
}

/** After the unit, after every container that ends with it, and after the rest of the line when it is blank. */
function endOfUnit(
  unit: Chunk,
  limit: number,
  { byKey, bytes }: { byKey: RowsByKey; bytes: Buffer },
): number {
  let end = unit.span.end;
  for (let around = parentOf(unit, byKey); around !== undefined; around = parentOf(around, byKey)) {
    if (around.span.end <= limit) end = Math.max(end, around.span.end);
  }
  const rest = /^[ \t\r]*\n/.exec(bytes.toString('latin1', end, Math.min(limit, end + MAX_BLANK_BYTES)));
  return end + (rest?.[0].length ?? 0);
}

const MAX_BLANK_BYTES = 200;

function fitTexts(texts: readonly string[], maxTokens: number): string[] {
  const fitted: string[] = [];
  for (const part of texts.flatMap((text) => splitText(text, maxTokens))) {
    const last = fitted.at(-1);
    if (last !== undefined && estimateTokenCount(last + part) <= maxTokens)
      fitted[fitted.length - 1] = last + part;
    else fitted.push(part);
  }
  return fitted;
}

function placePieces(texts: readonly string[], rows: readonly Chunk[]): TextPiece[] {
  const starts = [...rows].sort((a, b) => a.span.start - b.span.start);
  let next = 0;
  let start = 0;
  let line = 1;
  return texts.map((text, index) => {
    const end = start + utf8Length(text);
    const keys: RowKey[] = [];
    const isLast = index === texts.length - 1;
    for (let row = starts[next]; row !== undefined && (isLast || row.span.start < end); row = starts[next]) {
      keys.push(row.isgl1_key);
      next += 1;
    }
    const file = rows[0]?.file ?? '';
    const piece = { file, span: { start, end }, line, keys, text, token_count: estimateTokenCount(text) };
    start = end;
    line += text.split('\n').length - 1;
    return piece;
  });
}
