/** The text of doc comments without markers and common indentation; pieces are joined by line breaks. */
export function readDoc(pieces: readonly string[]): string {
  return pieces.map(stripMarkers).join('\n').trim();
}

/** The documentation that stands in `#[doc = ".."]`, null when the value is no plain string. */
export function readDocAttribute(args: string): string | null {
  const raw = /^r(#*)"([\s\S]*)"\1$/.exec(args)?.[2];
  if (raw !== undefined) return raw;
  const plain = /^"((?:[^"\\]|\\[\s\S])*)"$/.exec(args)?.[1];
  return plain?.replace(/\\(["\\n])/g, (_, char: string) => (char === 'n' ? '\n' : char)) ?? null;
}

function stripMarkers(piece: string): string {
  if (piece.startsWith('//')) return piece.slice(3).replace(/^ /, '').trimEnd();
  if (!piece.startsWith('/*')) return piece;
  const lines = piece
    .slice(3)
    .replace(/\*\/\s*$/, '')
    .split(/\r?\n/);
  return lines
    .map((line) => line.replace(/^\s*\*? ?/, '').trimEnd())
    .join('\n')
    .trim();
}
