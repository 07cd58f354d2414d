import { type DefFact, DefFlag } from '../facts.js';
import { define, type ItemHead } from './define.js';
import { Token } from './lexer.js';
import { P } from './punctuation.js';
import { readGenerics, readWhere } from './read-generics.js';
import { readReturnType } from './read-types.js';
import type { Reader } from './reader.js';
import { Sym } from './symbols.js';

const MODIFIERS = new Set<number>([Sym.default, Sym.const, Sym.async, Sym.unsafe, Sym.safe, Sym.extern]);

/** How many tokens stand before `fn`, -1 when the cursor is at no function. */
export function countFnModifiers(r: Reader): number {
  let ahead = 0;
  for (;;) {
    const symbol = r.sym(ahead);
    if (symbol === Sym.fn) return r.kind(ahead + 1) === Token.ident ? ahead : -1;
    if (!MODIFIERS.has(symbol)) return -1;
    ahead += symbol === Sym.extern && r.kind(ahead + 1) === Token.str ? 2 : 1;
  }
}

/** Reads a function behind its visibility; `modifiers` tokens stand before `fn`. */
export function readFunction(r: Reader, head: ItemHead, modifiers: number): void {
  let isAsync = false;
  for (let ahead = 0; ahead < modifiers; ahead += 1) isAsync ||= r.sym(ahead) === Sym.async;
  r.at += modifiers + 1;
  const pos = r.pos();
  const fact = define(r, head, { kind: 'function', name: r.name(r.expectIdent()), pos });
  const index = r.out.defs.length - 1;
  if (isAsync) fact.flags |= DefFlag.async;
  const generics = readGenerics(r);
  if (generics.length > 0) fact.generics = generics;
  readParameters(r, fact);
  const ret = readReturnType(r);
  if (ret !== 0) fact.ret = ret;
  const where = readWhere(r);
  if (where.length > 0) fact.where = where;
  if (r.accept(P.semicolon)) return;
  const unread = r.unreadable;
  r.outline?.note('body', r.at, r.at + 1);
  fact.body = readBody(r, index);
  if (r.unreadable > unread) fact.flags |= DefFlag.opaqueBody;
}

/** Reads a body whose blocks belong to the definition `owner`. */
function readBody(r: Reader, owner: number): number {
  const { owner: outer, inherited } = r;
  r.owner = owner;
  const body = r.grammar.readBlock(r);
  r.owner = outer;
  r.inherited = inherited;
  return body;
}

function readParameters(r: Reader, fact: DefFact): void {
  const params: number[] = [];
  r.inside(() => {
    while (r.kind() !== Token.end) {
      if (r.isAt(P.hash)) {
        fact.flags |= DefFlag.cfgParams;
        while (r.isAt(P.hash)) r.at = r.mate(1) + 1;
      }
      if (!readSelf(r, fact)) readParameter(r, fact, params);
      if (!r.accept(P.comma)) break;
    }
  });
  if (params.length > 0) fact.params = params;
}

/** Reads the receiver when one stands at the cursor. */
function readSelf(r: Reader, fact: DefFact): boolean {
  let ahead = 0;
  const isRef = r.isAt(P.and);
  if (isRef) ahead = r.kind(1) === Token.lifetime ? 2 : 1;
  const isMut = r.sym(ahead) === Sym.mut;
  if (isMut) ahead += 1;
  if (r.sym(ahead) !== Sym.self || r.isPair(P.colon, P.colon, ahead + 1)) return false;
  r.at += ahead + 1;
  if (r.accept(P.colon)) {
    fact.self = 'typed';
    fact.selfParam = r.grammar.readType(r);
  } else if (isRef) fact.self = isMut ? 'mut' : 'ref';
  else fact.self = 'value';
  return true;
}

function readParameter(r: Reader, fact: DefFact, params: number[]): void {
  if (r.isTriple(P.dot, P.dot, P.dot)) {
    r.at += 3;
    fact.flags |= DefFlag.variadic;
    return;
  }
  const pattern = r.grammar.readSinglePattern(r);
  r.expect(P.colon);
  if (r.isTriple(P.dot, P.dot, P.dot)) {
    r.at += 3;
    fact.flags |= DefFlag.variadic;
    return;
  }
  params.push(pattern, r.grammar.readType(r));
}
