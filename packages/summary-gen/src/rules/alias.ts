import { formatType, typeHead } from '../syntax/format-type.js';
import { dropAttributes, maskSource } from '../syntax/mask-source.js';
import { findTopLevel } from '../syntax/split-top-level.js';
import { formatSubject } from './function-facts.js';
import type { Draft, RuleInput } from './rule.js';

/** A type alias or associated type by the type it stands for or the bounds it sets. */
export function summarizeAlias({ row, container, parentKind }: RuleInput): Draft {
  const code = dropAttributes(maskSource(row.current_code)).replace(/\s+/g, ' ');
  const name = /\btype\s+(?:r#)?[\w\u0080-\uffff]+/.exec(code);
  if (name === null) return { head: `Type ${row.name}`, clauses: [], quality: 0.3 };
  const rest = code.slice(name.index + name[0].length).replace(/;\s*$/, '');
  const equals = findTopLevel(rest, '=', 0);
  if (equals === -1) return summarizeDemand(row.name, rest);
  const target =
    rest
      .slice(equals + 1)
      .split(' where ')[0]
      ?.trim() ?? '';
  const said = formatType(target);
  if (said === undefined) return { head: `Type ${row.name}`, clauses: [], quality: 0.3 };
  if (row.kind === 'type_alias') return { head: `Aliases ${said}`, clauses: [], quality: 0.6 };
  const owner = container.at(-1) ?? '';
  const at = owner.indexOf('@');
  const trait =
    at === -1 ? '' : ` for ${typeHead(owner.slice(0, at))} of ${formatSubject(owner.slice(at + 1))}`;
  return {
    head: `Sets ${row.name} to ${said}${parentKind === 'trait' ? ' unless implementors choose' : trait}`,
    clauses: [],
    quality: 0.65,
  };
}

function summarizeDemand(name: string, rest: string): Draft {
  const colon = findTopLevel(rest, ':', 0);
  const bounds =
    colon === -1
      ? undefined
      : formatType(
          rest
            .slice(colon + 1)
            .replace(/ where .*/s, '')
            .trim(),
        );
  const head = `Associated type ${name}`;
  if (bounds === undefined || bounds === '') return { head, clauses: [], quality: 0.45 };
  return { head: `${head} bound by ${bounds}`, clauses: [], quality: 0.55 };
}
