import { formatType, typeArguments, typeHead } from '../syntax/format-type.js';
import { isCompoundNoun } from '../words/compound-nouns.js';
import { isThirdPerson, toThirdPerson } from '../words/inflect.js';
import { verbStrength } from '../words/verbs.js';
import { type FunctionFacts, returnsNothing, returnsSelf } from './function-facts.js';
import type { ReturnLead } from './return-clause.js';

/** How a name reads as the head of a sentence. */
export interface FunctionPhrase {
  head: string;
  /** How the return type is said: on its own, behind a noun that comes back, or not at all. */
  returns: ReturnLead | 'none';
  /** Parameters the head has used up, from the first. */
  usedParameters: number;
  quality: number;
}

type Form = (facts: FunctionFacts) => FunctionPhrase | undefined;

const ADVERBS = new Set(
  'maybe really raw inner internal fast slow safe unsafe naive parallel async sync blocking lazy eager recursive unchecked checked'.split(
    ' ',
  ),
);
const PREDICATES = new Set(
  'is has can should needs contains was will must are were did does supports allows matches starts ends includes exists requires accepts intersects overlaps equals belongs uses owns implements precedes follows'.split(
    ' ',
  ),
);
const VAGUE = new Set(
  'get set run do process handle apply execute exec call go init setup update make build test check main work perform op'.split(
    ' ',
  ),
);
// `copy_from(other)` copies from other.
const LINK = /^(?:with|from|to|into|by|at|in|for)$/;
const PREPOSITION = /^(?:with|in|from|for|at|on|of|by|to|and|or|into|as|if|unchecked|uninit)$/;

/** The first form that fits, from the most to the least telling. */
export function phraseFunction(facts: FunctionFacts): FunctionPhrase {
  for (const form of FORMS) {
    const phrase = form(facts);
    if (phrase !== undefined) return phrase;
  }
  return phrase(`Function ${facts.name}`, 0.2);
}

const FORMS: readonly Form[] = [
  formConstructor,
  formFrom,
  formWith,
  formConversion,
  formPredicate,
  formLaterPredicate,
  formAccessor,
  formTry,
  formAdverb,
  formBuilder,
  formVerb,
  formLastVerb,
  formNoun,
  formRest,
];

function formConstructor({ words, subject, signature }: FunctionFacts): FunctionPhrase | undefined {
  const [first, ...rest] = words;
  if (first !== 'new' || signature.receiver !== 'none') return undefined;
  if (rest.length === 0 && subject === '') return undefined;
  const made = subject === '' ? [] : [subject];
  const kind = rest[0] === undefined || PREPOSITION.test(rest[0]) ? [...made, ...rest] : [...rest, ...made];
  return phrase(`Creates ${kind.join(' ')}`, 0.5);
}

function formFrom(facts: FunctionFacts): FunctionPhrase | undefined {
  const [first, ...rest] = facts.words;
  if (first !== 'from' || facts.signature.receiver !== 'none') return undefined;
  const made = madeBy(facts);
  if (made === undefined) return undefined;
  if (rest.length > 0) return phrase(`Creates ${made} from ${rest.join(' ')}`, 0.6);
  const source = facts.given[0];
  if (source === undefined) return undefined;
  return { ...phrase(`Creates ${made} from ${source}`, 0.55), usedParameters: 1 };
}

// The type a constructor gives, inside `Option` and `Result` too; undefined when it gives no named one.
function madeBy(facts: FunctionFacts): string | undefined {
  const { returns } = facts.signature;
  if (returns === null || returnsNothing(facts)) return undefined;
  const head = typeHead(returns);
  const isWrapped = head === 'Option' || head.endsWith('Result');
  const made = isWrapped ? typeHead(typeArguments(returns)[0] ?? '') : head;
  if (made === 'Self') return facts.subject === '' ? undefined : facts.subject;
  return made === '' ? undefined : made;
}

function formWith(facts: FunctionFacts): FunctionPhrase | undefined {
  const [first, ...rest] = facts.words;
  if (first !== 'with' || rest.length === 0 || !returnsSelf(facts)) return undefined;
  const verb = facts.signature.receiver === 'none' ? 'Creates' : 'Returns';
  return {
    ...phrase(`${verb} ${facts.subject === '' ? 'Self' : facts.subject} with ${rest.join(' ')}`, 0.55),
    returns: verb === 'Creates' ? 'returns' : 'none',
  };
}

const CONVERSIONS: Readonly<Record<string, readonly [string, string]>> = {
  into: ['Converts', 'into'],
  to: ['Converts', 'to'],
  as: ['Views', 'as'],
};

function formConversion(facts: FunctionFacts): FunctionPhrase | undefined {
  const [first = '', ...rest] = facts.words;
  const conversion = CONVERSIONS[first];
  const { returns } = facts.signature;
  const [source, usedParameters] = actorOf(facts);
  if (conversion === undefined || source === undefined) return undefined;
  if (returns === null && (first !== 'to' || usedParameters > 0)) return undefined;
  const [verb, preposition] = conversion;
  const words = rest.map((word) => (word === 'mut' ? 'mutable' : word)).join(' ');
  const target = words === '' ? formatType(returns ?? '') : words;
  if (target === undefined || target === '') return undefined;
  return { ...phrase(`${verb} ${source} ${preposition} ${target}`, 0.6), usedParameters };
}

// What a predicate or conversion is about: the receiver's type, else the first parameter, which is then used up.
function actorOf(facts: FunctionFacts): [string | undefined, number] {
  if (facts.signature.receiver !== 'none' && facts.subject !== '') return [facts.subject, 0];
  const [first] = facts.given;
  return [first, first === undefined ? 0 : 1];
}

function formPredicate(facts: FunctionFacts): FunctionPhrase | undefined {
  const [first = ''] = facts.words;
  if (facts.signature.returns !== 'bool') return undefined;
  const [actor, usedParameters] = actorOf(facts);
  const isAlone = facts.words.length === 1 && facts.given.length === 0 && actor !== undefined;
  if (isAlone && /(?:ed|able|ible)$/.test(first)) return silent(`Returns whether ${actor} is ${first}`, 0.6);
  if (!PREDICATES.has(first) && !isThirdPerson(first)) return undefined;
  const object = facts.words.length === 1 && usedParameters === 0 ? facts.given[0] : undefined;
  if (object !== undefined && actor !== undefined)
    return { ...silent(`Returns whether ${actor} ${first} ${object}`, 0.66), usedParameters: 1 };
  return { ...silent(`Returns whether ${actor ?? 'it'} ${facts.words.join(' ')}`, 0.62), usedParameters };
}

const LAST_PREDICATES = new Set('applies exists fits intersects matches overlaps differs'.split(' '));
const INNER_PREDICATES = new Set('is are was were has have had can should must needs'.split(' '));

// `long_help_exists(&self) -> bool`, `te_is_trailers(..) -> bool`: the subject stands before its verb.
function formLaterPredicate({ words, subject, signature }: FunctionFacts): FunctionPhrase | undefined {
  const isSentence =
    words.slice(1, -1).some((word) => INNER_PREDICATES.has(word)) ||
    (words.length > 1 && LAST_PREDICATES.has(words.at(-1) ?? ''));
  if (signature.returns !== 'bool' || !isSentence) return undefined;
  const place = subject === '' || signature.receiver === 'none' ? '' : ` on ${subject}`;
  return silent(`Returns whether ${words.join(' ')}${place}`, 0.58);
}

// `read_buf(&self) -> &[u8] { &self.read_buf }` reads nothing: the name is the field's.
function formAccessor(facts: FunctionFacts): FunctionPhrase | undefined {
  const isNamed = facts.isAccessor || (isCompoundNoun(facts.words) && !returnsNothing(facts));
  return isNamed ? formNoun(facts) : undefined;
}

function formTry(facts: FunctionFacts): FunctionPhrase | undefined {
  const [first, second, ...rest] = facts.words;
  if (first !== 'try' || second === undefined) return undefined;
  if (second === 'from') return formTryFrom(facts, rest);
  const verb = verbStrength(second) === undefined ? undefined : [second, ...rest].join(' ');
  return verb === undefined
    ? undefined
    : phrase(`Tries to ${verb}${onSubject(facts)}`, rest.length > 0 ? 0.5 : 0.4);
}

function formTryFrom(facts: FunctionFacts, rest: readonly string[]): FunctionPhrase | undefined {
  const made = madeBy(facts);
  const [source] = rest.length > 0 ? [rest.join(' ')] : facts.given;
  if (made === undefined || source === undefined || facts.signature.receiver !== 'none') return undefined;
  return {
    ...phrase(`Tries to create ${made} from ${source}`, 0.58),
    usedParameters: rest.length > 0 ? 0 : 1,
  };
}

function formAdverb(facts: FunctionFacts): FunctionPhrase | undefined {
  const [first = '', second, ...rest] = facts.words;
  if (second === undefined) return undefined;
  const strength = verbStrength(second);
  const isVerb =
    strength === 'strong' || (strength !== undefined && first === 'maybe' && returnsNothing(facts));
  if (!isVerb) return undefined;
  if (first === 'do') return phrase(speakVerb([second, ...rest], facts), 0.4);
  if (!ADVERBS.has(first)) return undefined;
  return phrase(`${speakVerb([second, ...rest], facts)} (${first})`, 0.45);
}

function formBuilder(facts: FunctionFacts): FunctionPhrase | undefined {
  const { receiver, parameters } = facts.signature;
  const [first = ''] = facts.words;
  const isChained =
    (receiver === 'owned' || receiver === 'exclusive') && parameters.length > 0 && returnsSelf(facts);
  if (!isChained || verbStrength(first) === 'strong' || verbStrength(first) === 'leaning') return undefined;
  return phrase(`Applies ${facts.words.join(' ')} to ${facts.subject === '' ? 'Self' : facts.subject}`, 0.5);
}

function formVerb(facts: FunctionFacts): FunctionPhrase | undefined {
  if (!opensWithVerb(facts)) return undefined;
  const [first = '', ...rest] = facts.words;
  const object = facts.given[0];
  const isOpen = rest.length === 1 && first !== 'try' && LINK.test(rest[0] ?? '') && object !== undefined;
  if (isOpen) return { ...phrase(speakVerb([first, ...rest, object], facts), 0.5), usedParameters: 1 };
  const isVague = VAGUE.has(first) && rest.length === 0;
  return phrase(speakVerb(facts.words, facts), isVague ? 0.28 : rest.length === 0 ? 0.38 : 0.52);
}

// A word that may be a noun is a verb where nothing comes back, or where something is done to an input.
function opensWithVerb(facts: FunctionFacts): boolean {
  const [first = '', ...rest] = facts.words;
  const { parameters, receiver } = facts.signature;
  const isAction = rest.length === 0 || receiver !== 'shared';
  switch (verbStrength(first)) {
    case 'strong':
      return true;
    case 'leaning':
      return returnsNothing(facts) || parameters.length > 1 || (parameters.length === 1 && isAction);
    case 'ambiguous':
      return returnsNothing(facts);
    default:
      return isThirdPerson(first) && rest.length > 0 && returnsNothing(facts);
  }
}

// `config_parse(..)` with nothing to give back: the last word is the verb.
function formLastVerb(facts: FunctionFacts): FunctionPhrase | undefined {
  const last = facts.words.at(-1) ?? '';
  const isShort = facts.words.length === 2 && returnsNothing(facts) && facts.signature.returns !== null;
  if (!isShort || verbStrength(last) !== 'strong') return undefined;
  return phrase(speakVerb([last, ...facts.words.slice(0, -1)], facts), 0.42);
}

function formNoun(facts: FunctionFacts): FunctionPhrase | undefined {
  if (facts.words.length === 0 || returnsNothing(facts) || PREPOSITION.test(facts.words[0] ?? ''))
    return undefined;
  const isMutable = facts.words.length > 1 && facts.words.at(-1) === 'mut';
  const noun = (isMutable ? ['mutable', ...facts.words.slice(0, -1)] : facts.words).join(' ');
  const { receiver } = facts.signature;
  const owner =
    facts.subject === '' ? '' : receiver === 'none' ? ` for ${facts.subject}` : ` of ${facts.subject}`;
  return { ...phrase(`Returns ${noun}${owner}`, facts.words.length > 1 ? 0.5 : 0.42), returns: 'as' };
}

function formRest(facts: FunctionFacts): FunctionPhrase | undefined {
  if (facts.words.length === 0) return undefined;
  return phrase(`Runs ${facts.words.join(' ')}${onSubject(facts)}`, 0.3);
}

// `get_mut` is "Gets mutably", `pop_and_drop` inflects both verbs; a verb without object names its subject.
function speakVerb(words: readonly string[], facts: FunctionFacts): string {
  const isMutable = words.length > 1 && words.at(-1) === 'mut';
  const said = isMutable ? words.slice(0, -1) : words;
  const spoken = said.map((word, at) => {
    const previous = said[at - 1];
    const isVerb = at === 0 || ((previous === 'or' || previous === 'and') && verbStrength(word) === 'strong');
    return isVerb ? toThirdPerson(word) : word;
  });
  const [verb = '', ...rest] = spoken;
  const head = [
    verb.charAt(0).toUpperCase() + verb.slice(1),
    ...rest,
    ...(isMutable ? ['mutably'] : []),
  ].join(' ');
  return said.length === 1 ? `${head}${objectOf(said[0] ?? '', facts)}` : `${head}${onSubject(facts)}`;
}

const DIRECTIONS: Readonly<Record<string, string>> = {
  ...{
    get: 'from',
    pop: 'from',
    read: 'from',
    remove: 'from',
    take: 'from',
    fetch: 'from',
    recv: 'from',
    receive: 'from',
  },
  ...{
    insert: 'into',
    push: 'to',
    put: 'into',
    add: 'to',
    append: 'to',
    write: 'to',
    find: 'in',
    search: 'in',
    lookup: 'in',
  },
};

// A verb alone: what it closes, parses or pushes to is its own type.
function objectOf(verb: string, facts: FunctionFacts): string {
  const { subject, signature } = facts;
  if (subject === '') return '';
  if (signature.receiver === 'none' && madeBy(facts) === subject) return ` ${subject}`;
  if (signature.receiver !== 'none' && signature.parameters.length === 0 && returnsNothing(facts))
    return ` ${subject}`;
  const direction = signature.receiver === 'none' ? undefined : DIRECTIONS[verb];
  return direction === undefined ? onSubject(facts) : ` ${direction} ${subject}`;
}

function onSubject(facts: FunctionFacts): string {
  if (facts.subject === '') return '';
  return facts.signature.receiver === 'none' ? ` for ${facts.subject}` : ` on ${facts.subject}`;
}

function phrase(head: string, quality: number): FunctionPhrase {
  return { head, returns: 'returns', usedParameters: 0, quality };
}

function silent(head: string, quality: number): FunctionPhrase {
  return { head, returns: 'none', usedParameters: 0, quality };
}
