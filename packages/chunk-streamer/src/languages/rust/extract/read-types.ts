import { Node } from '../facts.js';
import { entryAt } from '../indexed.js';
import { Token } from './lexer.js';
import { P } from './punctuation.js';
import type { Reader } from './reader.js';
import { Sym } from './symbols.js';

/** Reads a type and gives its node. */
export function readType(r: Reader): number {
  return r.nest(() => readBareType(r));
}

function readBareType(r: Reader): number {
  const pos = r.pos();
  switch (r.kind()) {
    case P.and:
      return readReference(r, pos);
    case P.star:
      return readPointer(r, pos);
    case P.openParen:
      return readTuple(r, pos);
    case P.openBracket:
      return readSequence(r, pos);
    case P.bang:
      r.at += 1;
      return r.out.node(Node.typeNever, pos);
    case P.question:
    case P.tilde:
      return r.out.list(Node.typeImpl, pos, [0], dropBound(r));
    case P.less:
      return readQualifiedPath(r, true);
    case Token.ident:
      return readNamedType(r, pos);
    default:
      return isPathStart(r) ? readTypePath(r) : r.fail();
  }
}

function isPathStart(r: Reader): boolean {
  return r.isPair(P.colon, P.colon) || r.isAt(P.dollar);
}

function dropBound(r: Reader): number[] {
  readBound(r);
  return [];
}

function readReference(r: Reader, pos: number): number {
  r.at += 1;
  if (r.kind() === Token.lifetime) r.at += 1;
  const mut = r.acceptSym(Sym.mut) ? 1 : 0;
  return r.out.node(Node.typeRef, pos, mut, r.grammar.readType(r));
}

function readPointer(r: Reader, pos: number): number {
  r.at += 1;
  const mut = r.acceptSym(Sym.mut) ? 1 : 0;
  if (mut === 0) r.expectSym(Sym.const);
  return r.out.node(Node.typePtr, pos, mut, r.grammar.readType(r));
}

function readTuple(r: Reader, pos: number): number {
  const types: number[] = [];
  let isTuple = false;
  r.inside(() => {
    while (r.kind() !== Token.end) {
      types.push(readTypeWithBounds(r));
      if (!r.accept(P.comma)) break;
      isTuple = true;
    }
  });
  if (types.length === 1 && !isTuple) return entryAt(types, 0);
  return r.out.list(Node.typeTuple, pos, [types.length], types);
}

/** `A + B` without `dyn` occurs in parentheses only: `&(dyn A + B)` is read by `dyn` itself. */
function readTypeWithBounds(r: Reader): number {
  const type = r.grammar.readType(r);
  while (r.accept(P.plus)) readBound(r);
  return type;
}

function readSequence(r: Reader, pos: number): number {
  return r.inside(() => {
    const element = r.grammar.readType(r);
    if (!r.accept(P.semicolon)) return r.out.node(Node.typeSlice, pos, element);
    const length = r.grammar.readExpression(r);
    return r.out.node(Node.typeArray, pos, element, length);
  });
}

function readNamedType(r: Reader, pos: number): number {
  switch (r.sym()) {
    case Sym._:
      r.at += 1;
      return r.out.node(Node.typeInfer, pos);
    case Sym.dyn:
      if (isDynPath(r)) break;
      r.at += 1;
      return boundsNode(r, Node.typeDyn, pos);
    case Sym.impl:
      r.at += 1;
      return boundsNode(r, Node.typeImpl, pos);
    case Sym.for:
      skipForLifetimes(r);
      return r.grammar.readType(r);
    case Sym.fn:
    case Sym.unsafe:
    case Sym.extern:
      return readFnType(r, pos);
    default:
  }
  return readTypePath(r);
}

/** In old editions `dyn` may be a plain name. */
function isDynPath(r: Reader): boolean {
  const next = r.kind(1);
  return (
    next !== Token.ident &&
    next !== Token.lifetime &&
    next !== P.openParen &&
    next !== P.question &&
    !r.isPair(P.colon, P.colon, 1)
  );
}

function boundsNode(r: Reader, kind: number, pos: number): number {
  const bounds = readBounds(r);
  return r.out.list(kind, pos, [bounds.length], bounds);
}

function readFnType(r: Reader, pos: number): number {
  r.acceptSym(Sym.unsafe);
  if (r.acceptSym(Sym.extern) && r.kind() === Token.str) r.at += 1;
  r.expectSym(Sym.fn);
  const types: number[] = [];
  r.inside(() => {
    while (r.kind() !== Token.end) {
      skipAttributes(r);
      if (r.isTriple(P.dot, P.dot, P.dot)) r.at += 3;
      else {
        if (r.kind() === Token.ident && r.kind(1) === P.colon && !r.isPair(P.colon, P.colon, 1)) r.at += 2;
        types.push(r.grammar.readType(r));
      }
      if (!r.accept(P.comma)) break;
    }
  });
  const ret = readReturnType(r);
  return r.out.list(Node.typeFn, pos, [types.length, ret], types);
}

/** Reads `-> T`; 0 when there is none. */
export function readReturnType(r: Reader): number {
  return r.acceptPair(P.minus, P.greater) ? r.grammar.readType(r) : 0;
}

/** Moves behind outer and inner attributes. */
export function skipAttributes(r: Reader): void {
  while (r.isAt(P.hash)) {
    r.at += 1;
    r.accept(P.bang);
    r.at = r.mate() + 1;
  }
}

function readTypePath(r: Reader): number {
  const path = readPath(r, true);
  if (!r.isAt(P.bang) || r.isPair(P.bang, P.equal)) return path;
  const pos = r.pos();
  r.at += 1;
  r.at = r.mate() + 1;
  return r.out.node(Node.typeUnknown, pos, r.out.list(Node.macro, pos, [path, 0, 0], []));
}

/** Reads bounds joined by `+`; lifetimes and relaxed bounds are left out. */
export function readBounds(r: Reader): number[] {
  const bounds: number[] = [];
  for (;;) {
    const bound = readBound(r);
    if (bound !== 0) bounds.push(bound);
    if (!r.accept(P.plus)) return bounds;
  }
}

function readBound(r: Reader): number {
  if (r.kind() === Token.lifetime) {
    r.at += 1;
    return 0;
  }
  if (r.isAt(P.openParen)) return r.inside(() => readBound(r));
  if (r.accept(P.question)) {
    r.grammar.readType(r);
    return 0;
  }
  if (r.accept(P.tilde)) r.expectSym(Sym.const);
  else if (r.isAt(P.openBracket)) r.at = r.mate() + 1;
  else r.acceptSym(Sym.const);
  if (r.sym() === Sym.use) return skipUseBound(r);
  if (r.sym() === Sym.for) skipForLifetimes(r);
  r.acceptSym(Sym.async);
  if (r.kind() === Token.ident || isPathStart(r)) return readPath(r, true);
  return r.isAt(P.less) ? readQualifiedPath(r, true) : 0;
}

function skipUseBound(r: Reader): number {
  r.at += 1;
  skipAngles(r);
  return 0;
}

function skipForLifetimes(r: Reader): void {
  r.expectSym(Sym.for);
  skipAngles(r);
}

function skipAngles(r: Reader): void {
  r.expect(P.less);
  while (!r.accept(P.greater)) {
    if (r.kind() === Token.end) r.fail();
    r.at += 1;
  }
}

/** Reads a path. In types `Foo<T>` and `Fn(A) -> B` take arguments directly, in expressions only after `::`. */
export function readPath(r: Reader, inType: boolean): number {
  const pos = r.pos();
  const flags = r.acceptPair(P.colon, P.colon) ? 1 : 0;
  r.acceptDollar();
  const segments: number[] = [];
  readSegments(r, inType, segments);
  return r.out.list(Node.path, pos, [flags, segments.length / 3], segments);
}

/** Reads `<T as Trait>::name`. */
export function readQualifiedPath(r: Reader, inType: boolean): number {
  const pos = r.pos();
  r.expect(P.less);
  const type = r.grammar.readType(r);
  const trait = r.acceptSym(Sym.as) ? readPath(r, true) : 0;
  r.expect(P.greater);
  const segments: number[] = [];
  if (r.acceptPair(P.colon, P.colon)) readSegments(r, inType, segments);
  else if (!inType) r.fail();
  return r.out.list(Node.qpath, pos, [type, trait, segments.length / 3], segments);
}

function readSegments(r: Reader, inType: boolean, segments: number[]): void {
  for (;;) {
    const at = r.pos();
    const symbol = r.expectIdent();
    let args = 0;
    if (inType) args = readTypeSegmentArguments(r);
    else if (r.isPair(P.colon, P.colon) && r.kind(2) === P.less) {
      r.at += 2;
      args = readGenericArguments(r);
    }
    segments.push(symbol, at, args);
    const goesOn = r.isPair(P.colon, P.colon) && r.kind(2) === Token.ident;
    if (!goesOn) return;
    r.at += 2;
  }
}

function readTypeSegmentArguments(r: Reader): number {
  // `x as u8 <= y` compares
  if (r.isAt(P.less) && !r.isPair(P.less, P.equal)) return readGenericArguments(r);
  if (r.isPair(P.colon, P.colon) && (r.kind(2) === P.less || r.kind(2) === P.openParen)) {
    r.at += 2;
    return readTypeSegmentArguments(r);
  }
  return r.isAt(P.openParen) ? readFnArguments(r) : 0;
}

function readFnArguments(r: Reader): number {
  const pos = r.pos();
  const types: number[] = [];
  r.inside(() => {
    while (r.kind() !== Token.end) {
      types.push(r.grammar.readType(r));
      if (!r.accept(P.comma)) break;
    }
  });
  const ret = readReturnType(r);
  return r.out.list(Node.fnArgs, pos, [types.length, ret], types);
}

/** Reads `<A, Item = B>`; lifetimes are left out, constants read as `_`. */
export function readGenericArguments(r: Reader): number {
  const pos = r.pos();
  r.expect(P.less);
  const types: number[] = [];
  const assoc: number[] = [];
  while (!r.accept(P.greater)) {
    readGenericArgument(r, types, assoc);
    if (r.isAt(P.greater)) continue;
    r.expect(P.comma);
  }
  return r.out.list(Node.args, pos, [types.length, assoc.length / 2], [...types, ...assoc]);
}

function readGenericArgument(r: Reader, types: number[], assoc: number[]): void {
  const kind = r.kind();
  if (kind === Token.lifetime) {
    r.at += 1;
    while (r.accept(P.plus)) r.at += 1;
    return;
  }
  if (kind === P.openBrace || kind === P.minus || isLiteral(r)) {
    types.push(readConstArgument(r));
    return;
  }
  const symbol = r.sym();
  const type = r.grammar.readType(r);
  if (r.isAt(P.equal)) {
    r.at += 1;
    assoc.push(symbol, isLiteral(r) || r.isAt(P.openBrace) ? readConstArgument(r) : r.grammar.readType(r));
  } else if (r.isAt(P.colon)) {
    const at = r.pos();
    r.at += 1;
    const bounds = readBounds(r);
    assoc.push(symbol, r.out.list(Node.typeImpl, at, [bounds.length], bounds));
  } else types.push(type);
}

function isLiteral(r: Reader): boolean {
  const kind = r.kind();
  const isNumberOrText = kind >= Token.int && kind <= Token.cStr;
  return isNumberOrText || r.sym() === Sym.true || r.sym() === Sym.false;
}

function readConstArgument(r: Reader): number {
  const pos = r.pos();
  if (r.isAt(P.openBrace)) r.at = r.mate() + 1;
  else {
    r.accept(P.minus);
    r.at += 1;
  }
  return r.out.node(Node.typeInfer, pos);
}
