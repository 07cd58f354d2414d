import type { Chunk } from '@parseltongue/isg-core';
import { isFunctionWord, isTemplateWord } from '../words/closed-words.js';
import { baseForms, isThirdPerson, toThirdPerson } from '../words/inflect.js';
import { splitName, splitWords } from '../words/split-words.js';
import { verbStrength } from '../words/verbs.js';
import { cleanLine } from './compose-line.js';
import { findFirstSentence } from './first-sentence.js';
import { isInstruction } from './instruction.js';
import type { Draft, RuleInput } from './rule.js';
import { shortenSentence } from './shorten-sentence.js';

const CALLABLE = new Set(['function', 'method', 'macro']);
const SELF_REFERENCE =
  /^(?:This|The|A|An) (?:(?:helper|utility|convenience) )?(?:function|method|struct|structure|enum|enumeration|union|trait|type|macro|module|crate|constant|file|routine) (?:(?:that|which) )?(?:(will) (\w+)|(\w+s))\b/;
const DETERMINER =
  /^(?:a|an|the|all|any|each|every|this|that|these|those|it|its|if|whether|what|when|where|how|into|from|to|for|with|and|or|on|in|as|by|up|out|over|through|`|&|one|two|some|another|more|given|new|current|specified|provided|multiple|only|[a-z]{3,}[^s\W]s)\b/i;
// Behind it only an article proves the verb: "Set of keys" is none.
const ARTICLE = /^(?:a|an|the|this|that|these|all|its)\b/i;
const POINTER =
  /^(?:see|refer to|same as|like|as|equivalent to|alias for|deprecated|todo|fixme|xxx|hack|safety|note|internal|experimental)\b/i;

/**
 * The first sentence of the doc comment, when it says something the name does not.
 *
 * Imperatives become third person, "This function" falls away, a sentence too long loses asides and trailing clauses.
 * Text that addresses a model ("ignore previous instructions") is refused.
 */
export function summarizeDoc(input: RuleInput): Draft | undefined {
  const { row } = input;
  if (row.doc === '') return undefined;
  const sentence = findFirstSentence(row.doc);
  if (sentence === '' || isInstruction(sentence)) return undefined;
  const spoken = toPresentTense(sentence, row);
  const fresh = countFreshWords(spoken, input);
  if (fresh === 0 && !isFuller(spoken, row)) return undefined;
  const short = shortenSentence(spoken);
  if (short === undefined) return undefined;
  return { head: capitalize(short.text), clauses: [], quality: gradeSentence(spoken, fresh, short.isCut) };
}

// A verb alone says less than a sentence that only adds what the container is named.
function isFuller(sentence: string, row: Chunk): boolean {
  return CALLABLE.has(row.kind) && splitName(row.name).length === 1 && sentence.split(' ').length >= 4;
}

function gradeSentence(sentence: string, fresh: number, isCut: boolean): number {
  let quality = fresh === 0 ? 0.45 : fresh >= 3 ? 0.95 : 0.7 + fresh * 0.05;
  if (isCut) quality -= 0.1;
  if (POINTER.test(sentence)) quality = Math.min(quality, 0.45);
  if (sentence.endsWith(':')) quality = Math.min(quality, 0.5);
  return quality;
}

function toPresentTense(sentence: string, row: Chunk): string {
  const line = cleanLine(sentence).replace(/[.!。:;,]+$/, '');
  const opening = SELF_REFERENCE.exec(line);
  if (opening !== null) {
    const verb = opening[2] !== undefined ? toThirdPerson(opening[2]) : (opening[3] ?? '');
    const isUsable = opening[2] !== undefined || isVerbOf(verb, line.startsWith('This '));
    if (isUsable) return verb + line.slice(opening[0].length);
  }
  const isCallable = CALLABLE.has(row.kind);
  return inflectImperative(line, {
    next: isCallable ? DETERMINER : ARTICLE,
    verb: isCallable ? (splitName(row.name)[0] ?? '') : '',
  });
}

// "This type pairs" holds a verb whatever it is; "A type users configure" must know it.
function isVerbOf(word: string, isDefinite: boolean): boolean {
  return !/^(?:is|has|does|was|as|its|plus)$/.test(word) && (isDefinite || isThirdPerson(word));
}

// `-ly` words that are verbs themselves.
const OPENING =
  /^((?!(?:Apply|Multiply|Reply|Supply|Imply|Rely) )[A-Z][a-z]+ly )?([A-Za-z]+)( (?:and|or) ([a-z]+))?(?= |$)/;

interface Imperative {
  /** What behind the first word proves it a verb. */
  next: RegExp;
  /** A verb the name proves. */
  verb: string;
}

// `Create a parser` is `Creates a parser`, `Cheaply clone the arena` is `Cheaply clones the arena`.
function inflectImperative(line: string, imperative: Imperative): string {
  const opening = OPENING.exec(line);
  if (opening === null) return line;
  const [whole, adverb = '', first = '', joined = '', second = ''] = opening;
  const rest = line.slice(whole.length);
  if (!isImperative(first.toLowerCase(), rest.trimStart(), imperative)) return line;
  const start = first.charAt(0) + toThirdPerson(first.toLowerCase()).slice(1);
  const other = verbStrength(second) === undefined ? second : toThirdPerson(second);
  return `${adverb}${start}${joined.slice(0, joined.length - second.length)}${other}${rest}`;
}

const GIVING = new Set(
  'access borrow calculate compute construct create determine fetch find get give iterate list load look obtain peek provide query read retrieve return yield'.split(
    ' ',
  ),
);

function isImperative(word: string, rest: string, { next, verb }: Imperative): boolean {
  if (verbStrength(word) === undefined || isThirdPerson(word)) return false;
  // what a getter's doc says is done is mostly done with what it gives
  if (verb === 'get' && !GIVING.has(word)) return false;
  return word === 'return' || word === verb || rest === '' || next.test(rest) || isCode(rest);
}

// What was a code span: `Parse env::args_os`.
function isCode(rest: string): boolean {
  return /^[A-Za-z_]\w*(?:::|_\w|\()/.test(rest);
}

// Words that neither the name, the container, the kind nor grammar gives away.
function countFreshWords(sentence: string, input: RuleInput): number {
  const known = new Set<string>();
  for (const name of [input.row.name, ...input.container, input.row.kind]) {
    for (const word of splitWords(name)) for (const form of baseForms(word.toLowerCase())) known.add(form);
  }
  const fresh = new Set<string>();
  for (const word of splitWords(sentence)) {
    const lower = word.toLowerCase();
    if (lower.length < 2 || isFunctionWord(lower) || isTemplateWord(lower)) continue;
    const forms = baseForms(lower);
    if (lower !== 'new' && !forms.some((form) => known.has(form))) fresh.add(forms[1] ?? lower);
  }
  return fresh.size;
}

function capitalize(text: string): string {
  const upper = text.charAt(0).toUpperCase();
  const isWord = /^\p{Ll}[\p{Ll}'-]*(?=[\s,;]|$)/u.test(text);
  // Some letters become two in upper case or never come back.
  return isWord && upper.toLowerCase() === text.charAt(0) ? upper + text.slice(1) : text;
}
