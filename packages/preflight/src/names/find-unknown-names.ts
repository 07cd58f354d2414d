import type { FileChange } from '@parseltongue/isg-core';
import { classifyWord } from './classify-word.js';
import { findLostImports } from './find-lost-imports.js';
import { readTokenTree, type TokenTree } from './token-tree.js';
import type { FileWords } from './vocabulary.js';

/** A name that stands for nothing. */
export interface UnknownName {
  code: 'unknown_name' | 'lost_name' | 'lost_import';
  name: string;
  path: string;
  /** UTF-16 offset in the future text. */
  start: number;
}

/** A changed file with its text before and after; null where there is none. */
export interface ChangedText {
  path: string;
  before: string | null;
  after: string | null;
}

export interface UnknownNamesInput {
  changes: readonly ChangedText[];
  /** The words of the untouched tree. */
  tree: ReadonlyMap<string, FileWords>;
  libraries: Pick<ReadonlySet<string>, 'has'>;
  readText: (path: string) => Promise<string | null>;
}

const KEYWORDS = new Set(
  'abstract as async auto await become box break const continue crate default do dyn else enum extern false final fn for gen if impl in let loop macro macro_rules match mod move mut override priv pub raw ref return safe self Self static struct super trait true try type typeof union unsafe unsized use virtual where while yield _'.split(
    ' ',
  ),
);

/**
 * Names a change uses although nothing can define them: neither a file of the tree, nor a dependency, nor a library of
 * the toolchain holds the word, or what defined it is gone, or the import that brought it is.
 *
 * Reads texts as tokens. A word that stands anywhere where it might define a name is not reported.
 */
export async function findUnknownNames(input: UnknownNamesInput): Promise<UnknownName[]> {
  const texts = input.changes.map(readChange);
  const novel = texts.flatMap((text) => listNovel(text, input));
  const lost = await Promise.all([...listLost(texts, input)].map((name) => findLeftUses(name, texts, input)));
  const imports = texts.flatMap(({ path, before, after }) =>
    before === null || after === null
      ? []
      : findLostImports(before, after).map((found) => ({ ...found, path })),
  );
  return keepFirst([
    ...keepUndefined(novel, texts),
    ...lost.flat(),
    ...imports.map((found) => ({ ...found, code: 'lost_import' as const })),
  ]);
}

interface ChangedTree {
  path: string;
  before: TokenTree | null;
  after: TokenTree | null;
}

function readChange({ path, before, after }: ChangedText): ChangedTree {
  return {
    path,
    before: before === null ? null : readTokenTree(before),
    after: after === null ? null : readTokenTree(after),
  };
}

function listNovel({ path, after }: ChangedTree, { tree, libraries }: UnknownNamesInput): UnknownName[] {
  const own = tree.get(path)?.words;
  const found: UnknownName[] = [];
  const isNovel = memoize((name) => {
    if (own?.has(name) === true || libraries.has(name) || KEYWORDS.has(name)) return false;
    return ![...tree.values()].some((file) => file.words.has(name));
  });
  for (const [index, token] of (after?.tokens ?? []).entries()) {
    if (token.kind !== 'word' || !isNovel(token.text) || after === null) continue;
    if (classifyWord(after, index) === 'use')
      found.push({ code: 'unknown_name', name: token.text, path, start: token.start });
  }
  return found;
}

/** Drops names that stand elsewhere in the changed files where they may be defined. */
function keepUndefined(found: readonly UnknownName[], texts: readonly ChangedTree[]): UnknownName[] {
  const names = new Set(found.map(({ name }) => name));
  for (const { after } of texts) {
    for (const [index, token] of (after?.tokens ?? []).entries()) {
      if (token.kind !== 'word' || !names.has(token.text) || after === null) continue;
      const role = classifyWord(after, index);
      if (role === 'definition' || role === 'unclear') names.delete(token.text);
    }
  }
  return found.filter(({ name, path }) => names.has(name) && !isFileName(name, texts, path));
}

/** A module named as a file the change creates. */
function isFileName(name: string, texts: readonly ChangedTree[], from: string): boolean {
  return texts.some(({ path }) => path !== from && path.split(/[/.]/).includes(name));
}

/** Names that changed files defined before and define no more. */
function listLost(texts: readonly ChangedTree[], { libraries }: UnknownNamesInput): Set<string> {
  const had = new Set(texts.flatMap(({ before }) => listDefined(before)));
  const has = new Set(texts.flatMap(({ after }) => listMaybeDefined(after)));
  return new Set([...had].filter((name) => !has.has(name) && !libraries.has(name) && !KEYWORDS.has(name)));
}

function listDefined(tree: TokenTree | null): string[] {
  if (tree === null) return [];
  return tree.tokens.flatMap((token, index) =>
    token.kind === 'word' && classifyWord(tree, index) === 'definition' ? [token.text] : [],
  );
}

function listMaybeDefined(tree: TokenTree | null): string[] {
  if (tree === null) return [];
  return tree.tokens.flatMap((token, index) =>
    token.kind === 'word' && ['definition', 'unclear'].includes(classifyWord(tree, index))
      ? [token.text]
      : [],
  );
}

/** Where a lost name is still used; empty when an unchanged file may define it. */
async function findLeftUses(
  name: string,
  texts: readonly ChangedTree[],
  input: UnknownNamesInput,
): Promise<UnknownName[]> {
  const changed = new Set(texts.map(({ path }) => path));
  const others = [...input.tree].filter(([path, file]) => !changed.has(path) && file.words.has(name));
  const trees = await Promise.all(
    others.map(async ([path]) => ({ path, after: readTokenTree((await input.readText(path)) ?? '') })),
  );
  const found: UnknownName[] = [];
  for (const { path, after } of [...texts, ...trees]) {
    for (const [index, token] of (after?.tokens ?? []).entries()) {
      if (token.text !== name || token.kind !== 'word' || after === null) continue;
      const role = classifyWord(after, index);
      if (role === 'definition' || role === 'unclear') return [];
      if (role === 'use') found.push({ code: 'lost_name', name, path, start: token.start });
    }
  }
  return found.slice(0, 1);
}

function keepFirst(found: readonly UnknownName[]): UnknownName[] {
  const seen = new Set<string>();
  return found.filter(({ name }) => {
    if (seen.has(name)) return false;
    seen.add(name);
    return true;
  });
}

function memoize(decide: (name: string) => boolean): (name: string) => boolean {
  const known = new Map<string, boolean>();
  return (name) => {
    const answer = known.get(name) ?? decide(name);
    known.set(name, answer);
    return answer;
  };
}

/** The changed Rust files of a proposal, read by `readText` as they are now. */
export async function readChangedTexts(
  files: readonly FileChange[],
  readText: (path: string) => Promise<string | null>,
): Promise<ChangedText[]> {
  const rust = files.filter(({ path }) => path.endsWith('.rs'));
  return Promise.all(
    rust.map(async ({ path, after, before_hash: hash }) => ({
      path,
      before: hash === null ? null : await readText(path),
      after,
    })),
  );
}
