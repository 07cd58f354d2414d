import { Node } from '../facts.js';
import { numberAt } from '../indexed.js';
import { Token } from './lexer.js';
import { P } from './punctuation.js';
import { readAttributes } from './read-attributes.js';
import { readBlockLike } from './read-control.js';
import { continueBinary } from './read-expressions.js';
import { readPostfix } from './read-operands.js';
import { type Reader, type StatementExpression, UnreadableSyntax } from './reader.js';
import { Sym } from './symbols.js';

/** Reads `{ .. }`. A statement that cannot be read is left out; the rest stays. */
export function readBlock(r: Reader, flags = 0): number {
  return r.nest(() => {
    const pos = r.pos();
    if (!r.isAt(P.openBrace)) r.fail();
    return r.inside(() => readStatements(r, pos, flags));
  });
}

interface BlockState {
  pos: number;
  statements: number[];
  tail: number;
}

/** Reads statements up to the limit and gives a block node. */
export function readStatements(r: Reader, pos: number, flags: number): number {
  const outer = r.scope;
  const state: BlockState = { pos, statements: [], tail: 0 };
  readAttributes(r, true);
  if (declaresItems(r)) r.scope = openBlockScope(r, pos);
  while (r.kind() !== Token.end) {
    state.tail = 0;
    readGuarded(r, state);
  }
  const scope = r.scope === outer ? -1 : r.scope;
  r.scope = outer;
  const { statements, tail } = state;
  return r.out.list(Node.block, pos, [scope, flags, statements.length], [...statements, tail]);
}

function openBlockScope(r: Reader, pos: number): number {
  r.out.scopes.push({ kind: 'block', parent: r.scope, item: r.rowAround(pos), owner: r.owner });
  return r.out.scopes.length - 1;
}

const ITEM_WORDS = new Set<number>([
  Sym.fn,
  Sym.use,
  Sym.struct,
  Sym.enum,
  Sym.impl,
  Sym.trait,
  Sym.mod,
  Sym.type,
  Sym.macro_rules,
  Sym.static,
  Sym.const,
  Sym.extern,
  Sym.union,
]);

/** Scans the block's own level: one item keyword is enough to give the block a scope of its own. */
function declaresItems(r: Reader): boolean {
  const { mates, kinds } = r.tokens;
  for (let index = r.at; index < r.limit; index += 1) {
    const mate = numberAt(mates, index);
    if (mate > index) index = mate;
    else if (kinds[index] === Token.ident && ITEM_WORDS.has(r.sym(index - r.at)) && startsStatement(r, index))
      return true;
  }
  return false;
}

function startsStatement(r: Reader, index: number): boolean {
  const before = r.tokens.kinds[index - 1];
  if (index === r.at) return true;
  return (
    before === P.semicolon ||
    before === P.closeBrace ||
    before === P.closeBracket ||
    before === P.closeParen ||
    before === Token.ident ||
    before === Token.str
  );
}

function readGuarded(r: Reader, state: BlockState): void {
  const start = r.at;
  const limit = r.limit;
  const { scope, owner, depth } = r;
  const mark = r.out.mark();
  try {
    readStatement(r, state);
  } catch (error) {
    if (!(error instanceof UnreadableSyntax)) throw error;
    Object.assign(r, { limit, scope, owner, depth });
    r.out.reset(mark);
    r.leaveOut();
    skipStatement(r, start);
  }
}

/** Moves behind the next `;` or braces of this level. */
function skipStatement(r: Reader, start: number): void {
  r.at = start;
  while (r.kind() !== Token.end) {
    const kind = r.kind();
    const mate = numberAt(r.tokens.mates, r.at);
    r.at = mate > r.at && mate < r.limit ? mate + 1 : r.at + 1;
    if (kind === P.semicolon || (kind === P.openBrace && mate > 0)) return;
  }
}

function readStatement(r: Reader, state: BlockState): void {
  if (r.accept(P.semicolon)) return;
  const start = r.at;
  const pos = r.pos();
  const attributes = readAttributes(r);
  const afterAttributes = r.at;
  r.at = start;
  const context = { scope: r.scope, owner: -1, isMember: false, flags: r.inherited, cfg: [] };
  if (r.grammar.readItem(r, context)) return;
  r.at = afterAttributes;
  if (r.kind() === Token.end) return;
  const node = r.sym() === Sym.let ? readLet(r) : readExpressionStatement(r, state);
  const wrapped =
    attributes.cfg.length === 0
      ? node
      : r.out.node(Node.cfg, pos, r.symbols.intern(attributes.cfg.join('\n')), node);
  if (state.tail === node) state.tail = wrapped;
  else state.statements.push(wrapped);
}

function readLet(r: Reader): number {
  const pos = r.pos();
  r.at += 1;
  const pattern = r.grammar.readPattern(r);
  const type = r.accept(P.colon) ? r.grammar.readType(r) : 0;
  const value = r.accept(P.equal) ? r.grammar.readExpression(r) : 0;
  const otherwise = r.acceptSym(Sym.else) ? r.grammar.readBlock(r) : 0;
  if (!r.accept(P.semicolon) && r.kind() !== Token.end) r.fail();
  return r.out.node(Node.stmtLet, pos, pattern, type, value, otherwise);
}

function readExpressionStatement(r: Reader, state: BlockState): number {
  const { node, isBlock } = readStatementExpression(r);
  if (r.accept(P.semicolon)) return node;
  if (r.kind() === Token.end) state.tail = node;
  else if (!isBlock) r.fail();
  return node;
}

/** Reads an expression where a block ends it: a statement, the body of a match arm. */
export function readStatementExpression(r: Reader): StatementExpression {
  const pos = r.pos();
  const block = readBlockLike(r);
  if (block !== 0) {
    const goesOn = (r.isAt(P.dot) && !r.isPair(P.dot, P.dot)) || r.isAt(P.question);
    if (!goesOn) return { node: block, isBlock: true };
    const left = readPostfix(r, block, pos);
    return { node: continueBinary(r, { left, pos, minPrec: 0, flags: 0 }), isBlock: false };
  }
  const start = r.at;
  const node = r.grammar.readExpression(r);
  return { node, isBlock: isBraceMacro(r, start, node) };
}

/** `m! { .. }` needs no semicolon. */
function isBraceMacro(r: Reader, start: number, node: number): boolean {
  if (r.out.code[node] !== Node.macro || r.at === start) return false;
  return r.tokens.kinds[r.at - 1] === P.closeBrace;
}
