import { cutAtWord, MAX_SUMMARY_LENGTH } from './compose-line.js';

// Places where the rest only explains: what stands before is true without it. A condition or a "but" is none.
const ASIDE =
  /; | [\u2013\u2014] ?| -- |, (?:which|because|since|e\.g\.|i\.e\.|such as|for example|for instance|so that|so as|thereby|similar to|analogous to)\b| (?:because|so that|in order to) /g;
const SHORTEST = 24;

export interface ShortSentence {
  text: string;
  /** True when meaning may be lost. */
  isCut: boolean;
}

/** Fits a sentence to the line: without parentheses, then without asides, then cut behind a word and marked. */
export function shortenSentence(sentence: string): ShortSentence | undefined {
  if (sentence.length <= MAX_SUMMARY_LENGTH) return { text: sentence, isCut: false };
  const bare = sentence.replace(/ \((?:[^()]|\([^()]*\))*\)/g, '');
  if (bare.length <= MAX_SUMMARY_LENGTH) return { text: bare, isCut: false };
  const aside = findLastAside(bare);
  if (aside !== undefined) return { text: aside, isCut: false };
  const text = cutAtWord(bare, MAX_SUMMARY_LENGTH);
  return text === undefined ? undefined : { text, isCut: true };
}

function findLastAside(text: string): string | undefined {
  let best: string | undefined;
  for (const match of text.matchAll(ASIDE)) {
    if (match.index > MAX_SUMMARY_LENGTH) break;
    const kept = text.slice(0, match.index).trimEnd();
    if (kept.length >= SHORTEST && isBalanced(kept)) best = kept;
  }
  return best;
}

function isBalanced(text: string): boolean {
  return text.split('(').length === text.split(')').length;
}
