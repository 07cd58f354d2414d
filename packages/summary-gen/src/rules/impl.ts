import { formatType, typeHead } from '../syntax/format-type.js';
import { type ImplHeader, parseImpl } from '../syntax/parse-impl.js';
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
export function summarizeImpl(input: RuleInput): Draft {
  const { row, children, neighbours } = input;
  const header = parseImpl(row.interface_signature) ?? parseImpl(row.current_code) ?? guessHeader(input);
  const subject = speakSelf(header);
  const written = header.trait ?? neighbours?.implemented;
  if (written === undefined) return summarizeInherent(subject, children);
  const trait = formatType(written) ?? typeHead(written);
  if (header.isNegative) return { head: `Denies ${trait} to ${subject}`, clauses: [], quality: 0.7 };
  const isKnown = KNOWN.has(typeHead(written)) || children.length === 0;
  const clauses: NameList[] = isKnown ? [] : [{ lead: 'defines', names: children.map(({ name }) => name) }];
  return { head: `Implements ${trait} for ${subject}`, clauses, quality: 0.7 };
}

// Without a readable header the name must do: `Trait@Self`.
function guessHeader({ row }: RuleInput): ImplHeader {
  const at = row.name.indexOf('@');
  const trait = at > 0 ? row.name.slice(0, at) : null;
  return { trait, isNegative: false, self: row.name.slice(at + 1), parameters: new Map() };
}

function summarizeInherent(subject: string, children: readonly ChildRow[]): Draft {
  const names = children.map(({ name }) => name);
  if (names.length === 0) return { head: `Empty impl of ${subject}`, clauses: [], quality: 0.4 };
  const what = children.every(({ kind }) => kind === 'method' || kind === 'function') ? 'Methods' : 'Items';
  return { head: { lead: `${what} of ${subject}:`, names }, clauses: [], quality: 0.65 };
}

function speakSelf({ self, parameters }: ImplHeader): string {
  const bound = parameters.get(self);
  if (bound === undefined) return formatSubject(self);
  const demands = bound
    .split(' + ')
    .filter((part) => part !== '?Sized' && !part.startsWith("'"))
    .join(' + ');
  const said = demands === '' ? undefined : formatType(demands);
  return said === undefined ? `every ${self}` : `every ${self}: ${said}`;
}
