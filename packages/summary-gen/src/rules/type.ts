import { formatType } from '../syntax/format-type.js';
import { readFields, readVariants } from '../syntax/read-members.js';
import { findTopLevel, splitTopLevel } from '../syntax/split-top-level.js';
import { splitName } from '../words/split-words.js';
import type { ChildRow, Draft, NameList, RuleInput } from './rule.js';

/** A struct or union by its fields. */
export function summarizeFields({ row }: RuleInput): Draft {
  const { shape, members } = readFields(row.current_code);
  if (members.length === 0) {
    return {
      head: shape === 'unit' ? `Marker ${row.kind} without fields` : `Empty ${row.kind}`,
      clauses: [],
      quality: 0.4,
    };
  }
  const lead = leadOf(row.kind, shape, members.length);
  const withTypes = members.length <= 3 || shape === 'tuple';
  const names = members.map(({ name, type }) => {
    const said = formatType(type);
    if (shape === 'tuple') return said ?? '';
    return withTypes && said !== undefined ? `${name} (${said})` : name;
  });
  const isTelling = shape === 'named' && members.some(({ name }) => name.length > 2);
  return { head: { lead, names }, clauses: [], quality: isTelling ? 0.55 : 0.4 };
}

function leadOf(kind: string, shape: string, count: number): string {
  if (kind === 'union') return 'Union of';
  if (shape === 'named') return 'Holds';
  return count === 1 ? 'Wraps' : 'Groups';
}

/** An enum by its variants. */
export function summarizeVariants({ row }: RuleInput): Draft {
  const variants = readVariants(row.current_code);
  const [only] = variants;
  if (only === undefined) return { head: 'Enum without variants', clauses: [], quality: 0.4 };
  if (variants.length === 1) return { head: `Enum with the one variant ${only}`, clauses: [], quality: 0.45 };
  return { head: { lead: 'One of', names: variants }, clauses: [], quality: 0.6 };
}

/** A trait by what it demands and provides. */
export function summarizeTrait({ row, children }: RuleInput): Draft {
  const required = children.filter((child) => !isProvided(child)).map(({ name }) => name);
  const provided = children.filter(isProvided).map(({ name }) => name);
  const pieces: NameList[] = [
    { lead: 'Requires', names: required },
    { lead: required.length === 0 ? 'Provides' : 'provides', names: provided },
    { lead: 'extends', names: readSupertraits(row.interface_signature) },
  ].filter(({ names }) => names.length > 0);
  const words = splitName(row.name).join(' ');
  const [first, ...rest] = pieces;
  if (first === undefined) return { head: `Marker trait ${row.name}`, clauses: [], quality: 0.35 };
  if (first.lead === 'extends') return { head: `Trait ${words}`, clauses: pieces, quality: 0.45 };
  return { head: first, clauses: rest, quality: 0.55 };
}

function isProvided(child: ChildRow): boolean {
  if (child.kind === 'associated_type' || child.kind === 'associated_const')
    return child.current_code.includes('=');
  return !child.current_code.trimEnd().endsWith(';');
}

function readSupertraits(signature: string): string[] {
  const name = /\btrait\s+[\w\u0080-\uffff]+/.exec(signature);
  if (name === null) return [];
  const start = name.index + name[0].length;
  const colon = findTopLevel(signature, ':', start);
  if (colon === -1) return [];
  const text = signature.slice(colon + 1);
  const end = [' where ', '{'].map((stop) => findTopLevel(text, stop, 0)).filter((at) => at !== -1);
  const bounds = splitTopLevel(text.slice(0, Math.min(text.length, ...end)), '+');
  return bounds.filter((bound) => !bound.startsWith("'")).flatMap((bound) => formatType(bound) ?? []);
}
