const WORD = /[\p{L}\p{N}_]+/gu;
const PART = /\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|\p{N}+|\p{Lo}+/gu;
/** Words that nearly every signature or sentence holds; they cost memory and tell nothing. */
const COMMON = new Set([
  ...['pub', 'fn', 'let', 'mut', 'self', 'crate', 'where', 'impl', 'rs', 'src'],
  ...[
    'the',
    'an',
    'of',
    'and',
    'or',
    'to',
    'in',
    'is',
    'it',
    'for',
    'this',
    'that',
    'with',
    'as',
    'by',
    'be',
  ],
]);

/**
 * Splits code and prose into lower-case search terms: every identifier as a whole and its snake, camel and digit parts.
 *
 * `HttpServer::read_line2` gives `httpserver`, `http`, `server`, `read_line2`, `read`, `line`.
 */
export function tokenizeCode(text: string): string[] {
  const terms: string[] = [];
  for (const [word] of text.matchAll(WORD)) {
    const whole = word.toLowerCase();
    appendTerm(terms, whole);
    const parts = word.match(PART);
    if (parts === null || parts.length < 2) {
      if (parts?.[0] !== undefined && parts[0].length !== word.length)
        appendTerm(terms, parts[0].toLowerCase());
      continue;
    }
    for (const part of parts) appendTerm(terms, part.toLowerCase());
  }
  return terms;
}

function appendTerm(terms: string[], term: string): void {
  if (term.length > 1 && term.length <= 64 && !COMMON.has(term)) terms.push(term);
}
