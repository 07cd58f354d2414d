import { Node } from '../facts.js';
import { ExpressionFlag } from './expression-flags.js';
import { Token } from './lexer.js';
import { P } from './punctuation.js';
import { readReturnType, skipAttributes } from './read-types.js';
import type { Reader } from './reader.js';
import { Sym } from './symbols.js';

/** Flags of a block node. */
const BlockFlag = { async: 1, closed: 2 } as const;

/** Reads an expression that ends with its block; 0, and no move, when none starts at the cursor. */
export function readBlockLike(r: Reader): number {
  if (r.isAt(P.openBrace)) return r.grammar.readBlock(r);
  if (r.kind() === Token.lifetime) return readLabelled(r);
  const pos = r.pos();
  switch (r.sym()) {
    case Sym.if:
      return readIf(r, pos);
    case Sym.match:
      return readMatch(r, pos);
    case Sym.loop:
      return readLoop(r, pos);
    case Sym.while:
      return readWhile(r, pos);
    case Sym.for:
      return r.kind(1) === P.less ? 0 : readFor(r, pos);
    case Sym.unsafe:
      return readPrefixedBlock(r, 0);
    case Sym.const:
      return readPrefixedBlock(r, BlockFlag.closed);
    case Sym.async:
      return readPrefixedBlock(r, BlockFlag.async);
    default:
      return 0;
  }
}

function readLabelled(r: Reader): number {
  r.at += 1;
  r.expect(P.colon);
  const node = readBlockLike(r);
  return node === 0 ? r.fail() : node;
}

/** `unsafe {`, `const {`, `async {`, `async move {`. */
function readPrefixedBlock(r: Reader, flags: number): number {
  const width = r.sym(1) === Sym.move ? 2 : 1;
  if (r.kind(width) !== P.openBrace) return 0;
  r.at += width;
  return r.grammar.readBlock(r, flags);
}

function readCondition(r: Reader): number {
  return r.grammar.readExpression(r, ExpressionFlag.noStruct);
}

function readIf(r: Reader, pos: number): number {
  r.at += 1;
  const condition = readCondition(r);
  const then = r.grammar.readBlock(r);
  let otherwise = 0;
  if (r.acceptSym(Sym.else)) {
    otherwise = r.nest(() => (r.sym() === Sym.if ? readIf(r, r.pos()) : r.grammar.readBlock(r)));
  }
  return r.out.node(Node.if, pos, condition, then, otherwise);
}

/** Reads `let pattern = value` as a condition. */
function readLetCondition(r: Reader, flags: number): number {
  const pos = r.pos();
  r.expectSym(Sym.let);
  const pattern = r.grammar.readPattern(r);
  r.expect(P.equal);
  const value = r.grammar.readExpression(r, flags | ExpressionFlag.noStruct | ExpressionFlag.letValue);
  return r.out.node(Node.let, pos, pattern, value);
}

function readMatch(r: Reader, pos: number): number {
  r.at += 1;
  const value = readCondition(r);
  const arms: number[] = [];
  r.inside(() => {
    skipInnerAttributes(r);
    while (r.kind() !== Token.end) readArm(r, arms);
  });
  return r.out.list(Node.match, pos, [value, arms.length / 3], arms);
}

function skipInnerAttributes(r: Reader): void {
  while (r.isPair(P.hash, P.bang)) {
    const first = r.at;
    r.at += 2;
    r.at = r.mate() + 1;
    r.outline?.noteInner(first, r.at);
  }
}

function readArm(r: Reader, arms: number[]): void {
  skipAttributes(r);
  const pattern = r.grammar.readPattern(r);
  const guard = r.acceptSym(Sym.if) ? r.grammar.readExpression(r) : 0;
  if (!r.acceptPair(P.equal, P.greater)) r.fail();
  skipAttributes(r);
  const body = readArmBody(r);
  arms.push(pattern, guard, body);
}

/** A block ends its arm unless a method or `?` goes on with it. */
function readArmBody(r: Reader): number {
  const { node, isBlock } = r.grammar.readStatementExpression(r);
  if (!r.accept(P.comma) && !isBlock && r.kind() !== Token.end) r.fail();
  return node;
}

function readLoop(r: Reader, pos: number): number {
  if (r.kind(1) !== P.openBrace) return 0;
  r.at += 1;
  return r.out.node(Node.loop, pos, r.grammar.readBlock(r));
}

function readWhile(r: Reader, pos: number): number {
  r.at += 1;
  const condition = readCondition(r);
  return r.out.node(Node.while, pos, condition, r.grammar.readBlock(r));
}

function readFor(r: Reader, pos: number): number {
  r.at += 1;
  const pattern = r.grammar.readPattern(r);
  r.expectSym(Sym.in);
  const iterable = readCondition(r);
  return r.out.node(Node.for, pos, pattern, iterable, r.grammar.readBlock(r));
}

/** Reads a closure; 0, and no move, when none starts at the cursor. */
export function readClosure(r: Reader, flags: number): number {
  let ahead = 0;
  let isAsync = 0;
  for (; r.kind(ahead) === Token.ident; ahead += 1) {
    const symbol = r.sym(ahead);
    if (symbol === Sym.async) isAsync = 1;
    else if (symbol === Sym.for && r.kind(ahead + 1) === P.less) return readBoundClosure(r, flags);
    else if (symbol !== Sym.move && symbol !== Sym.static && symbol !== Sym.const) return 0;
  }
  if (r.kind(ahead) !== P.bar) return 0;
  const pos = r.pos();
  r.at += ahead;
  const params = readClosureParameters(r);
  const ret = readReturnType(r);
  const body = ret === 0 ? r.grammar.readExpression(r, flags) : r.grammar.readBlock(r);
  return r.out.list(Node.closure, pos, [isAsync, params.length / 2, ret, body], params);
}

/** `for<'a> |x: &'a T| ..`. */
function readBoundClosure(r: Reader, flags: number): number {
  while (!r.accept(P.greater)) {
    if (r.kind() === Token.end) r.fail();
    r.at += 1;
  }
  return readClosure(r, flags);
}

function readClosureParameters(r: Reader): number[] {
  const params: number[] = [];
  r.expect(P.bar);
  while (!r.accept(P.bar)) {
    skipAttributes(r);
    const pattern = r.grammar.readSinglePattern(r);
    const type = r.accept(P.colon) ? r.grammar.readType(r) : 0;
    params.push(pattern, type);
    if (!r.isAt(P.bar)) r.expect(P.comma);
  }
  return params;
}

/** Reads `return`, `break`, `continue`, `yield`, `let`; 0, and no move, when none starts at the cursor. */
export function readJump(r: Reader, flags: number): number {
  const pos = r.pos();
  switch (r.sym()) {
    case Sym.return:
    case Sym.yield:
      r.at += 1;
      return r.out.node(Node.return, pos, readJumpValue(r, flags));
    case Sym.break:
      r.at += 1;
      if (r.kind() === Token.lifetime) r.at += 1;
      return r.out.node(Node.break, pos, readJumpValue(r, flags));
    case Sym.continue:
      r.at += 1;
      if (r.kind() === Token.lifetime) r.at += 1;
      return r.out.node(Node.continue, pos);
    case Sym.let:
      return readLetCondition(r, flags);
    default:
      return 0;
  }
}

const JUMP_ENDS = new Set<number>([
  Token.end,
  P.comma,
  P.semicolon,
  P.closeBrace,
  P.closeBracket,
  P.closeParen,
  P.equal,
  P.question,
  P.dot,
]);

function readJumpValue(r: Reader, flags: number): number {
  if (JUMP_ENDS.has(r.kind()) || r.sym() === Sym.else) return 0;
  if (r.isAt(P.openBrace) && (flags & ExpressionFlag.noStruct) !== 0) return 0;
  return r.grammar.readExpression(r, flags);
}
