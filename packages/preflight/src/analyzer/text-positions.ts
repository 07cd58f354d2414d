/** A place as the protocol counts it: line from 0, characters in the negotiated encoding. */
export interface TextPosition {
  line: number;
  character: number;
}

/** How the characters of a line are counted. */
export type PositionEncoding = 'utf-8' | 'utf-16';

/** Converts between byte offsets of one text and positions of the protocol. */
export interface TextPositions {
  offsetOf(position: TextPosition): number;
  positionOf(offset: number): TextPosition;
}

/** Creates the converter of one text; positions beyond the end are clamped to it. */
export function createTextPositions(text: string, encoding: PositionEncoding): TextPositions {
  const bytes = Buffer.from(text, 'utf8');
  const starts = findLineStarts(bytes);
  const endOf = (line: number): number => starts[line + 1] ?? bytes.length;
  return {
    offsetOf({ line, character }) {
      const start = starts[line];
      if (start === undefined) return bytes.length;
      if (encoding === 'utf-8') return Math.min(start + character, endOf(line));
      const lineText = bytes.toString('utf8', start, endOf(line));
      return start + Buffer.byteLength(lineText.slice(0, character), 'utf8');
    },
    positionOf(offset) {
      const clamped = Math.min(offset, bytes.length);
      const line = findLine(starts, clamped);
      const start = starts[line] ?? 0;
      const character =
        encoding === 'utf-8' ? clamped - start : bytes.toString('utf8', start, clamped).length;
      return { line, character };
    },
  };
}

function findLineStarts(bytes: Buffer): number[] {
  const starts = [0];
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) starts.push(at + 1);
  return starts;
}

function findLine(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
