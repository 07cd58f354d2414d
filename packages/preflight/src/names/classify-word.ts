import { isExpression } from './is-expression.js';
import { isWord, openerAt, scopeAt, type TokenTree, textAt } from './token-tree.js';

/** What a word does where it stands; `unclear` whenever it might define a name. */
export type WordRole = 'use' | 'definition' | 'unclear' | 'ignored';

type Rule = (tree: TokenTree, index: number) => WordRole | null;

/** The first rule that knows an answer gives it. */
const RULES: readonly Rule[] = [
  readSurroundings,
  readImport,
  readPathSigns,
  readKeyword,
  readDeclaration,
  readGenerics,
  readCall,
  readCapital,
];

/** Tells what the word at `index` does, without knowing any name. */
export function classifyWord(tree: TokenTree, index: number): WordRole {
  for (const rule of RULES) {
    const role = rule(tree, index);
    if (role !== null) return role;
  }
  if (scopeAt(tree, index) === 'literal') return 'unclear';
  return isExpression(tree, index) ? 'use' : 'unclear';
}

function readSurroundings(tree: TokenTree, index: number): WordRole | null {
  const scope = scopeAt(tree, index);
  if (scope === 'attribute') return 'ignored';
  if (scope === 'derive') return 'use';
  return scope === 'opaque' ? 'unclear' : null;
}

function readImport(tree: TokenTree, index: number): WordRole | null {
  if (scopeAt(tree, index) !== 'import' && !isInImport(tree, index)) return null;
  return textAt(tree, index - 1) === 'as' ? 'definition' : 'use';
}

function isInImport(tree: TokenTree, index: number): boolean {
  const level = openerAt(tree, index);
  for (let at = index - 1; at > level; at -= 1) {
    const text = textAt(tree, at);
    if (text === 'use') return true;
    if (text !== '::' && !isWord(tree.tokens[at])) return false;
  }
  return false;
}

function readPathSigns(tree: TokenTree, index: number): WordRole | null {
  const before = textAt(tree, index - 1);
  if (before === '!' && textAt(tree, index - 2) === 'macro_rules') return 'definition';
  const after = textAt(tree, index + 1);
  return before === '.' || before === '::' || after === '::' || after === '!' ? 'use' : null;
}

const DEFINING = new Set('fn struct enum union trait type mod const static crate ref let'.split(' '));
const USING = new Set(['impl', 'dyn', '->']);

function readKeyword(tree: TokenTree, index: number): WordRole | null {
  const before = textAt(tree, index - 1);
  if (DEFINING.has(before)) return 'definition';
  if (USING.has(before)) return 'use';
  if (before === 'mut') return textAt(tree, index - 2) === '&' ? 'use' : 'definition';
  if (before === 'for') return textAt(tree, index + 1) === 'in' ? 'definition' : 'use';
  return null;
}

const VARIANT_NEIGHBOURS = new Set(['{', ',', ']']);
const PATTERN_SIGNS = new Set(['|', '@']);

function readDeclaration(tree: TokenTree, index: number): WordRole | null {
  const [before, after] = [textAt(tree, index - 1), textAt(tree, index + 1)];
  const scope = scopeAt(tree, index);
  if (scope === 'enum' && VARIANT_NEIGHBOURS.has(before)) return 'definition';
  if (after === ':') return scope === 'literal' ? 'use' : 'definition';
  return before === '|' || PATTERN_SIGNS.has(after) ? 'unclear' : null;
}

const GENERIC_HEADS = new Set(['fn', 'struct', 'enum', 'union', 'trait', 'type']);

/** `impl<T`, `fn name<T`, and everything in doubt behind a comma. */
function readGenerics(tree: TokenTree, index: number): WordRole | null {
  const before = textAt(tree, index - 1);
  const after = textAt(tree, index + 1);
  if (before === ',' && (after === '>' || after === '=')) return 'unclear';
  if (before !== '<') return null;
  const head = textAt(tree, index - 2);
  return head === 'impl' || head === 'for' || GENERIC_HEADS.has(textAt(tree, index - 3)) ? 'unclear' : null;
}

function readCall(tree: TokenTree, index: number): WordRole | null {
  if (textAt(tree, index + 1) !== '(') return null;
  return textAt(tree, index - 1) === '>' ? 'unclear' : 'use';
}

/** Names in capitals bind nothing in a pattern. */
function readCapital(tree: TokenTree, index: number): WordRole | null {
  if (!/^\p{Lu}/u.test(textAt(tree, index))) return null;
  return scopeAt(tree, index) === 'enum' ? 'unclear' : 'use';
}
