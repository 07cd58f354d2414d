import { typeArguments, typeHead } from '../../syntax/format-type.js';
import { type FunctionFacts, returnsNothing } from '../function-facts.js';
import type { ReturnLead } from '../return-clause.js';

/** How a name reads as the head of a sentence. */
export interface FunctionPhrase {
  head: string;
  /** How the return type is said: on its own, behind a noun that comes back, or not at all. */
  returns: ReturnLead | 'none';
  /** Parameters the head has used up, from the first. */
  usedParameters: number;
  quality: number;
}

/** A form of speech for a function; undefined when the function does not fit it. */
export type Form = (facts: FunctionFacts) => FunctionPhrase | undefined;

/** A phrase behind which the return type is said. */
export function phrase(head: string, quality: number): FunctionPhrase {
  return { head, returns: 'returns', usedParameters: 0, quality };
}

/** A phrase that already says what comes back. */
export function silent(head: string, quality: number): FunctionPhrase {
  return { head, returns: 'none', usedParameters: 0, quality };
}

/** What a predicate or conversion is about: the receiver's type, else the first parameter, which is then used up. */
export function actorOf(facts: FunctionFacts): [string | undefined, number] {
  if (facts.signature.receiver !== 'none' && facts.subject !== '') return [facts.subject, 0];
  const [first] = facts.given;
  return [first, first === undefined ? 0 : 1];
}

/** ` on Type` for methods, ` for Type` for associated functions. */
export function onSubject(facts: FunctionFacts): string {
  if (facts.subject === '') return '';
  return facts.signature.receiver === 'none' ? ` for ${facts.subject}` : ` on ${facts.subject}`;
}

/** The type a constructor gives, inside `Option` and `Result` too; undefined when it gives no named one. */
export function madeBy(facts: FunctionFacts): string | undefined {
  const { returns } = facts.signature;
  if (returns === null || returnsNothing(facts)) return undefined;
  const head = typeHead(returns);
  const isWrapped = head === 'Option' || head.endsWith('Result');
  const made = isWrapped ? typeHead(typeArguments(returns)[0] ?? '') : head;
  if (made === 'Self') return facts.subject === '' ? undefined : facts.subject;
  return made === '' ? undefined : made;
}
