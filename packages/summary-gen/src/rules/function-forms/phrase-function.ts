import type { FunctionFacts } from '../function-facts.js';
import { formConstructor, formConversion, formFrom, formTry, formWith } from './creation-forms.js';
import { type Form, type FunctionPhrase, phrase } from './function-phrase.js';
import { formAccessor, formNoun } from './noun-forms.js';
import { formLaterPredicate, formPredicate } from './predicate-forms.js';
import { formAdverb, formBuilder, formLastVerb, formRest, formVerb } from './verb-forms.js';

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
