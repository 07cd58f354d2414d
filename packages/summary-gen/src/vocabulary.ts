import type { Chunk } from '@parseltongue/isg-core';
import type { Neighbours } from './neighbours.js';
import type { ChildRow } from './rules/rule.js';
import { isClosedWord } from './words/closed-words.js';
import { baseForms } from './words/inflect.js';
import { splitPhrasalVerb } from './words/phrasal-verbs.js';
import { splitWords } from './words/split-words.js';

const TOKEN = /[\p{L}\p{M}\p{N}_]+/gu;
/** What readers never see within a word: `poll`ed, x<sup>2</sup>. */
const MARKUP_IN_WORDS = /(?<=\w)(?:`|<\/?[a-z]+>)(?=\w)/g;

/**
 * Every word a summary of the row may use besides the closed list: the words of all its texts, of its children's names and of its
 * neighbours' names, in lower case, whole and split at case changes, with their singulars and verb stems.
 */
export function collectVocabulary(
  row: Chunk,
  around: { children?: readonly ChildRow[]; neighbours?: Neighbours } = {},
): Set<string> {
  const vocabulary = new Set<string>();
  for (const text of [...rowTexts(row), ...namesAround(around)]) {
    for (const word of tokenize(text)) {
      for (const form of baseForms(word)) vocabulary.add(form);
      for (const part of splitPhrasalVerb(word) ?? []) vocabulary.add(part);
    }
  }
  return vocabulary;
}

function rowTexts(row: Chunk): string[] {
  const texts = [
    decodeKey(row.isgl1_key),
    row.kind,
    row.name,
    row.file,
    row.current_code,
    row.interface_signature,
    row.doc,
    row.doc.replace(MARKUP_IN_WORDS, ''),
  ];
  return [...texts, row.tdd_reason, row.crate ?? '', row.module_path ?? ''];
}

function namesAround({
  children = [],
  neighbours,
}: {
  children?: readonly ChildRow[];
  neighbours?: Neighbours;
}): string[] {
  const names = children.flatMap((child) => [child.name, child.interface_signature]);
  if (neighbours === undefined) return names;
  return [...names, ...neighbours.callers, ...neighbours.callees, neighbours.implemented ?? ''];
}

function decodeKey(key: string): string {
  return key.replace(/%([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** The words of the summary that are neither in the vocabulary nor closed, in order. Empty for an honest summary. */
export function findInventedWords(summary: string, vocabulary: ReadonlySet<string>): string[] {
  return [...tokenize(summary)].filter((word) => {
    if (/^\p{N}+$/u.test(word) || isClosedWord(word)) return false;
    return !baseForms(word).some((form) => vocabulary.has(form) || isClosedWord(form));
  });
}

/** The lower-case words of a text: identifiers whole, then their parts. */
export function tokenize(text: string): Set<string> {
  const words = new Set<string>();
  for (const [token] of text.matchAll(TOKEN)) {
    words.add(token.replace(/^_+/, '').toLowerCase());
    for (const part of splitWords(token)) words.add(part.toLowerCase());
  }
  return words;
}
