import { LitKind, Node } from '../facts.js';
import { entryAt, numberAt } from '../indexed.js';
import { Token } from './lexer.js';
import { P } from './punctuation.js';
import { readPath, readQualifiedPath, skipAttributes } from './read-types.js';
import type { Reader } from './reader.js';
import { Sym } from './symbols.js';

/** Reads a pattern with its alternatives. */
export function readPattern(r: Reader): number {
  return r.nest(() => {
    const pos = r.pos();
    if (r.isAt(P.bar)) r.at += 1;
    const first = readSinglePattern(r);
    if (!isAlternative(r)) return first;
    const patterns = [first];
    while (isAlternative(r)) {
      r.at += 1;
      patterns.push(readSinglePattern(r));
    }
    return r.out.list(Node.patOr, pos, [patterns.length], patterns);
  });
}

function isAlternative(r: Reader): boolean {
  return r.isAt(P.bar) && !r.isPair(P.bar, P.bar) && !r.isPair(P.bar, P.equal);
}

/** Reads a pattern without alternatives at its top. */
export function readSinglePattern(r: Reader): number {
  const pattern = readPrimary(r);
  return isRange(r) ? readRangeEnd(r, pattern) : pattern;
}

function isRange(r: Reader): boolean {
  return r.isPair(P.dot, P.dot);
}

function readRangeEnd(r: Reader, pattern: number): number {
  const pos = r.pos();
  r.at += 2;
  if (!r.accept(P.equal)) r.accept(P.dot);
  if (isPatternStart(r)) readPrimary(r);
  return pattern === 0 ? r.out.node(Node.patWild, pos) : pattern;
}

function isPatternStart(r: Reader): boolean {
  const kind = r.kind();
  return (
    (kind >= Token.int && kind <= Token.cStr) ||
    (kind === Token.ident && r.sym() !== Sym.if) ||
    kind === P.minus
  );
}

function readPrimary(r: Reader): number {
  const pos = r.pos();
  const kind = r.kind();
  switch (kind) {
    case P.and:
      return readReferencePattern(r, pos);
    case P.openParen:
      return readSequencePattern(r, pos, Node.patTuple);
    case P.openBracket:
      return readSequencePattern(r, pos, Node.patSlice);
    case P.less:
      return r.out.node(Node.patPath, pos, readQualifiedPath(r, false));
    case P.minus:
      r.at += 1;
      return readLiteral(r, pos);
    case P.dot:
      return isRange(r) ? readRangeEnd(r, 0) : r.fail();
    case Token.ident:
      return readWordPattern(r, pos);
    case P.colon:
    case P.dollar:
      return readPathPattern(r, pos);
    default:
      return kind >= Token.int && kind <= Token.cStr ? readLiteral(r, pos) : r.fail();
  }
}

function readLiteral(r: Reader, pos: number): number {
  const literal = r.out.node(Node.lit, pos, literalKind(r.kind()), 0);
  r.at += 1;
  return r.out.node(Node.patLit, pos, literal);
}

/** The literal kind of a token kind. */
export function literalKind(token: number): number {
  switch (token) {
    case Token.int:
      return LitKind.int;
    case Token.float:
      return LitKind.float;
    case Token.char:
      return LitKind.char;
    case Token.byte:
      return LitKind.byte;
    case Token.byteStr:
      return LitKind.byteStr;
    case Token.cStr:
      return LitKind.cStr;
    default:
      return LitKind.str;
  }
}

function readReferencePattern(r: Reader, pos: number): number {
  r.at += 1;
  r.acceptSym(Sym.mut);
  return r.out.node(Node.patRef, pos, r.grammar.readSinglePattern(r));
}

interface PatternList {
  patterns: number[];
  restAt: number;
  hasComma: boolean;
}

function readPatternList(r: Reader): PatternList {
  const list: PatternList = { patterns: [], restAt: -1, hasComma: false };
  r.inside(() => {
    while (r.kind() !== Token.end) {
      skipAttributes(r);
      if (isRest(r)) {
        list.restAt = list.patterns.length;
        r.at += 2;
      } else list.patterns.push(r.grammar.readPattern(r));
      if (!r.accept(P.comma)) break;
      list.hasComma = true;
    }
  });
  return list;
}

/** `..` that is no half-open range. */
function isRest(r: Reader): boolean {
  if (!isRange(r)) return false;
  const next = r.kind(2);
  return next === P.comma || next === Token.end;
}

function readSequencePattern(r: Reader, pos: number, kind: number): number {
  const { patterns, restAt, hasComma } = readPatternList(r);
  const isParenthesized = kind === Node.patTuple && patterns.length === 1 && !hasComma && restAt < 0;
  if (isParenthesized) return entryAt(patterns, 0);
  return r.out.list(kind, pos, [patterns.length, restAt], patterns);
}

function readWordPattern(r: Reader, pos: number): number {
  switch (r.sym()) {
    case Sym._:
      r.at += 1;
      return r.out.node(Node.patWild, pos);
    case Sym.ref:
    case Sym.mut:
      return readBinding(r);
    case Sym.true:
    case Sym.false:
      r.at += 1;
      return r.out.node(Node.patLit, pos, r.out.node(Node.lit, pos, LitKind.bool, 0));
    case Sym.box:
      if (r.kind(1) !== Token.ident && r.kind(1) !== P.openParen) break;
      r.at += 1;
      return r.out.node(Node.patBox, pos, r.grammar.readSinglePattern(r));
    case Sym.const:
      r.at += 1;
      r.grammar.readBlock(r);
      return r.out.node(Node.patWild, pos);
    default:
  }
  return isPlainBinding(r) ? readBinding(r) : readPathPattern(r, pos);
}

function isPlainBinding(r: Reader): boolean {
  const next = r.kind(1);
  if (next === P.openParen || next === P.openBrace) return false;
  if (next === P.bang) return r.isPair(P.bang, P.equal, 1);
  return !r.isPair(P.colon, P.colon, 1) && !r.isPair(P.dot, P.dot, 1);
}

function readBinding(r: Reader): number {
  const byRef = r.acceptSym(Sym.ref) ? 1 : 0;
  r.acceptSym(Sym.mut);
  const pos = r.pos();
  const symbol = r.expectIdent();
  const inner = r.accept(P.at) ? r.grammar.readSinglePattern(r) : 0;
  return r.out.node(Node.patBind, pos, symbol, byRef, inner);
}

function readPathPattern(r: Reader, pos: number): number {
  const path = readPath(r, false);
  if (r.isAt(P.openParen)) {
    const { patterns, restAt } = readPatternList(r);
    return r.out.list(Node.patTupleStruct, pos, [path, patterns.length, restAt], patterns);
  }
  if (r.isAt(P.openBrace)) return readStructPattern(r, pos, path);
  if (r.isAt(P.bang)) {
    r.at += 1;
    r.at = r.mate() + 1;
    return r.out.node(Node.patWild, pos);
  }
  return r.out.node(Node.patPath, pos, path);
}

function readStructPattern(r: Reader, pos: number, path: number): number {
  const fields: number[] = [];
  r.inside(() => {
    while (r.kind() !== Token.end) {
      skipAttributes(r);
      if (isRange(r)) r.at += 2;
      else readFieldPattern(r, fields);
      if (!r.accept(P.comma)) break;
    }
  });
  return r.out.list(Node.patStruct, pos, [path, fields.length / 3], fields);
}

function readFieldPattern(r: Reader, fields: number[]): void {
  const at = r.pos();
  const isNamed =
    (r.kind() === Token.ident || r.kind() === Token.int) &&
    r.kind(1) === P.colon &&
    !r.isPair(P.colon, P.colon, 1);
  if (isNamed) {
    const symbol = r.kind() === Token.int ? r.symbols.intern(r.tokenText(r.at)) : r.sym();
    r.at += 2;
    fields.push(symbol, at, r.grammar.readPattern(r));
    return;
  }
  r.acceptSym(Sym.box);
  const pattern = readBinding(r);
  fields.push(numberAt(r.out.code, pattern + 2), at, pattern);
}
