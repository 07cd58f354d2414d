import { isCompoundNoun } from '../../words/compound-nouns.js';
import { type FunctionFacts, returnsNothing, returnsSelf } from '../function-facts.js';
import { actorOf, type FunctionPhrase, phrase, silent } from './function-phrase.js';

const PREPOSITION = /^(?:with|in|from|for|at|on|of|by|to|and|or|into|as|if|unchecked|uninit)$/;

/** `read_buf(&self) -> &[u8] { &self.read_buf }` reads nothing: the name is the field's. */
export function formAccessor(facts: FunctionFacts): FunctionPhrase | undefined {
  const isNamed = facts.isAccessor || (isCompoundNoun(facts.words) && !returnsNothing(facts));
  return isNamed ? formNoun(facts) : undefined;
}

/** `memory_usage(&self) -> usize`: the name is what comes back. */
export function formNoun(facts: FunctionFacts): FunctionPhrase | undefined {
  const { words, subject, signature } = facts;
  if (words.length === 0 || returnsNothing(facts)) return undefined;
  if (PREPOSITION.test(words[0] ?? '')) return formMeasure(facts);
  const [noun, usedParameters] = nameNoun(facts);
  const quality = words.length > 1 ? 0.5 : 0.42;
  if (subject === '') return { ...phrase(`Returns ${noun}`, quality), returns: 'as', usedParameters };
  // an associated function that gives its own type is named by what is special about the value
  if (signature.receiver === 'none' && returnsSelf(facts))
    return { ...silent(`Returns ${noun} ${subject}`, quality), usedParameters };
  const link = signature.receiver === 'none' ? 'for' : 'of';
  return { ...phrase(`Returns ${noun} ${link} ${subject}`, quality), returns: 'as', usedParameters };
}

const LINK_TO_OBJECT = /^(?:of|for|in|at|from|with|by)$/;

// `guard_mut` is a mutable guard, `none_of(dimension)` none of dimension.
function nameNoun({ words, given }: FunctionFacts): [noun: string, usedParameters: number] {
  const last = words.at(-1) ?? '';
  if (words.length === 1) return [last, 0];
  if (last === 'mut') return [['mutable', ...words.slice(0, -1)].join(' '), 0];
  const object = LINK_TO_OBJECT.test(last) ? given[0] : undefined;
  return object === undefined ? [words.join(' '), 0] : [[...words, object].join(' '), 1];
}

// `in_bits(self) -> i64` gives the receiver in another measure.
function formMeasure(facts: FunctionFacts): FunctionPhrase | undefined {
  const [actor, usedParameters] = actorOf(facts);
  const isMeasure = facts.words[0] === 'in' && facts.words.length > 1;
  if (!isMeasure || actor === undefined) return undefined;
  return { ...phrase(`Returns ${actor} ${facts.words.join(' ')}`, 0.55), returns: 'as', usedParameters };
}
