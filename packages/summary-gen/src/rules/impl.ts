import { formatType, typeHead } from '../syntax/format-type.js';
import { parseImpl } from '../syntax/parse-impl.js';
import { formatSubject } from './function-facts.js';
import type { ChildRow, Draft, NameList, RuleInput } from './rule.js';

// Traits whose members everyone knows: listing `fmt` or `next` adds nothing.
const KNOWN = new Set(
  (
    'Display Debug Default Clone Drop From TryFrom Into TryInto FromStr Deref DerefMut AsRef AsMut Borrow BorrowMut PartialEq Eq ' +
    'PartialOrd Ord Hash Add Sub Mul Div Rem Neg Not Error Copy Send Sync Unpin Sized'
  ).split(' '),
);

/** An impl by its trait, its self type and the members it gives. */
export function summarizeImpl({ row, children, container, neighbours }: RuleInput): Draft {
  const header = parseImpl(row.interface_signature) ?? parseImpl(row.current_code);
  const self = header?.self ?? container.at(-1) ?? row.name;
  const subject = speakSelf(self, header?.parameters);
  const written = header?.trait ?? neighbours?.implemented ?? null;
  const names = children.map((child) => child.name);
  if (written === null) return summarizeInherent(subject, children);
  const trait = formatType(written) ?? typeHead(written);
  if (header?.isNegative === true)
    return { head: `Denies ${trait} to ${subject}`, clauses: [], quality: 0.7 };
  const isKnown = KNOWN.has(typeHead(written)) || names.length === 0;
  const clauses: NameList[] = isKnown ? [] : [{ lead: 'defines', names }];
  return { head: `Implements ${trait} for ${subject}`, clauses, quality: 0.7 };
}

function summarizeInherent(subject: string, children: readonly ChildRow[]): Draft {
  const names = children.map(({ name }) => name);
  if (names.length === 0) return { head: `Empty impl of ${subject}`, clauses: [], quality: 0.4 };
  const what = children.every(({ kind }) => kind === 'method' || kind === 'function') ? 'Methods' : 'Items';
  return { head: { lead: `${what} of ${subject}:`, names }, clauses: [], quality: 0.65 };
}

function speakSelf(self: string, parameters: Map<string, string> | undefined): string {
  const bound = parameters?.get(self);
  if (bound === undefined) return formatSubject(self);
  const demands = bound
    .split(' + ')
    .filter((part) => part !== '?Sized' && !part.startsWith("'"))
    .join(' + ');
  const said = demands === '' ? undefined : formatType(demands);
  return said === undefined ? `every ${self}` : `every ${self}: ${said}`;
}
