import { dropAttributes, maskSource } from '../syntax/mask-source.js';
import { toThirdPerson } from '../words/inflect.js';
import { splitName } from '../words/split-words.js';
import { verbStrength } from '../words/verbs.js';
import type { Draft, NameList, RuleInput } from './rule.js';

const FRAGMENT = /\$([\w\u0080-\uffff]+)\s*:\s*[\w\u0080-\uffff]+/g;
const DEFINITION =
  /(?<!')\b(?:struct|enum|union|trait|fn|static|const|type|mod|macro_rules!)\s+(?:ref\s+|mut\s+)*(?:r#)?([A-Za-z_][\w\u0080-\uffff]*)/g;
const NAMES = /(?<![\w\u0080-\uffff$#'])[A-Za-z_][\w\u0080-\uffff]*(?![\w\u0080-\uffff]*\s*::)/g;
const KEYWORDS = new Set(
  'as async await const crate dyn else enum extern fn for if impl in let loop match mod move mut pub ref return self static struct super trait type unsafe use where while true false'.split(
    ' ',
  ),
);
const LONGEST_BODY = 4000;

/** A macro definition by the verb of its name and the fragments it takes. */
export function summarizeMacro({ row }: RuleInput): Draft {
  const code = dropAttributes(maskSource(row.current_code.slice(0, LONGEST_BODY)));
  const fragments = [...new Set([...code.matchAll(FRAGMENT)].map((match) => match[1] ?? ''))];
  const [first = '', ...rest] = splitName(row.name);
  const isVerb = verbStrength(first) === 'strong' && rest.length > 0;
  const words = [first, ...rest].join(' ');
  const head = isVerb
    ? `Macro that ${[toThirdPerson(first), ...rest].join(' ')}`
    : `Macro ${words === '' ? row.name : words}`;
  const clauses: NameList[] = fragments.length === 0 ? [] : [{ lead: 'takes', names: fragments }];
  return { head, clauses, quality: isVerb ? 0.45 : 0.35 };
}

/** A macro call at item position by what its tokens define, else by the names it is given. */
export function summarizeMacroCall({ row }: RuleInput): Draft {
  const code = dropAttributes(maskSource(row.current_code.slice(0, LONGEST_BODY)));
  const open = code.search(/[([{]/);
  const body = open === -1 ? '' : code.slice(open + 1);
  const macro =
    code
      .slice(0, open === -1 ? 0 : open)
      .trim()
      .split('::')
      .at(-1) ?? row.name;
  const called = macro.includes('!') ? macro.replace(/!\s*.*$/s, '!') : row.name;
  const defined = [...new Set([...body.matchAll(DEFINITION)].map((match) => match[1] ?? ''))];
  if (defined.length > 0)
    return { head: `Invokes ${called}`, clauses: [{ lead: 'defines', names: defined }], quality: 0.6 };
  const names = [...new Set([...body.matchAll(NAMES)].map((match) => match[0]))].filter(
    (name) => !KEYWORDS.has(name),
  );
  if (names.length === 0) return { head: `Invokes ${called}`, clauses: [], quality: 0.35 };
  return { head: { lead: `Invokes ${called} given`, names }, clauses: [], quality: 0.5 };
}
