import { isThirdPerson, toThirdPerson } from '../../words/inflect.js';
import { verbStrength } from '../../words/verbs.js';
import { type FunctionFacts, returnsNothing, returnsSelf } from '../function-facts.js';
import { type FunctionPhrase, madeBy, onSubject, phrase } from './function-phrase.js';

const ADVERBS = new Set(
  'maybe really raw inner internal fast slow safe unsafe naive parallel async sync blocking lazy eager recursive unchecked checked'.split(
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

/** `maybe_grow(..)`, `do_parse(..)`: the verb stands behind an adverb. */
export function formAdverb(facts: FunctionFacts): FunctionPhrase | undefined {
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

/** `width(mut self, width) -> Self`: a setting of a builder. */
export function formBuilder(facts: FunctionFacts): FunctionPhrase | undefined {
  const { receiver, parameters } = facts.signature;
  const [first = ''] = facts.words;
  const isChained =
    (receiver === 'owned' || receiver === 'exclusive') && parameters.length > 0 && returnsSelf(facts);
  if (!isChained || verbStrength(first) === 'strong' || verbStrength(first) === 'leaning') return undefined;
  return phrase(`Applies ${facts.words.join(' ')} to ${facts.subject === '' ? 'Self' : facts.subject}`, 0.5);
}

/** `parse_header(..)`: the name opens with a verb. */
export function formVerb(facts: FunctionFacts): FunctionPhrase | undefined {
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
      return changesSomething(facts) || parameters.length > 1 || (parameters.length === 1 && isAction);
    case 'ambiguous':
      return changesSomething(facts);
    default:
      return isThirdPerson(first) && rest.length > 0 && returnsNothing(facts);
  }
}

function changesSomething(facts: FunctionFacts): boolean {
  return returnsNothing(facts) || facts.signature.parameters.some(({ type }) => type.startsWith('&mut '));
}

/** `config_parse(..)` with nothing to give back: the last word is the verb. */
export function formLastVerb(facts: FunctionFacts): FunctionPhrase | undefined {
  const last = facts.words.at(-1) ?? '';
  const isShort = facts.words.length === 2 && returnsNothing(facts) && facts.signature.returns !== null;
  if (!isShort || verbStrength(last) !== 'strong') return undefined;
  return phrase(speakVerb([last, ...facts.words.slice(0, -1)], facts), 0.42);
}

/** What no other form fits is run. */
export function formRest(facts: FunctionFacts): FunctionPhrase | undefined {
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
