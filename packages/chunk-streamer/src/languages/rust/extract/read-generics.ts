import type { GenericFact, WhereFact } from '../facts.js';
import { Token } from './lexer.js';
import { P } from './punctuation.js';
import { skipAttributes } from './read-types.js';
import type { Reader } from './reader.js';
import { Sym } from './symbols.js';

/** Reads `<T: Bound = Default, const N: usize>`; lifetimes are left out. */
export function readGenerics(r: Reader): GenericFact[] {
  const generics: GenericFact[] = [];
  if (!r.accept(P.less)) return generics;
  while (!r.accept(P.greater)) {
    skipAttributes(r);
    if (r.kind() === Token.lifetime) skipLifetimeParameter(r);
    else addParameter(generics, r.acceptSym(Sym.const) ? readConstParameter(r) : readTypeParameter(r));
    if (!r.isAt(P.greater)) r.expect(P.comma);
  }
  return generics;
}

/** Under `cfg` one parameter may be written twice. */
function addParameter(generics: GenericFact[], parameter: GenericFact): void {
  if (!generics.some(({ name }) => name === parameter.name)) generics.push(parameter);
}

function skipLifetimeParameter(r: Reader): void {
  r.at += 1;
  if (!r.accept(P.colon)) return;
  while (r.kind() === Token.lifetime || r.isAt(P.plus)) r.at += 1;
}

function readConstParameter(r: Reader): GenericFact {
  const name = r.name(r.expectIdent());
  r.expect(P.colon);
  const type = r.grammar.readType(r);
  if (r.accept(P.equal)) {
    if (r.isAt(P.openBrace)) r.at = r.mate() + 1;
    else {
      r.accept(P.minus);
      r.at += 1;
    }
  }
  return { name, bounds: [], default: type, isConst: true };
}

function readTypeParameter(r: Reader): GenericFact {
  const name = r.name(r.expectIdent());
  const bounds = r.accept(P.colon) && !r.isAt(P.greater) && !r.isAt(P.comma) ? r.grammar.readBounds(r) : [];
  const fallback = r.accept(P.equal) ? r.grammar.readType(r) : 0;
  return { name, bounds, default: fallback, isConst: false };
}

/** Reads `where ..` up to the body; nothing when there is none. */
export function readWhere(r: Reader): WhereFact[] {
  const predicates: WhereFact[] = [];
  if (!r.acceptSym(Sym.where)) return predicates;
  while (!isWhereEnd(r)) {
    if (r.kind() === Token.lifetime) skipLifetimeParameter(r);
    else predicates.push(readPredicate(r));
    if (!r.accept(P.comma)) break;
  }
  return predicates;
}

function isWhereEnd(r: Reader): boolean {
  return r.isAt(P.openBrace) || r.isAt(P.semicolon) || r.isAt(P.equal) || r.kind() === Token.end;
}

function readPredicate(r: Reader): WhereFact {
  const type = r.grammar.readType(r);
  r.expect(P.colon);
  const bounds = isWhereEnd(r) || r.isAt(P.comma) ? [] : r.grammar.readBounds(r);
  return { type, bounds };
}
