import { define, type ItemHead } from './define.js';
import { Token } from './lexer.js';
import { P } from './punctuation.js';
import { readGenerics, readWhere } from './read-generics.js';
import type { Reader } from './reader.js';
import { Sym } from './symbols.js';

/** Reads `const`, `static` and `type` items; false, and no move, when the cursor is at none. */
export function readValueItem(r: Reader, head: ItemHead): boolean {
  const ahead = r.sym() === Sym.default || r.sym() === Sym.unsafe || r.sym() === Sym.safe ? 1 : 0;
  switch (r.sym(ahead)) {
    case Sym.const:
      if (!isConstItem(r, ahead)) return false;
      r.at += ahead + 1;
      readValue(r, head, 'const');
      return true;
    case Sym.static:
      if (r.kind(ahead + 1) !== Token.ident || r.sym(ahead + 1) === Sym.move) return false;
      r.at += ahead + 1;
      readValue(r, head, 'static');
      return true;
    case Sym.type:
      if (r.kind(ahead + 1) !== Token.ident) return false;
      r.at += ahead + 1;
      readTypeAlias(r, head);
      return true;
    default:
      return false;
  }
}

function isConstItem(r: Reader, ahead: number): boolean {
  if (r.kind(ahead + 1) !== Token.ident || r.sym(ahead + 1) === Sym.mut) return false;
  const next = r.kind(ahead + 2);
  return next === P.colon || next === P.less || next === P.equal;
}

function readValue(r: Reader, head: ItemHead, kind: 'const' | 'static'): void {
  r.acceptSym(Sym.ref);
  r.acceptSym(Sym.mut);
  const pos = r.pos();
  const fact = define(r, head, { kind, name: r.name(r.expectIdent()), pos });
  const index = r.out.defs.length - 1;
  const generics = readGenerics(r);
  if (generics.length > 0) fact.generics = generics;
  if (r.accept(P.colon)) {
    const start = r.at;
    fact.type = r.grammar.readType(r);
    r.outline?.note('type', start, r.at);
  }
  if (r.accept(P.equal)) {
    const { owner } = r;
    const start = r.at;
    r.owner = index;
    fact.body = r.grammar.readExpression(r);
    r.owner = owner;
    r.outline?.note('value', start, r.at);
  }
  readWhere(r);
  if (!r.accept(P.semicolon) && r.kind() !== Token.end) r.fail();
}

function readTypeAlias(r: Reader, head: ItemHead): void {
  const pos = r.pos();
  const fact = define(r, head, { kind: 'type', name: r.name(r.expectIdent()), pos });
  const generics = readGenerics(r);
  if (generics.length > 0) fact.generics = generics;
  if (r.accept(P.colon) && !r.isAt(P.semicolon) && !r.isAt(P.equal)) fact.bounds = r.grammar.readBounds(r);
  const where = readWhere(r);
  if (r.accept(P.equal)) fact.type = r.grammar.readType(r);
  where.push(...readWhere(r));
  if (where.length > 0) fact.where = where;
  r.expect(P.semicolon);
}
