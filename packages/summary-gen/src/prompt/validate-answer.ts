import { cleanLine, MAX_SUMMARY_LENGTH } from '../rules/compose-line.js';
import { isInstruction } from '../rules/instruction.js';
import { tokenize } from '../vocabulary.js';
import { isClosedWord } from '../words/closed-words.js';
import { looseForms } from '../words/inflect.js';

/** Why an answer is not used. */
export type AnswerProblem =
  | 'empty'
  | 'not_text'
  | 'multi_line'
  | 'code_fence'
  | 'refusal'
  | 'chatter'
  | 'instruction'
  | 'too_long'
  | 'invented_words';

/** An answer fit to be a summary, or what is wrong with it. */
export type CheckedAnswer = { ok: true; text: string } | { ok: false; problems: AnswerProblem[] };

// Plain words of description a model may add; everything else must stand in the row.
const ALLOWED = new Set(
  (
    'add based build check collect combine compute construct convert corresponding create current decide define describe determine ' +
    'ensure find first full get handle keep last list make manage multiple name new number obtain pass perform produce provide read ' +
    'remove represent result retrieve run set simple single specific specified store support update use whole wrap write'
  ).split(' '),
);
const REFUSAL =
  /\b(?:i(?:'m| am) (?:sorry|unable|not able)|i (?:cannot|can't|can not|won't)|as an? (?:ai|language model|assistant)|unable to (?:help|assist|comply)|not enough (?:context|information))\b/i;
const CHATTER =
  /^(?:sure|certainly|of course|okay|ok|here(?:'s| is| are)|yes|no|hello|hi|note|thank|let me|i |we |you )\b/i;
const LABEL = /^(?:line|summary|answer|description)\s*:\s*/i;
const UNPRINTABLE = /[\p{Cc}\p{Co}\p{Cn}\ufffd]/u;

/**
 * Checks a model's answer against the contract of a summary and the words the row knows.
 *
 * Quotes, a label and a final dot fall away; nothing else is repaired. The answer is foreign text: it is only ever compared.
 */
export function validateAnswer(answer: string, vocabulary: ReadonlySet<string>): CheckedAnswer {
  const trimmed = answer.trim();
  const text = unwrap(cleanLine(trimmed));
  const problems = CHECKS.filter(({ fails }) => fails(trimmed, text)).map(({ problem }) => problem);
  if (problems.length === 0 && findForeignWords(text, vocabulary).length > 0) problems.push('invented_words');
  return problems.length === 0 ? { ok: true, text } : { ok: false, problems };
}

// Each sees the answer as it came and the line that would be kept.
const CHECKS: readonly { problem: AnswerProblem; fails: (answer: string, text: string) => boolean }[] = [
  { problem: 'empty', fails: (_, text) => !/\p{L}/u.test(text) },
  { problem: 'multi_line', fails: (answer) => /[\r\n\u2028\u2029]/.test(answer) },
  { problem: 'not_text', fails: (answer) => UNPRINTABLE.test(answer.replace(/\s/g, ' ')) },
  { problem: 'code_fence', fails: (answer) => /```|~~~|^#{1,6} |^[-*] |\*\*/m.test(answer) },
  { problem: 'refusal', fails: (_, text) => REFUSAL.test(text) },
  { problem: 'chatter', fails: (_, text) => CHATTER.test(text) },
  { problem: 'instruction', fails: (_, text) => isInstruction(text) },
  { problem: 'too_long', fails: (_, text) => text.length > MAX_SUMMARY_LENGTH },
];

/** Words of an answer that neither the row nor the allowed list knows, inflections forgiven. */
function findForeignWords(text: string, vocabulary: ReadonlySet<string>): string[] {
  return [...tokenize(text)].filter((word) => {
    if (/^\p{N}+$/u.test(word)) return false;
    return !looseForms(word).some((form) => isClosedWord(form) || ALLOWED.has(form) || vocabulary.has(form));
  });
}

function unwrap(line: string): string {
  const bare = line.replace(LABEL, '').replace(/^(["'`])(.*)\1$/, '$2');
  return bare.replace(/[.\s]+$/, '').trim();
}
