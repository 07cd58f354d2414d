import type { RowKind, Visibility } from '@parseltongue/isg-core';
import type { Attribute } from './attributes.js';
import type { CapturedItem } from './captured-item.js';
import { skipBrackets } from './lex.js';
import { normalizeSignature, normalizeType } from './normalize.js';
import { readCallHead } from './read-call-head.js';

const MAX_MACRO_ARMS = 8;

/**
 * The interface of an item on one line: all that callers see, no body.
 *
 * Constants and statics show their type, structs their fields, enums their variants, macros the patterns of their arms,
 * macro calls the head of their arguments.
 */
export function formatSignature(
  item: CapturedItem,
  kind: RowKind,
  { text, interfaceEnd }: { text: string; interfaceEnd: number },
): string {
  if (kind === 'macro') return macroSignature(item, text);
  if (kind === 'macro_call') return callSignature(item, text);
  return trimEnd(text.slice(item.headStart, interfaceEnd));
}

// Kinds whose whole text is their interface.
const WHOLE_KINDS: ReadonlySet<RowKind> = new Set([
  'struct',
  'enum',
  'union',
  'type_alias',
  'associated_type',
]);
const VALUE_KINDS: ReadonlySet<RowKind> = new Set(['const', 'static', 'associated_const']);

/** Where the part that callers see ends: before the body or the value, else with the item. */
export function endOfInterface(item: CapturedItem, kind: RowKind): number {
  if (WHOLE_KINDS.has(kind) || kind === 'macro' || kind === 'macro_call') return item.nodeEnd;
  if (VALUE_KINDS.has(kind)) return item.parts.type?.end ?? item.nodeEnd;
  return item.parts.body?.start ?? item.nodeEnd;
}

function callSignature(item: CapturedItem, text: string): string {
  const head = readCallHead(item, text);
  const name = normalizeType(text.slice(item.headStart, text.indexOf('!', item.headStart)));
  return `${name}!${head === '' ? '()' : `(${head} ..)`}`;
}

/** Visibility from the `pub` in front of an item; exported macros are public. */
export function readVisibility(
  item: CapturedItem,
  text: string,
  attributes: readonly Attribute[],
): Visibility {
  if (item.type === 'macro_definition') {
    return attributes.some((attribute) => attribute.path === 'macro_export') ? 'public' : 'private';
  }
  const head = text.slice(item.headStart, Math.min(item.nodeEnd, item.nodeStart + 200));
  const [found, scope] = /^pub\b(?:\s*\(\s*(crate|self|super|in\b[^)]*)\s*\))?/.exec(head) ?? [];
  if (found === undefined) return /^crate\s+(?!::)/.test(head) ? 'crate' : 'private';
  if (scope === undefined) return 'public';
  return scope === 'crate' ? 'crate' : 'restricted';
}

function macroSignature(item: CapturedItem, text: string): string {
  const start = item.headStart;
  if (item.type === 'macro_item') {
    const [head = ''] = /^.*?\bmacro\s+[^\s({]+\s*/su.exec(text.slice(start, item.nodeEnd)) ?? [];
    const open = start + head.length;
    return trimEnd(text.slice(start, text[open] === '(' ? skipBrackets(text, open) : open));
  }
  const { name, arms: rules = [] } = item.parts;
  const arms = rules
    .slice(0, MAX_MACRO_ARMS)
    .map(({ start: from, end: to }) => normalizeSignature(text.slice(from, to)));
  const title = `macro_rules! ${name === undefined ? '' : text.slice(name.start, name.end)}`;
  const more = rules.length > MAX_MACRO_ARMS ? '; ..' : '';
  return arms.length === 0 ? title : `${title} { ${arms.join('; ')}${more} }`;
}

function trimEnd(text: string): string {
  return normalizeSignature(text).replace(/\s*[;{=,]$/, '');
}
