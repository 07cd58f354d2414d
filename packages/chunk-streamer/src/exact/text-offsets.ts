import type { ScipEncoding } from './parse-scip.js';

/** Turns a line and column of a document into a byte offset; undefined when the text has no such place. */
export type TextOffsets = (line: number, column: number) => number | undefined;

const LINE_FEED = 10;

/** Builds the table of line starts; lines end at a line feed, whatever stands before it. */
export function createTextOffsets(bytes: Uint8Array, encoding: ScipEncoding): TextOffsets {
  const starts = [0];
  for (let at = bytes.indexOf(LINE_FEED); at !== -1; at = bytes.indexOf(LINE_FEED, at + 1))
    starts.push(at + 1);
  const endOf = (line: number): number => (starts[line + 1] ?? bytes.length + 1) - 1;
  return (line, column) => {
    const start = starts[line];
    if (start === undefined) return undefined;
    const offset =
      encoding === 'utf8' ? start + column : advance(bytes, { start, end: endOf(line), column, encoding });
    return offset <= endOf(line) ? offset : undefined;
  };
}

interface Advance {
  start: number;
  end: number;
  column: number;
  encoding: ScipEncoding;
}

/** Walks code points until the column is reached. */
function advance(bytes: Uint8Array, { start, end, column, encoding }: Advance): number {
  let at = start;
  for (let units = 0; units < column && at < end; ) {
    const lead = bytes[at] ?? 0;
    const size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    units += encoding === 'utf16' && size === 4 ? 2 : 1;
    at += size;
  }
  return at;
}
