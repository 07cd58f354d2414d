import { closerOf, isWord, openerAt, scopeAt, type TokenTree, textAt } from './token-tree.js';

/** True when a lower-case name can only be read as a value: no pattern, no parameter, no shorthand. */
export function isExpression(tree: TokenTree, index: number): boolean {
  for (let at = index; ; ) {
    const verdict = readStatement(tree, at);
    if (verdict !== 'climb') return verdict === 'value';
    const open = openerAt(tree, at);
    if (open < 0 || isParameterList(tree, open) || scopeAt(tree, at) === 'literal') return false;
    if (textAt(tree, closerOf(tree, open) + 1) === '|') return false;
    at = open;
  }
}

function isParameterList(tree: TokenTree, open: number): boolean {
  return textAt(tree, open) === '(' && isWord(tree.tokens[open - 1]) && textAt(tree, open - 2) === 'fn';
}

/** Looks around a token within its own bracket: value, binding, or as the bracket itself. */
function readStatement(tree: TokenTree, at: number): 'value' | 'binding' | 'climb' {
  const open = openerAt(tree, at);
  const isBlock = open < 0 || textAt(tree, open) === '{';
  return readBackwards(tree, at, isBlock) ?? readForwards(tree, at, isBlock) ?? (isBlock ? 'value' : 'climb');
}

const ASSIGNS = new Set(['=', 'in']);
const BINDERS = new Set(['let', 'for']);
const VALUE_SIGNS = new Set(['=>', 'return', 'match']);
const CLOSURES = new Set(['|', '||']);
const BLOCK_ENDS = new Set([',', '}']);

function readBackwards(tree: TokenTree, at: number, isBlock: boolean): 'value' | 'binding' | null {
  const level = openerAt(tree, at);
  let isAssigned = false;
  for (let index = at - 1; index > level; index -= 1) {
    if (openerAt(tree, index) !== level) continue;
    const text = textAt(tree, index);
    if (BINDERS.has(text)) return isAssigned ? 'value' : 'binding';
    if (VALUE_SIGNS.has(text)) return 'value';
    const isEnd = text === ';' || CLOSURES.has(text) || (isBlock && BLOCK_ENDS.has(text));
    if (isEnd) break;
    isAssigned ||= ASSIGNS.has(text);
  }
  return isAssigned ? 'value' : null;
}

function readForwards(tree: TokenTree, at: number, isBlock: boolean): 'value' | 'binding' | null {
  const level = openerAt(tree, at);
  const end = closerOf(tree, level);
  for (let index = at + 1; index < end; index += 1) {
    if (openerAt(tree, index) !== level) continue;
    const text = textAt(tree, index);
    if (text === '=>' || text === '|') return 'binding';
    if (text === ';' || (isBlock && text === ',')) return 'value';
  }
  return null;
}
