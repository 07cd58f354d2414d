import { isThirdPerson } from '../../words/inflect.js';
import type { FunctionFacts } from '../function-facts.js';
import { actorOf, type FunctionPhrase, silent } from './function-phrase.js';

const PREDICATES = new Set(
  'is has can should needs contains was will must are were did does supports allows matches starts ends includes exists requires accepts intersects overlaps equals belongs uses owns implements precedes follows'.split(
    ' ',
  ),
);
/** `is_empty(&self) -> bool`: the name is a sentence about the receiver. */
export function formPredicate(facts: FunctionFacts): FunctionPhrase | undefined {
  const [first = ''] = facts.words;
  if (facts.signature.returns !== 'bool') return undefined;
  const [actor, usedParameters] = actorOf(facts);
  const alone = facts.words.length === 1 ? formWordPredicate(first, facts) : undefined;
  if (alone !== undefined) return alone;
  if (!PREDICATES.has(first) && !isThirdPerson(first)) return undefined;
  return { ...silent(`Returns whether ${actor ?? 'it'} ${facts.words.join(' ')}`, 0.62), usedParameters };
}

// `consumed(&self)` asks what the receiver is, `contains(&self, other)` what it does to its argument.
function formWordPredicate(word: string, facts: FunctionFacts): FunctionPhrase | undefined {
  const [actor, usedParameters] = actorOf(facts);
  if (actor === undefined) return undefined;
  const object = usedParameters === 0 ? facts.given[0] : undefined;
  if (facts.given.length === 0 && /(?:ed|able|ible)$/.test(word))
    return silent(`Returns whether ${actor} is ${word}`, 0.6);
  const isVerb = PREDICATES.has(word) || isThirdPerson(word);
  if (object === undefined || !isVerb) return undefined;
  return { ...silent(`Returns whether ${actor} ${word} ${object}`, 0.66), usedParameters: 1 };
}

const LAST_PREDICATES = new Set('applies exists fits intersects matches overlaps differs'.split(' '));
const INNER_PREDICATES = new Set('is are was were has have had can should must needs'.split(' '));

/** `long_help_exists(&self) -> bool`, `te_is_trailers(..) -> bool`: the subject stands before its verb. */
export function formLaterPredicate({ words, subject, signature }: FunctionFacts): FunctionPhrase | undefined {
  const isSentence =
    words.slice(1, -1).some((word) => INNER_PREDICATES.has(word)) ||
    (words.length > 1 && LAST_PREDICATES.has(words.at(-1) ?? ''));
  if (signature.returns !== 'bool' || !isSentence) return undefined;
  const place = subject === '' || signature.receiver === 'none' ? '' : ` on ${subject}`;
  return silent(`Returns whether ${words.join(' ')}${place}`, 0.58);
}
