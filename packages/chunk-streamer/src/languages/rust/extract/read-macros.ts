import { LitKind, MacroMode, Node } from '../facts.js';
import { numberAt } from '../indexed.js';
import { Token } from './lexer.js';
import { P } from './punctuation.js';
import { readStatements } from './read-blocks.js';
import { readCfgIf } from './read-cfg-if.js';
import { type MacroArguments, type Reader, UnreadableSyntax } from './reader.js';

/** Their tokens are text, not code that runs here. */
const QUOTING = new Set([
  'quote',
  'quote_spanned',
  'parse_quote',
  'parse_quote_spanned',
  'stringify',
  'concat',
  'concat_idents',
  'include',
  'include_str',
  'include_bytes',
  'env',
  'option_env',
  'cfg',
  'compile_error',
  'asm',
  'global_asm',
  'line',
  'column',
  'file',
  'module_path',
  'json',
  'html',
  'macro_rules',
]);

/** Reads the token tree at the cursor as expressions where it is that; the cursor ends behind it in any case. */
export function readMacroArguments(r: Reader, name: string): MacroArguments {
  const end = r.mate() + 1;
  const opaque: MacroArguments = { mode: MacroMode.opaque, nodes: [] };
  if (QUOTING.has(name)) {
    r.at = end;
    return opaque;
  }
  const mark = r.out.mark();
  const saved = { limit: r.limit, scope: r.scope, owner: r.owner, depth: r.depth, inherited: r.inherited };
  const start = r.at;
  for (const read of shapesOf(r, name)) {
    r.at = start;
    try {
      const nodes = restOutline(r, () => r.nest(() => r.inside(() => read(r))));
      return { mode: MacroMode.expressions, nodes };
    } catch (error) {
      if (!(error instanceof UnreadableSyntax)) throw error;
      r.out.reset(mark);
      Object.assign(r, saved);
    }
  }
  r.at = end;
  return opaque;
}

/** What the tokens of a macro hold is no row. */
export function restOutline<T>(r: Reader, read: () => T): T {
  return r.outline === undefined ? read() : r.outline.rest(read);
}

type ArgumentShape = (r: Reader) => number[];

/** Shapes to try, in order. */
function shapesOf(r: Reader, name: string): ArgumentShape[] {
  if (name === 'matches') return [readMatches];
  if (name === 'vec') return [readVec];
  if (name === 'cfg_if') return [readBranches];
  if (name === 'select') return [readSelect, readBody, readArguments];
  return r.isAt(P.openBrace) ? [readBody, readArguments] : [readArguments];
}

function readArguments(r: Reader): number[] {
  const nodes: number[] = [];
  while (r.kind() !== Token.end) {
    if (r.kind() === Token.ident && r.kind(1) === P.equal && !r.isPair(P.equal, P.equal, 1)) {
      if (r.isPair(P.equal, P.greater, 1)) r.fail();
      r.at += 2;
    }
    nodes.push(r.grammar.readExpression(r));
    if (!r.accept(P.comma) && !r.accept(P.semicolon)) break;
  }
  return nodes;
}

/** `m! { statements }`: only a body that reads as a whole counts. */
function readBody(r: Reader): number[] {
  const first = r.at;
  for (let index = first; index < r.limit; index += 1) {
    // `=>` at the top level is a language of its own
    const mate = numberAt(r.tokens.mates, index);
    if (mate > index) index = mate;
    else if (r.isPair(P.equal, P.greater, index - r.at)) r.fail();
  }
  const unread = r.unreadable;
  const node = readStatements(r, r.pos(), 0);
  const isWhole = r.unreadable === unread;
  r.unreadable = unread;
  return isWhole ? [node] : r.fail();
}

function readMatches(r: Reader): number[] {
  const pos = r.pos();
  const value = r.grammar.readExpression(r);
  r.expect(P.comma);
  const pattern = r.grammar.readPattern(r);
  const guard = r.tokenText(r.at) === 'if' && r.kind() === Token.ident ? readGuard(r) : 0;
  r.accept(P.comma);
  const truth = r.out.node(Node.lit, pos, LitKind.bool, 0);
  return [r.out.list(Node.match, pos, [value, 1], [pattern, guard, truth])];
}

function readBranches(r: Reader): number[] {
  const nodes: number[] = [];
  readCfgIf(r, (predicates) => {
    const pos = r.pos();
    const body = readStatements(r, pos, 0);
    nodes.push(r.out.node(Node.cfg, pos, r.symbols.intern(predicates.join('\n')), body));
  });
  return nodes;
}

/** `pattern = future, if guard => body`: each branch reads as a `match` on the awaited future. */
function readSelect(r: Reader): number[] {
  const nodes: number[] = [];
  if (r.tokenText(r.at) === 'biased' && r.kind(1) === P.semicolon) r.at += 2;
  while (r.kind() !== Token.end) {
    nodes.push(isWord(r, 'else') ? readSelectElse(r) : readSelectBranch(r));
    r.accept(P.comma);
  }
  return nodes;
}

function isWord(r: Reader, word: string): boolean {
  return r.kind() === Token.ident && r.tokenText(r.at) === word;
}

function readSelectElse(r: Reader): number {
  r.at += 1;
  if (!r.acceptPair(P.equal, P.greater)) r.fail();
  return r.grammar.readStatementExpression(r).node;
}

function readSelectBranch(r: Reader): number {
  const pos = r.pos();
  const pattern = r.grammar.readPattern(r);
  r.expect(P.equal);
  const awaited = r.out.node(Node.await, pos, r.grammar.readExpression(r), pos);
  const guard = r.accept(P.comma) && isWord(r, 'if') ? readGuard(r) : 0;
  if (!r.acceptPair(P.equal, P.greater)) r.fail();
  const body = r.grammar.readStatementExpression(r).node;
  return r.out.list(Node.match, pos, [awaited, 1], [pattern, guard, body]);
}

function readGuard(r: Reader): number {
  r.at += 1;
  return r.grammar.readExpression(r);
}

function readVec(r: Reader): number[] {
  const pos = r.pos();
  const parts: number[] = [];
  while (r.kind() !== Token.end) {
    parts.push(r.grammar.readExpression(r));
    if (parts.length === 1 && r.accept(P.semicolon)) {
      return [r.out.node(Node.repeat, pos, parts[0], r.grammar.readExpression(r))];
    }
    if (!r.accept(P.comma)) break;
  }
  return [r.out.list(Node.array, pos, [parts.length], parts)];
}
