// Comments, strings, characters and attributes; a lifetime is no character.
const TRIVIA =
  /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|\bb?r(#*)"[\s\S]*?(?:"\1|$)|b?"(?:[^"\\]|\\[\s\S])*(?:"|$)|b?'(?:[^'\\\n]|\\(?:u\{[^}]*\}|x..|.))'/g;

/**
 * Rust source with comments dropped and the content of strings and characters emptied, so that brackets and names
 * found in it are code. Positions change; unterminated pieces reach to the end.
 */
export function maskSource(code: string): string {
  return code.replace(TRIVIA, (piece) => (piece.startsWith('/') ? ' ' : '""'));
}

/** Masked source without its attributes. */
export function dropAttributes(masked: string): string {
  let result = '';
  let cursor = 0;
  for (let at = masked.indexOf('#'); at !== -1; at = masked.indexOf('#', Math.max(at + 1, cursor))) {
    const open = masked[at + 1] === '!' ? at + 2 : at + 1;
    if (masked[open] !== '[') continue;
    const end = findClosing(masked, open);
    result += masked.slice(cursor, at);
    cursor = end + 1;
  }
  return result + masked.slice(cursor);
}

const CLOSERS: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** Index of the bracket that closes the one at `open`, the end of the text when none does. Counts one kind only. */
export function findClosing(text: string, open: number): number {
  const opener = text[open] ?? '';
  const closer = CLOSERS[opener] ?? '';
  let depth = 0;
  for (let at = open; at < text.length; at += 1) {
    const char = text[at];
    if (char === opener) depth += 1;
    else if (char === closer) {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return text.length;
}
