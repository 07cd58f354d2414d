/** Cuts at `separator` outside all brackets; the `>` of `->` and `=>` closes nothing. Empty pieces are dropped. */
export function splitTopLevel(text: string, separator: string): string[] {
  const pieces: string[] = [];
  let start = 0;
  for (let at = findTopLevel(text, separator, 0); at !== -1; at = findTopLevel(text, separator, start)) {
    pieces.push(text.slice(start, at));
    start = at + separator.length;
  }
  pieces.push(text.slice(start));
  return pieces.map((piece) => piece.trim()).filter((piece) => piece !== '');
}

/** Index of `needle` outside all brackets at or after `from`, -1 when there is none. */
export function findTopLevel(text: string, needle: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    if (depth === 0 && text.startsWith(needle, at)) return at;
    depth += depthChange(text, at);
  }
  return -1;
}

/** Index just behind the `>` that closes the `<` at `open`. */
export function skipGenerics(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at += 1) {
    depth += depthChange(text, at);
    if (depth === 0) return at + 1;
  }
  return text.length;
}

function depthChange(text: string, at: number): number {
  switch (text[at]) {
    case '(':
    case '[':
    case '{':
    case '<':
      return 1;
    case ')':
    case ']':
    case '}':
      return -1;
    case '>':
      return text[at - 1] === '-' || text[at - 1] === '=' ? 0 : -1;
    default:
      return 0;
  }
}
