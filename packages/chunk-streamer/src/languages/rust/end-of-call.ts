import { skipTrivia } from './lex.js';

/** The end of a macro call with the `;` that closes it on the same line, else `end` itself. */
export function endOfCall(text: string, end: number, limit = text.length): number {
  const next = skipTrivia(text, end, limit);
  const isClosed = next < limit && text[next] === ';' && !text.slice(end, next).includes('\n');
  return isClosed ? next + 1 : end;
}
