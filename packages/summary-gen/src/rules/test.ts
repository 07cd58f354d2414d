import type { Chunk } from '@parseltongue/isg-core';
import { maskSource } from '../syntax/mask-source.js';
import { isTelling } from '../syntax/read-calls.js';
import { isThirdPerson } from '../words/inflect.js';
import { splitName } from '../words/split-words.js';
import { verbStrength } from '../words/verbs.js';
import type { Draft, NameList, RuleInput } from './rule.js';

const FINITE = new Set(
  'is are has have does do can cannot should must will fails panics errors succeeds works wont doesnt isnt cant'.split(
    ' ',
  ),
);
const FOLLOWS_VERB =
  /^(?:after|and|as|at|before|by|during|for|from|given|if|in|into|like|no|not|on|only|or|out|over|properly|correctly|than|then|through|to|twice|under|unless|until|when|while|with|without)$/;
const LEADS = new Set(['test', 'tests', 'it', 'bench', 'benchmark']);
const ASSERTED = /\b(?:debug_)?assert[\w\u0080-\uffff]*!\s*\(([^;]*)/g;
const CALLED =
  /(?:\b([A-Z][\w\u0080-\uffff]*)::)?(?<![\w\u0080-\uffff#])([a-z_][\w\u0080-\uffff]*)(?:::<[^()]*>)?\s*\(/g;
const PANIC =
  /#\[should_panic(?:\s*\(\s*expected\s*=\s*"((?:[^"\\]|\\.)*)"\s*,?\s*\)|\s*=\s*"((?:[^"\\]|\\.)*)")?\s*\]/;
const TEST_ATTRIBUTE = /#\[\s*[\w\u0080-\uffff:]*(?:test|bench|quickcheck)[\w\u0080-\uffff]*/;
const TESTING_CALLS = new Set('assert assert_eq assert_ne matches format vec eq'.split(' '));

/** True for a function that carries the test attribute itself; helpers beside it are plain functions. */
export function isTestFunction(
  row: Pick<Chunk, 'kind' | 'tdd_classification' | 'tdd_reason' | 'current_code'>,
): boolean {
  if (row.kind !== 'function' && row.kind !== 'method') return false;
  if (row.tdd_classification !== 'TEST_IMPLEMENTATION') return false;
  const head = row.current_code.slice(0, Math.max(0, row.current_code.search(/\bfn\b/)));
  return TEST_ATTRIBUTE.test(head);
}

/** A test by the behavior its name states and the calls its assertions are about. */
export function summarizeTest(input: RuleInput): Draft {
  const { row } = input;
  const words = testWords(row.name);
  const isBench = /bench/.test(row.tdd_reason);
  const behavior = isBench ? `Benchmarks ${words.join(' ')}` : phraseBehavior(words);
  const clauses: (string | NameList)[] = [];
  const panic = findPanic(row.current_code);
  if (panic !== undefined) clauses.push(panic);
  if (/#\[ignore\b/.test(row.current_code)) clauses.push('ignored');
  const asserted = findAssertedCalls(input, words);
  const place = input.container.at(-1);
  if (place !== undefined && words.length <= 2 && !/^(?:unit_?)?tests?$/.test(place))
    clauses.push(`in ${place}`);
  if (asserted.length > 0) clauses.push({ lead: 'checks', names: asserted });
  const quality = Math.min(0.8, 0.3 + 0.1 * words.length + (asserted.length > 0 ? 0.1 : 0));
  return { head: behavior, clauses, quality };
}

/** The words of a test's name without `test`, `it` and the like at its ends. */
export function testWords(name: string): string[] {
  const words = splitName(name);
  while (words.length > 1 && LEADS.has(words[0] ?? '')) words.shift();
  while (words.length > 1 && LEADS.has(words.at(-1) ?? '')) words.pop();
  return words;
}

function phraseBehavior(words: readonly string[]): string {
  const at = words.findIndex((word) => FINITE.has(word) || isClearVerb(word));
  const text = words.join(' ');
  if (at === 0 && isPlural(words)) return `Tests ${text}`;
  if (at > 0) return `Tests that ${text}`;
  if (at === 0 && words.length > 1) return `Tests that it ${text}`;
  return `Tests ${text}`;
}

// `errors_carry_the_line` is about errors, `errors_on_overflow` about what errors.
function isPlural([first = '', second = '']: readonly string[]): boolean {
  return /^(?:errors|works)$/.test(first) && second !== '' && !FOLLOWS_VERB.test(second);
}

// `returns`, `rejects`, but not `tests` or `files`, which are mostly plurals.
function isClearVerb(word: string): boolean {
  if (!isThirdPerson(word)) return false;
  return [word.slice(0, -1), word.slice(0, -2), `${word.slice(0, -3)}y`].some(
    (base) => verbStrength(base) === 'strong',
  );
}

function findPanic(code: string): string | undefined {
  const match = PANIC.exec(code);
  if (match === null) return undefined;
  const message = match[1] ?? match[2];
  return message === undefined
    ? 'expects a panic'
    : `expects a panic with ${message.replace(/\\(.)/g, '$1')}`;
}

function findAssertedCalls(input: RuleInput, words: readonly string[]): string[] {
  const names = new Set<string>();
  for (const assertion of maskSource(input.row.current_code).matchAll(ASSERTED)) {
    for (const call of (assertion[1] ?? '').matchAll(CALLED)) {
      const name = call[2] ?? '';
      if (!isTelling(name) || TESTING_CALLS.has(name)) continue;
      names.add(call[1] === undefined ? name : `${call[1]}::${name}`);
    }
  }
  const found = names.size > 0 ? [...names] : (input.neighbours?.callees.filter(isTelling) ?? []);
  return found.filter((name) => !splitName(name).every((word) => words.includes(word)));
}
