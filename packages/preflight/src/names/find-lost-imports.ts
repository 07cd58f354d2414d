import { classifyWord, DEFINING, isQuoted } from './classify-word.js';
import { isWord, openerAt, scopeAt, type TokenTree, textAt } from './token-tree.js';

/** Names every file sees without an import. */
const PRELUDE = new Set(
  'AsMut AsRef Box Clone Copy Debug Default DoubleEndedIterator Drop Eq Err ExactSizeIterator Extend Fn FnMut FnOnce From FromIterator Hash Into IntoIterator Iterator None Ok Option Ord PartialEq PartialOrd Result Send Sized Some String Sync ToOwned ToString TryFrom TryInto Unpin Vec bool char drop f32 f64 i128 i16 i32 i64 i8 isize self str u128 u16 u32 u64 u8 usize alloc core std'.split(
    ' ',
  ),
);

/** Uses of names whose only import a change takes away; none in a file that imports by glob. */
export function findLostImports(before: TokenTree, after: TokenTree): { name: string; start: number }[] {
  const had = listImports(before);
  const has = listImports(after);
  if (has.isOpen) return [];
  const lost = [...had.names].filter((name) => !has.names.has(name) && !PRELUDE.has(name));
  return lost.flatMap((name) => {
    const isGivenToMacros = countUnclear(after, name) > countUnclear(before, name);
    return isGivenToMacros ? [] : findBareUse(after, name);
  });
}

/** How often a name stands where a macro may define it. */
function countUnclear(tree: TokenTree, name: string): number {
  return listPlaces(tree, name).filter((index) => classifyWord(tree, index) === 'unclear').length;
}

function listPlaces({ tokens }: TokenTree, name: string): number[] {
  return tokens.flatMap((token, index) => (token.kind === 'word' && token.text === name ? [index] : []));
}

/** The first use of a name by itself, none when the file may define the name. */
function findBareUse(tree: TokenTree, name: string): { name: string; start: number }[] {
  const places = listPlaces(tree, name).map((index) => ({ index, use: readUse(tree, index) }));
  if (places.some(({ use }) => use === 'maybe defined')) return [];
  const first = places.find(({ index, use }) => use === 'used' && isBare(tree, index));
  const token = first === undefined ? undefined : tree.tokens[first.index];
  return token === undefined ? [] : [{ name, start: token.start }];
}

function readUse(tree: TokenTree, index: number): 'used' | 'maybe defined' | 'unknown' {
  const role = classifyWord(tree, index);
  if (role === 'use') return 'used';
  if (role === 'ignored') return 'unknown';
  if (role === 'definition' || scopeAt(tree, index) !== 'opaque') return 'maybe defined';
  return isBuilt(tree, index) ? 'used' : 'unknown';
}

/** A type that is built or called, which the macro around it was given before as well. */
function isBuilt(tree: TokenTree, index: number): boolean {
  const [before, after] = [textAt(tree, index - 1), textAt(tree, index + 1)];
  const isValue = /^\p{Lu}/u.test(textAt(tree, index)) && /^(?:[({]|::)$/.test(after);
  return isValue && before !== '$' && !DEFINING.has(before) && !isQuoted(tree, index);
}

function isBare(tree: TokenTree, index: number): boolean {
  const [before, after] = [textAt(tree, index - 1), textAt(tree, index + 1)];
  const isMember = before === '.' || before === '::';
  const isInImport = scopeAt(tree, index) === 'import' || before === 'use';
  return !isMember && !isInImport && after !== '!' && after !== ':';
}

/** What the `use` items of a file bring in. */
function listImports(tree: TokenTree): { names: Set<string>; isOpen: boolean } {
  const names = new Set<string>();
  let isOpen = false;
  for (let index = 0; index < tree.tokens.length; index += 1) {
    if (textAt(tree, index) !== 'use' || !isWord(tree.tokens[index])) continue;
    const end = findSemicolon(tree, index);
    for (let at = index + 1; at < end; at += 1) {
      if (textAt(tree, at) === '*' && textAt(tree, at - 2) !== 'super') isOpen = true;
      const name = readLeaf(tree, at);
      if (name !== null) names.add(name);
    }
    index = end;
  }
  return { names, isOpen };
}

const LEAF_ENDS = new Set([',', '}', ';']);

function readLeaf(tree: TokenTree, at: number): string | null {
  if (!isWord(tree.tokens[at]) || !LEAF_ENDS.has(textAt(tree, at + 1))) return null;
  return textAt(tree, at) === 'self' ? textAt(tree, at - 3) : textAt(tree, at);
}

function findSemicolon(tree: TokenTree, from: number): number {
  const level = openerAt(tree, from);
  for (let index = from; index < tree.tokens.length; index += 1) {
    if (textAt(tree, index) === ';' && openerAt(tree, index) === level) return index;
  }
  return tree.tokens.length;
}
