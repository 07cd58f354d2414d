import { Token } from './lexer.js';
import { P } from './punctuation.js';
import type { Reader } from './reader.js';

/** Keeps the words between the cursor and the end of its brackets; a word that is invoked there counts as `word!` too. */
export function keepMacroWords(r: Reader): void {
  const { macroWords } = r.out;
  const end = r.mate();
  for (let ahead = 1; r.at + ahead < end; ahead += 1) {
    if (r.kind(ahead) !== Token.ident) continue;
    const word = r.tokenText(r.at + ahead).replace(/^r#/, '');
    macroWords.add(word);
    if (r.kind(ahead + 1) === P.bang && r.kind(ahead + 2) !== P.equal) macroWords.add(`${word}!`);
  }
}
