import { BinaryOp, Node, OPERATOR_TEXTS } from '../facts.js';
import { numberAt } from '../indexed.js';
import { ExpressionFlag } from './expression-flags.js';
import { Token } from './lexer.js';
import { P } from './punctuation.js';
import { readOperand } from './read-operands.js';
import type { Reader } from './reader.js';
import { Sym } from './symbols.js';

const PREC = {
  assign: 1,
  range: 2,
  or: 3,
  and: 4,
  compare: 5,
  bitOr: 6,
  xor: 7,
  bitAnd: 8,
  shift: 9,
  add: 10,
  multiply: 11,
  cast: 12,
};

interface Operator {
  prec: number;
  width: number;
  op: number;
}

/** Reads an expression and gives its node. */
export function readExpression(r: Reader, flags = 0): number {
  return r.nest(() => readBinary(r, 0, flags));
}

function readBinary(r: Reader, minPrec: number, flags: number): number {
  const pos = r.pos();
  const left = isRangeStart(r) ? readOpenRange(r, flags) : readOperand(r, flags);
  return continueBinary(r, { left, pos, minPrec, flags });
}

interface Continuation {
  left: number;
  pos: number;
  minPrec: number;
  flags: number;
}

/** Goes on behind an operand that was read already. */
export function continueBinary(r: Reader, start: Continuation): number {
  const { pos, minPrec, flags } = start;
  let left = start.left;
  for (;;) {
    const operator = operatorAt(r, flags);
    if (operator === undefined || operator.prec <= minPrec) return left;
    left = readRight(r, { operator, left, pos, flags });
  }
}

interface RightSide {
  operator: Operator;
  left: number;
  pos: number;
  flags: number;
}

function readRight(r: Reader, { operator, left, pos, flags }: RightSide): number {
  const at = r.pos();
  const symbol = operatorNumber(r, operator);
  r.at += operator.width;
  switch (operator.prec) {
    case PREC.cast:
      return r.out.node(Node.cast, pos, left, r.grammar.readType(r));
    case PREC.range:
      return r.out.node(Node.range, pos, left, readRangeEnd(r, flags), operator.op);
    case PREC.assign: {
      const right = r.nest(() => readBinary(r, PREC.assign - 1, flags));
      if (operator.op === 0) return r.out.node(Node.assign, pos, left, right);
      return r.out.list(Node.binary, pos, [BinaryOp.assignment, left, right, symbol, at], []);
    }
    default:
      return r.out.list(
        Node.binary,
        pos,
        [operator.op, left, readBinary(r, operator.prec, flags), symbol, at],
        [],
      );
  }
}

function operatorNumber(r: Reader, { prec, width, op }: Operator): number {
  if (prec === PREC.cast || prec === PREC.range) return 0;
  const { starts } = r.tokens;
  const start = numberAt(starts, r.at);
  const isAssigning = prec === PREC.assign && op === 1;
  const text = r.text.slice(start, start + width - (isAssigning ? 1 : 0));
  return Math.max(0, OPERATOR_TEXTS.indexOf(text as (typeof OPERATOR_TEXTS)[number]));
}

function isRangeStart(r: Reader): boolean {
  return r.isPair(P.dot, P.dot);
}

function readOpenRange(r: Reader, flags: number): number {
  const pos = r.pos();
  r.at += 2;
  const inclusive = r.accept(P.equal) ? 1 : 0;
  return r.out.node(Node.range, pos, 0, readRangeEnd(r, flags), inclusive);
}

function readRangeEnd(r: Reader, flags: number): number {
  return startsExpression(r, flags) ? readBinary(r, PREC.range, flags) : 0;
}

/** True when an expression can start at the cursor. */
function startsExpression(r: Reader, flags: number): boolean {
  const kind = r.kind();
  switch (kind) {
    case Token.end:
    case P.comma:
    case P.semicolon:
    case P.closeBrace:
    case P.closeBracket:
    case P.closeParen:
    case P.equal:
    case P.question:
    case P.dot:
    case P.greater:
      return false;
    case P.openBrace:
      return (flags & ExpressionFlag.noStruct) === 0;
    case Token.ident:
      return r.sym() !== Sym.else && r.sym() !== Sym.in && r.sym() !== Sym.as;
    default:
      return true;
  }
}

const ASSIGNING = new Set<number>([P.plus, P.minus, P.star, P.slash, P.percent, P.caret, P.and, P.bar]);

function operatorAt(r: Reader, flags: number): Operator | undefined {
  const kind = r.kind();
  if (kind === Token.ident) return r.sym() === Sym.as ? { prec: PREC.cast, width: 1, op: 0 } : undefined;
  if (ASSIGNING.has(kind) && r.isPair(kind, P.equal)) return { prec: PREC.assign, width: 2, op: 1 };
  switch (kind) {
    case P.equal:
      return equalsAt(r);
    case P.bang:
      return r.isPair(P.bang, P.equal) ? compare(2) : undefined;
    case P.less:
    case P.greater:
      return angleAt(r, kind);
    case P.and:
    case P.bar:
      return logicAt(r, kind, flags);
    case P.dot:
      return r.isPair(P.dot, P.dot) ? rangeAt(r) : undefined;
    default:
      return arithmeticAt(kind);
  }
}

function compare(width: number): Operator {
  return { prec: PREC.compare, width, op: BinaryOp.comparison };
}

function equalsAt(r: Reader): Operator | undefined {
  if (r.isPair(P.equal, P.equal)) return compare(2);
  return r.isPair(P.equal, P.greater) ? undefined : { prec: PREC.assign, width: 1, op: 0 };
}

function angleAt(r: Reader, kind: number): Operator {
  if (r.isTriple(kind, kind, P.equal)) return { prec: PREC.assign, width: 3, op: 1 };
  if (r.isPair(kind, kind)) return { prec: PREC.shift, width: 2, op: BinaryOp.shift };
  return compare(r.isPair(kind, P.equal) ? 2 : 1);
}

function logicAt(r: Reader, kind: number, flags: number): Operator | undefined {
  const isAnd = kind === P.and;
  if (!r.isPair(kind, kind)) {
    return { prec: isAnd ? PREC.bitAnd : PREC.bitOr, width: 1, op: BinaryOp.arithmetic };
  }
  if ((flags & ExpressionFlag.letValue) !== 0) return undefined;
  return { prec: isAnd ? PREC.and : PREC.or, width: 2, op: BinaryOp.logical };
}

function rangeAt(r: Reader): Operator {
  const inclusive = r.isTriple(P.dot, P.dot, P.equal) || r.isTriple(P.dot, P.dot, P.dot);
  return { prec: PREC.range, width: inclusive ? 3 : 2, op: inclusive ? 1 : 0 };
}

function arithmeticAt(kind: number): Operator | undefined {
  switch (kind) {
    case P.plus:
    case P.minus:
      return { prec: PREC.add, width: 1, op: BinaryOp.arithmetic };
    case P.star:
    case P.slash:
    case P.percent:
      return { prec: PREC.multiply, width: 1, op: BinaryOp.arithmetic };
    case P.caret:
      return { prec: PREC.xor, width: 1, op: BinaryOp.arithmetic };
    default:
      return undefined;
  }
}
