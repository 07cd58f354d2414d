import { Token } from './lexer.js';
import { P } from './punctuation.js';
import type { Reader } from './reader.js';

/** Stands among the words of a macro for an import of everything. */
export const GLOB_WORD = '::*';

/**
 * Keeps the words between the cursor and the end of its brackets; a word that is invoked there counts as `word!` too, and an
 * import of everything as a word of its own.
 */
export function keepMacroWords(r: Reader): void {
  const { macroWords } = r.out;
  const end = r.mate();
  for (let ahead = 1; r.at + ahead < end; ahead += 1) {
    if (isGlob(r, ahead)) macroWords.add(GLOB_WORD);
    if (r.kind(ahead) !== Token.ident) continue;
    const word = r.tokenText(r.at + ahead).replace(/^r#/, '');
    macroWords.add(word);
    if (r.kind(ahead + 1) === P.bang && r.kind(ahead + 2) !== P.equal) macroWords.add(`${word}!`);
  }
}

/** `path::*`, or `*` by itself in the braces of an import. */
function isGlob(r: Reader, ahead: number): boolean {
  if (r.kind(ahead) !== P.star) return false;
  const [before, after] = [r.kind(ahead - 1), r.kind(ahead + 1)];
  const isAlone =
    (before === P.openBrace || before === P.comma) && (after === P.comma || after === P.closeBrace);
  return isAlone || (before === P.colon && after === P.semicolon);
}
