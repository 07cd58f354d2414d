const WORD = /[\p{L}\p{N}_]+/gu;
const PART = /\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|\p{N}+|\p{Lo}+/gu;
const MAX_LENGTH = 64;
/** Words that nearly every signature or sentence holds; they cost memory and tell nothing. */
const COMMON = new Set(
  (
    'pub fn let mut self crate where impl rs src use mod struct enum const static return match if else ' +
    'the an of and or to in is it for this that with as by be on at are was from not so but when we can'
  ).split(' '),
);

/**
 * Splits code and prose into lower-case search terms: every identifier as a whole and its snake, camel and digit parts.
 *
 * `HttpServer::read_lines2` gives `httpserver`, `http`, `server`, `read_lines2`, `read`, `line`. A plural is its
 * singular, so that prose finds names.
 */
export function tokenizeCode(text: string): string[] {
  const terms: string[] = [];
  for (const [word] of text.matchAll(WORD)) {
    appendTerm(terms, word.toLowerCase());
    const parts = word.match(PART);
    if (parts === null || (parts.length === 1 && parts[0].length === word.length)) continue;
    for (const part of parts) appendTerm(terms, part.toLowerCase());
  }
  return terms;
}

function appendTerm(terms: string[], term: string): void {
  if (term.length > 1 && term.length <= MAX_LENGTH && !COMMON.has(term)) terms.push(toSingular(term));
}

/** The s-stemmer (Harman 1991): it joins singular and plural and nothing else. */
function toSingular(term: string): string {
  if (term.length < 4 || !term.endsWith('s') || term.endsWith('ss') || term.endsWith('us')) return term;
  if (term.endsWith('ies') && !/[ae]ies$/.test(term)) return `${term.slice(0, -3)}y`;
  return term.slice(0, -1);
}
