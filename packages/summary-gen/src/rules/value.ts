import { formatType } from '../syntax/format-type.js';
import { dropAttributes, maskSource } from '../syntax/mask-source.js';
import { readCalls } from '../syntax/read-calls.js';
import { findTopLevel } from '../syntax/split-top-level.js';
import { splitName } from '../words/split-words.js';
import type { Draft, RuleInput } from './rule.js';

const LONGEST_VALUE = 36;

/** A constant or static by its value and type. */
export function summarizeValue({ row }: RuleInput): Draft {
  const code = dropAttributes(maskSource(row.current_code));
  const name = /\b(?:const|static)\s+(?:mut\s+)?(?:r#)?([\w\u0080-\uffff]+)\s*:/.exec(code);
  const said = splitName(row.name);
  const words = row.name === '_' ? 'without name' : said.length < 2 ? row.name : said.join(' ');
  if (name === null) return { head: `Constant ${words}`, clauses: [], quality: 0.3 };
  const rest = code.slice(name.index + name[0].length);
  const equals = findTopLevel(rest, '=', 0);
  const type = formatType(
    (equals === -1 ? rest.replace(/;\s*$/, '') : rest.slice(0, equals)).replace(/\s+/g, ' ').trim(),
  );
  const lead = row.kind === 'static' ? 'Static' : 'Constant';
  const head = `${lead} ${words}${type === undefined ? '' : ` of type ${type}`}`;
  if (equals === -1)
    return {
      head: row.kind === 'associated_const' ? `${head}, set by implementors` : head,
      clauses: [],
      quality: 0.5,
    };
  const value = readValue(row.current_code);
  if (value !== undefined) return { head: `${head}, equals ${value}`, clauses: [], quality: 0.65 };
  const calls = readCalls(row.current_code, row.name);
  return { head, clauses: calls.length === 0 ? [] : [{ lead: 'calls', names: calls }], quality: 0.4 };
}

// From the source itself, so that a string stays a string.
function readValue(code: string): string | undefined {
  const match = /\b(?:const|static)\s[^=;]*=\s*([\s\S]*?);\s*$/.exec(code);
  const value = match?.[1]?.replace(/\s+/g, ' ').trim();
  return value === undefined || value === '' || value.length > LONGEST_VALUE || value.includes('//')
    ? undefined
    : value;
}
