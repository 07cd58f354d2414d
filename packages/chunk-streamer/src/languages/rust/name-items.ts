import type { RowKind } from '@parseltongue/isg-core';
import type { CapturedItem, Extent, ItemParts } from './captured-item.js';
import { readTokens } from './lex.js';
import { normalizeType } from './normalize.js';

/** What an item is called and what it contributes to the keys of the rows inside it. */
export interface ItemName {
  kind: RowKind;
  /** Name part of the key: identifier, `@Self`, `Trait@Self`, `!Trait@Self`, `macro!`, `extern "C"`. */
  name: string;
  /** Segment in the container of inner rows; null for items that open no scope (extern blocks). */
  segment: string | null;
  /** The identifier in the text, null for items without one. UTF-16 units. */
  nameStart: number | null;
  nameEnd: number | null;
  /** Name of the macro that is called, null for anything else. */
  macroName: string | null;
}

/** What naming needs to know beside the item itself. */
export interface NamingContext {
  /** The original text; nodes of a masked text are cut from it. */
  text: string;
  /** Kind of the enclosing row. */
  parentKind: RowKind;
}

const KINDS: Readonly<Record<string, RowKind>> = {
  struct_item: 'struct',
  union_item: 'union',
  enum_item: 'enum',
  trait_item: 'trait',
  trait_alias: 'trait',
  mod_item: 'module',
  static_item: 'static',
  macro_definition: 'macro',
  macro_item: 'macro',
  impl_item: 'impl',
  foreign_mod_item: 'extern_block',
  macro_invocation: 'macro_call',
};

/** Names an item. Types are kept as written but for spaces; raw identifiers lose their `r#`. */
export function nameItem(item: CapturedItem, context: NamingContext): ItemName {
  const kind = kindOf(item.type, context.parentKind);
  if (kind === 'impl') return nameImpl(item.parts, context.text);
  if (kind === 'extern_block') return { ...unnamed(kind, nameExtern(item, context.text)), segment: null };
  if (kind === 'macro_call') return nameCall(item, context.text);
  if (item.type === 'macro_item') return nameMacroItem(item, context.text);
  const extent = item.parts.name;
  if (extent === undefined) return unnamed(kind, '?');
  const { start, end } = extent;
  const identifier = context.text.slice(start, end).replace(/^r#/, '');
  const name = kind === 'macro' ? `${identifier}!` : identifier;
  return { kind, name, segment: name, nameStart: start, nameEnd: end, macroName: null };
}

function kindOf(type: string, parentKind: RowKind): RowKind {
  const isAssociated = parentKind === 'impl' || parentKind === 'trait';
  switch (type) {
    case 'function_item':
    case 'function_signature_item':
      return isAssociated ? 'method' : 'function';
    case 'const_item':
      return isAssociated ? 'associated_const' : 'const';
    case 'type_item':
    case 'associated_type':
      return isAssociated ? 'associated_type' : 'type_alias';
    default:
      return KINDS[type] ?? 'macro_call';
  }
}

function unnamed(kind: RowKind, name: string): ItemName {
  return { kind, name, segment: name, nameStart: null, nameEnd: null, macroName: null };
}

function nameImpl({ type, trait }: ItemParts, text: string): ItemName {
  const selfType = typeText(type, text);
  if (trait === undefined) return { ...unnamed('impl', `@${selfType}`), segment: selfType };
  const isNegative = /!\s*$/.test(text.slice(Math.max(0, trait.start - 40), trait.start));
  return unnamed('impl', `${isNegative ? '!' : ''}${typeText(trait, text)}@${selfType}`);
}

function typeText(extent: Extent | undefined, text: string): string {
  const type = extent === undefined ? '' : normalizeType(text.slice(extent.start, extent.end));
  return type === '' ? '?' : type;
}

function nameExtern(item: CapturedItem, text: string): string {
  const head = text.slice(item.nodeStart, item.parts.body?.start ?? item.nodeEnd);
  return `extern ${/"[^"]*"/.exec(head)?.[0] ?? '"C"'}`;
}

function nameCall(item: CapturedItem, text: string): ItemName {
  const macro = item.parts.name;
  const macroName = typeText(macro, text);
  return {
    kind: 'macro_call',
    name: `${macroName}!`,
    segment: `${macroName}!`,
    nameStart: macro?.start ?? null,
    nameEnd: macro?.end ?? null,
    macroName,
  };
}

// The word after `macro`; the node itself is a stand-in of equal extent.
function nameMacroItem(item: CapturedItem, text: string): ItemName {
  let isNext = false;
  for (const token of readTokens(text, item.nodeStart, item.nodeEnd)) {
    const word = text.slice(token.start, token.end);
    if (isNext) return { ...unnamed('macro', `${word}!`), nameStart: token.start, nameEnd: token.end };
    isNext = word === 'macro';
  }
  return unnamed('macro', '?!');
}
