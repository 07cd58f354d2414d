import { typeHead } from '../syntax/format-type.js';
import { isTelling, readCalls } from '../syntax/read-calls.js';
import { formatNames } from './compose-line.js';
import { type FunctionFacts, readFunctionFacts, returnsSelf } from './function-facts.js';
import type { FunctionPhrase } from './function-forms/function-phrase.js';
import { phraseFunction } from './function-forms/phrase-function.js';
import { formatReturn } from './return-clause.js';
import type { Draft, NameList, RuleInput } from './rule.js';
import { phraseTraitMethod } from './trait-method.js';

const MOST_GIVEN = 60;
const LONGEST_HEAD = 110;
const AS_TYPE = /^(as .*?)((?:, if any| or fails(?: with .*)?)?)$/;
const LONG_BODY_TOKENS = 350;

/** A function or method by its name's verb and nouns, parameters, return type, error, trait, calls and callers. */
export function summarizeFunction(input: RuleInput): Draft {
  const facts = readFunctionFacts(input);
  if (facts.name === 'main' && facts.subject === '') return summarizeMain(input);
  const known = phraseTraitMethod(facts);
  if (known !== undefined) return { head: known, clauses: listCalls(input, facts), quality: 0.7 };
  const phrase = phraseFunction(facts);
  const returned = returnClause(facts, phrase);
  const isNoun = phrase.returns === 'as' && returned?.startsWith('as ') === true;
  const head = isNoun
    ? joinNoun(phrase, returned, formatGiven(facts, phrase))
    : phrase.head + formatGiven(facts, phrase);
  const clauses = [
    ...(isNoun || returned === undefined ? [] : [returned]),
    ...qualifierClauses(facts),
    ...listCalls(input, facts),
    ...listCallers(input),
  ];
  return {
    head: head.length <= LONGEST_HEAD ? head : phrase.head,
    clauses,
    quality: gradeFunction(input, facts, phrase),
  };
}

// The parameters stand between the type and the condition on which it comes back.
function joinNoun(phrase: FunctionPhrase, returned: string, given: string): string {
  const [, type = '', condition = ''] = AS_TYPE.exec(returned) ?? [];
  return `${phrase.head} ${type}${given}${condition}`;
}

function summarizeMain(input: RuleInput): Draft {
  const calls = tellingCallees(input);
  const clauses = calls.length === 0 ? [] : [{ lead: 'calls', names: calls }];
  return { head: 'Entry point', clauses, quality: calls.length === 0 ? 0.35 : 0.6 };
}

function formatGiven(facts: FunctionFacts, phrase: FunctionPhrase): string {
  const given = facts.given.slice(phrase.usedParameters);
  const names = given.length === 0 ? undefined : formatNames(given, MOST_GIVEN);
  return names === undefined ? '' : ` given ${names}`;
}

function returnClause(facts: FunctionFacts, phrase: FunctionPhrase): string | undefined {
  const { returns } = facts.signature;
  const isPlainSelf = returnsSelf(facts) && /^(?:Self|\w+(?:<[^<>]*>)?)$/.test(returns ?? '');
  if (phrase.returns === 'none' || (isPlainSelf && phrase.head.startsWith('Creates'))) return undefined;
  const clause = formatReturn(returns, phrase.returns);
  const isRepeated = clause !== undefined && phrase.head.endsWith(clause.replace(/^(?:returns|as)/, ''));
  return isRepeated ? undefined : clause;
}

function qualifierClauses(facts: FunctionFacts): string[] {
  const clauses: string[] = [];
  if (facts.trait !== null) clauses.push(`implements ${typeHead(facts.trait)}`);
  if (facts.signature.isAsync) clauses.push('async');
  if (facts.signature.isUnsafe) clauses.push('unsafe');
  return clauses;
}

function listCalls(input: RuleInput, facts: FunctionFacts): NameList[] {
  const names = tellingCallees(input).filter((name) => !facts.words.includes(name));
  return names.length === 0 ? [] : [{ lead: 'calls', names }];
}

// The graph knows better than the text; without it the text must do.
function tellingCallees(input: RuleInput): string[] {
  const known = input.neighbours?.callees.filter(isTelling) ?? [];
  if (known.length > 0) return [...new Set(known)];
  return readCalls(input.row.current_code, input.row.name);
}

function listCallers(input: RuleInput): NameList[] {
  const names = [...new Set(input.neighbours?.callers.filter(isTelling))];
  return names.length === 0 ? [] : [{ lead: 'called by', names }];
}

function gradeFunction(input: RuleInput, facts: FunctionFacts, phrase: FunctionPhrase): number {
  let quality = phrase.quality;
  if (facts.given.length > 0) quality += 0.04;
  if (phrase.returns !== 'none' && facts.signature.returns !== null) quality += 0.04;
  if (facts.words.join('').length <= 2) quality -= 0.15;
  if (input.row.token_count > LONG_BODY_TOKENS) quality -= 0.15;
  return Math.max(0.1, Math.round(quality * 100) / 100);
}
