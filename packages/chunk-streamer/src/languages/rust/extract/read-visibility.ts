import type { VisibilityFact } from '../facts.js';
import { Token } from './lexer.js';
import { P } from './punctuation.js';
import type { Reader } from './reader.js';
import { Sym } from './symbols.js';

/** Reads `pub`, `pub(crate)`, `pub(in a::b)`; false when there is none. */
export function readVisibility(r: Reader): VisibilityFact {
  if (!r.acceptSym(Sym.pub)) return false;
  const first = r.sym(1);
  const isRestricted =
    r.isAt(P.openParen) &&
    (first === Sym.crate || first === Sym.super || first === Sym.self || first === Sym.in) &&
    (first === Sym.in || r.kind(2) === P.closeParen);
  if (!isRestricted) return true;
  return r.inside(() => {
    r.acceptSym(Sym.in);
    let path = '';
    for (; r.kind() !== Token.end; r.at += 1) path += r.tokenText(r.at);
    return path;
  });
}
