import { LitKind, Node } from '../facts.js';
import { entryAt, numberAt } from '../indexed.js';
import { ExpressionFlag } from './expression-flags.js';
import { Token } from './lexer.js';
import { P } from './punctuation.js';
import { readAttributes } from './read-attributes.js';
import { readBlockLike, readClosure, readJump } from './read-control.js';
import { literalKind } from './read-patterns.js';
import { readGenericArguments, readPath, readQualifiedPath, skipAttributes } from './read-types.js';
import type { Reader } from './reader.js';
import { Sym } from './symbols.js';

/** Reads an operand: prefix operators, a primary expression and everything that hangs on it. */
export function readOperand(r: Reader, flags: number): number {
  return r.nest(() => {
    const pos = r.pos();
    switch (r.kind()) {
      case P.bang:
        r.at += 1;
        return r.out.node(Node.not, pos, readOperand(r, flags));
      case P.minus:
        r.at += 1;
        return r.out.node(Node.neg, pos, readOperand(r, flags));
      case P.star:
        r.at += 1;
        return r.out.node(Node.deref, pos, readOperand(r, flags));
      case P.and:
        return readReference(r, pos, flags);
      default:
        return readPostfix(r, readPrimary(r, flags), pos);
    }
  });
}

function readReference(r: Reader, pos: number, flags: number): number {
  r.at += 1;
  const isRaw = r.sym() === Sym.raw && (r.sym(1) === Sym.const || r.sym(1) === Sym.mut);
  if (isRaw) r.at += 1;
  const mut = r.acceptSym(Sym.mut) ? 1 : 0;
  if (isRaw && mut === 0) r.at += 1;
  return r.out.node(Node.ref, pos, mut, readOperand(r, flags));
}

/** Reads calls, methods, fields, indices, `?` and `.await` behind an expression. */
export function readPostfix(r: Reader, start: number, pos: number): number {
  let left = start;
  for (;;) {
    switch (r.kind()) {
      case P.question:
        r.at += 1;
        left = r.out.node(Node.try, pos, left);
        break;
      case P.openParen: {
        const args = readArguments(r);
        left = r.out.list(Node.call, pos, [left, args.length], args);
        break;
      }
      case P.openBracket: {
        const base = left;
        const at = r.pos();
        left = r.inside(() => r.out.node(Node.index, pos, base, r.grammar.readExpression(r), at));
        break;
      }
      case P.dot:
        if (r.isPair(P.dot, P.dot)) return left;
        left = readMember(r, left, pos);
        break;
      default:
        return left;
    }
  }
}

function readArguments(r: Reader): number[] {
  const args: number[] = [];
  r.inside(() => {
    while (r.kind() !== Token.end) {
      args.push(readArgument(r));
      if (!r.accept(P.comma)) break;
    }
  });
  return args;
}

/** An argument may exist in some configurations only. */
function readArgument(r: Reader): number {
  const pos = r.pos();
  const { cfg } = readAttributes(r);
  const node = r.grammar.readExpression(r);
  return cfg.length === 0 ? node : r.out.node(Node.cfg, pos, r.symbols.intern(cfg.join('\n')), node);
}

function readMember(r: Reader, left: number, pos: number): number {
  r.at += 1;
  if (r.kind() === Token.int) {
    const index = r.symbols.intern(r.tokenText(r.at));
    r.at += 1;
    return r.out.node(Node.field, pos, left, index, r.pos(-1));
  }
  if (r.sym() === Sym.await) {
    r.at += 1;
    return r.out.node(Node.await, pos, left, r.pos(-1));
  }
  const at = r.pos();
  const symbol = r.expectIdent();
  let generics = 0;
  if (r.isPair(P.colon, P.colon) && r.kind(2) === P.less) {
    r.at += 2;
    generics = readGenericArguments(r);
  }
  if (!r.isAt(P.openParen)) return r.out.node(Node.field, pos, left, symbol, at);
  const args = readArguments(r);
  return r.out.list(Node.method, pos, [left, symbol, at, generics, args.length], args);
}

function readPrimary(r: Reader, flags: number): number {
  const pos = r.pos();
  const kind = r.kind();
  switch (kind) {
    case Token.ident:
      return readWord(r, flags, pos);
    case P.openParen:
      return readParentheses(r, pos);
    case P.openBracket:
      return readArray(r, pos);
    case P.openBrace:
      return r.grammar.readBlock(r);
    case P.bar:
      return readClosure(r, flags);
    case P.less:
      return r.out.node(Node.pathExpr, pos, readQualifiedPath(r, false));
    case Token.lifetime:
      return readBlockLike(r) || r.fail();
    case P.hash:
      skipAttributes(r);
      return readPrimary(r, flags);
    case P.colon:
    case P.dollar:
      return readPathExpression(r, flags, pos);
    default:
      return kind >= Token.int && kind <= Token.cStr ? readLiteral(r, pos, kind) : r.fail();
  }
}

const NUMBER =
  /^(?:0x[\da-fA-F_]+|0o[0-7_]+|0b[01_]+|\d[\d_]*(?:\.(?:\d[\d_]*)?)?(?:[eE][+-]?[\d_]+)?)(?:[iu](?:8|16|32|64|128|size)|f(?:16|32|64|128))?$/;
const INT_SUFFIX = /(?:[iu](?:8|16|32|64|128|size)|f(?:32|64))$/;

function readLiteral(r: Reader, pos: number, kind: number): number {
  let suffix = 0;
  let literal = literalKind(kind);
  if (kind === Token.int || kind === Token.float) {
    const text = r.tokenText(r.at);
    if (r.isStrict && !NUMBER.test(text)) r.fail();
    const match = text.startsWith('0x') ? /[iu](?:8|16|32|64|128|size)$/.exec(text) : INT_SUFFIX.exec(text);
    if (match !== null) {
      suffix = r.symbols.intern(match[0]);
      if (match[0].startsWith('f')) literal = LitKind.float;
    } else if (kind === Token.int && /^[0-9][0-9_]*e/i.test(text)) literal = LitKind.float;
  }
  r.at += 1;
  return r.out.node(Node.lit, pos, literal, suffix);
}

function readWord(r: Reader, flags: number, pos: number): number {
  const symbol = r.sym();
  if (symbol > Sym.yield) return readPathExpression(r, flags, pos);
  if (symbol === Sym.true || symbol === Sym.false) {
    r.at += 1;
    return r.out.node(Node.lit, pos, LitKind.bool, 0);
  }
  if (symbol === Sym._) {
    r.at += 1;
    return r.out.node(Node.tuple, pos, 0);
  }
  const special = readBlockLike(r) || readClosure(r, flags) || readJump(r, flags);
  return special || readPathExpression(r, flags, pos);
}

function readParentheses(r: Reader, pos: number): number {
  const parts: number[] = [];
  let isTuple = false;
  r.inside(() => {
    while (r.kind() !== Token.end) {
      skipAttributes(r);
      parts.push(r.grammar.readExpression(r));
      if (!r.accept(P.comma)) break;
      isTuple = true;
    }
  });
  if (parts.length === 1 && !isTuple) return entryAt(parts, 0);
  return r.out.list(Node.tuple, pos, [parts.length], parts);
}

function readArray(r: Reader, pos: number): number {
  return r.inside(() => {
    const parts: number[] = [];
    while (r.kind() !== Token.end) {
      skipAttributes(r);
      parts.push(r.grammar.readExpression(r));
      if (parts.length === 1 && r.accept(P.semicolon)) {
        return r.out.node(Node.repeat, pos, parts[0], r.grammar.readExpression(r));
      }
      if (!r.accept(P.comma)) break;
    }
    return r.out.list(Node.array, pos, [parts.length], parts);
  });
}

function readPathExpression(r: Reader, flags: number, pos: number): number {
  const path = readPath(r, false);
  if (r.isAt(P.bang) && !r.isPair(P.bang, P.equal)) return readMacro(r, path, pos);
  const canBeStruct = r.isAt(P.openBrace) && (flags & ExpressionFlag.noStruct) === 0;
  if (canBeStruct && looksLikeStruct(r)) return readStruct(r, path, pos);
  return r.out.node(Node.pathExpr, pos, path);
}

function readMacro(r: Reader, path: number, pos: number): number {
  const { code } = r.out;
  const segments = numberAt(code, path + 3);
  const name = r.name(numberAt(code, path + 4 + (segments - 1) * 3));
  r.at += 1;
  const { mode, nodes } = r.grammar.readMacroArguments(r, name);
  return r.out.list(Node.macro, pos, [path, mode, nodes.length], nodes);
}

/** `X {` opens a struct literal unless what follows can only be a block. */
function looksLikeStruct(r: Reader): boolean {
  const first = r.kind(1);
  if (first === P.closeBrace || first === P.hash) return true;
  if (r.isPair(P.dot, P.dot, 1)) return true;
  if (first !== Token.ident && first !== Token.int) return false;
  const second = r.kind(2);
  if (second === P.comma || second === P.closeBrace) return true;
  return second === P.colon && !r.isPair(P.colon, P.colon, 2);
}

function readStruct(r: Reader, path: number, pos: number): number {
  const fields: number[] = [];
  let base = 0;
  r.inside(() => {
    while (r.kind() !== Token.end) {
      skipAttributes(r);
      if (r.acceptPair(P.dot, P.dot)) {
        // `S { a, .. } = s` takes apart: the rest is no value, and yet there is one
        base = r.kind() === Token.end ? r.out.node(Node.patWild, pos) : r.grammar.readExpression(r);
      } else readField(r, fields);
      if (!r.accept(P.comma)) break;
    }
  });
  return r.out.list(Node.struct, pos, [path, fields.length / 3, base], fields);
}

function readField(r: Reader, fields: number[]): void {
  const at = r.pos();
  const symbol = r.kind() === Token.int ? r.symbols.intern(r.tokenText(r.at)) : r.sym();
  if (symbol === 0) r.fail();
  r.at += 1;
  const value = r.accept(P.colon) ? r.grammar.readExpression(r) : 0;
  fields.push(symbol, at, value);
}
