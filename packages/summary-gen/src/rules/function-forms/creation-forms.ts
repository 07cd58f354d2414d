import { formatType } from '../../syntax/format-type.js';
import { verbStrength } from '../../words/verbs.js';
import { type FunctionFacts, returnsSelf } from '../function-facts.js';
import { actorOf, type FunctionPhrase, madeBy, onSubject, phrase } from './function-phrase.js';

const PREPOSITION = /^(?:with|in|from|for|at|on|of|by|to|and|or|into|as|if|unchecked|uninit)$/;

/** `new(..)`, `new_in(..)`: creates its type. */
export function formConstructor({ words, subject, signature }: FunctionFacts): FunctionPhrase | undefined {
  const [first, ...rest] = words;
  if (first !== 'new' || signature.receiver !== 'none') return undefined;
  if (rest.length === 0 && subject === '') return undefined;
  const made = subject === '' ? [] : [subject];
  const kind = rest[0] === undefined || PREPOSITION.test(rest[0]) ? [...made, ...rest] : [...rest, ...made];
  return phrase(`Creates ${kind.join(' ')}`, 0.5);
}

/** `from_bytes(..)`: creates its type from what the name or the first parameter says. */
export function formFrom(facts: FunctionFacts): FunctionPhrase | undefined {
  const [first, ...rest] = facts.words;
  if (first !== 'from' || facts.signature.receiver !== 'none') return undefined;
  const made = madeBy(facts);
  if (made === undefined) return undefined;
  if (rest.length > 0) return phrase(`Creates ${made} from ${rest.join(' ')}`, 0.6);
  const source = facts.given[0];
  if (source === undefined) return undefined;
  return { ...phrase(`Creates ${made} from ${source}`, 0.55), usedParameters: 1 };
}

/** `with_capacity(..)`: its type with what the name says. */
export function formWith(facts: FunctionFacts): FunctionPhrase | undefined {
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

/** `into_iter(self)`, `as_bytes(&self)`: the receiver in another shape. */
export function formConversion(facts: FunctionFacts): FunctionPhrase | undefined {
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

/** `try_parse(..)`: tries what the rest of the name says. */
export function formTry(facts: FunctionFacts): FunctionPhrase | undefined {
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
