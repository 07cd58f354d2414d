import { type Token, tokenizeRust } from './tokenize-rust.js';

/** Tokens and which brackets hold each of them. */
export interface TokenTree {
  tokens: readonly Token[];
  /** Index of the innermost opening bracket around each token, -1 at the root. */
  opener: Int32Array;
  /** Index of the closing bracket of each opening one, the number of tokens when there is none. */
  closer: Map<number, number>;
  /** How a bracket's content is to be read, by index of the opening bracket. */
  scope: Map<number, Scope>;
  /** Names of macros the text defines itself. */
  ownMacros: Set<string>;
}

/** `opaque`: arguments of a macro that may define names, and bodies of macros. */
export type Scope = 'plain' | 'opaque' | 'attribute' | 'derive' | 'import' | 'enum' | 'literal';

const OPEN = new Set(['(', '[', '{']);
const CLOSE = new Set([')', ']', '}']);
/** Macros whose arguments are expressions. */
const EXPRESSION_MACROS = new Set(
  'assert assert_eq assert_ne debug_assert debug_assert_eq debug_assert_ne dbg eprint eprintln format format_args matches panic print println todo unimplemented unreachable vec write writeln'.split(
    ' ',
  ),
);

/** Reads a text as a tree of brackets. */
export function readTokenTree(text: string): TokenTree {
  const tokens = tokenizeRust(text);
  const tree: TokenTree = {
    tokens,
    opener: new Int32Array(tokens.length),
    closer: new Map(),
    scope: new Map([[-1, 'plain']]),
    ownMacros: new Set(),
  };
  const stack: number[] = [];
  for (const [index, token] of tokens.entries()) {
    if (token.kind === 'sign' && CLOSE.has(token.text)) {
      const open = stack.pop();
      if (open !== undefined) tree.closer.set(open, index);
    }
    tree.opener[index] = stack.at(-1) ?? -1;
    if (textAt(tree, index - 2) === 'macro_rules') tree.ownMacros.add(token.text);
    if (token.kind !== 'sign' || !OPEN.has(token.text)) continue;
    tree.scope.set(index, readScope(tree, index));
    tree.closer.set(index, tokens.length);
    stack.push(index);
  }
  return tree;
}

function readScope(tree: TokenTree, open: number): Scope {
  const outer = scopeAt(tree, open);
  if (outer === 'opaque' || outer === 'import') return outer;
  if (outer === 'attribute' || outer === 'derive')
    return textAt(tree, open - 1) === 'derive' ? 'derive' : 'attribute';
  if (isAttribute(tree, open)) return 'attribute';
  const macro = readMacro(tree, open);
  if (macro !== null) return macro;
  if (textAt(tree, open) === '{') return readBraces(tree, open);
  return outer === 'enum' ? 'enum' : 'plain';
}

function readMacro(tree: TokenTree, open: number): Scope | null {
  if (textAt(tree, open - 2) === '!' && textAt(tree, open - 3) === 'macro_rules') return 'opaque';
  if (textAt(tree, open - 1) !== '!' || !isWord(tree.tokens[open - 2])) return null;
  const name = textAt(tree, open - 2);
  return EXPRESSION_MACROS.has(name) && !tree.ownMacros.has(name) ? 'plain' : 'opaque';
}

function isAttribute(tree: TokenTree, open: number): boolean {
  if (textAt(tree, open) !== '[') return false;
  const before = textAt(tree, open - 1);
  return before === '#' || (before === '!' && textAt(tree, open - 2) === '#');
}

function readBraces(tree: TokenTree, open: number): Scope {
  const before = textAt(tree, open - 1);
  if (before === '::') return 'import';
  if (scopeAt(tree, open) === 'enum') return 'plain';
  const head = findHead(tree, open);
  if (head === 'enum') return 'enum';
  if (head === 'use') return 'import';
  if (head !== null) return 'plain';
  return /^[A-Z]\w/.test(before) && isLiteralStart(tree, open) ? 'literal' : 'plain';
}

const ITEM_WORDS = new Set(['enum', 'struct', 'union', 'trait', 'impl', 'mod', 'fn', 'use', 'extern']);
/** Words before which a brace cannot open a struct expression. */
const CONDITIONS = new Set(['if', 'while', 'match', 'in', 'for']);
const ENDS = new Set([';', '}', '=']);
const LITERAL_NEIGHBOURS = new Set(['=', '(', ',', '{', ';', '=>', '[', '&', '|', 'return', 'let']);
const CONDITION_ENDS = new Set([';', '}', '{', '=>']);

/** The item whose braces these are, null for braces of an expression or a pattern. */
function findHead(tree: TokenTree, open: number): string | null {
  const level = openerAt(tree, open);
  for (let index = open - 1; index > level; index -= 1) {
    if (openerAt(tree, index) !== level) continue;
    const text = textAt(tree, index);
    if (ENDS.has(text)) return null;
    if (ITEM_WORDS.has(text)) return text;
  }
  return null;
}

/** True for `Path {` where a value or a pattern may stand: not the head of `if`, `match` and their like. */
function isLiteralStart(tree: TokenTree, open: number): boolean {
  let index = open - 1;
  while (textAt(tree, index - 1) === '::') index -= 2;
  return LITERAL_NEIGHBOURS.has(textAt(tree, index - 1)) && !isInCondition(tree, index - 1);
}

function isInCondition(tree: TokenTree, from: number): boolean {
  const level = openerAt(tree, from);
  for (let index = from; index > level; index -= 1) {
    if (openerAt(tree, index) !== level) continue;
    const text = textAt(tree, index);
    if (CONDITION_ENDS.has(text)) return false;
    if (CONDITIONS.has(text)) return true;
  }
  return false;
}

/** The text of a token, empty beyond either end. */
export function textAt(tree: TokenTree, index: number): string {
  return tree.tokens[index]?.text ?? '';
}

/** The opening bracket around a token, -1 at the root. */
export function openerAt(tree: TokenTree, index: number): number {
  return tree.opener[index] ?? -1;
}

/** The closing bracket of an opening one; the number of tokens when there is none or at the root. */
export function closerOf(tree: TokenTree, open: number): number {
  return tree.closer.get(open) ?? tree.tokens.length;
}

/** How the surroundings of a token are to be read. */
export function scopeAt(tree: TokenTree, index: number): Scope {
  return tree.scope.get(openerAt(tree, index)) ?? 'plain';
}

/** True when a token is a word. */
export function isWord(token: Token | undefined): boolean {
  return token?.kind === 'word';
}
