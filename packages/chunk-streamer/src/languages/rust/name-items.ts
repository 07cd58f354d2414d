import type { RowKind } from '@parseltongue/isg-core';
import type { Node } from 'web-tree-sitter';
import type { CapturedItem } from './capture-items.js';
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
  if (kind === 'impl') return nameImpl(item.node, context.text);
  if (kind === 'extern_block') return { ...unnamed(kind, nameExtern(item, context.text)), segment: null };
  if (kind === 'macro_call') return nameCall(item, context.text);
  if (item.type === 'macro_item') return nameMacroItem(item, context.text);
  const node = item.node.childForFieldName('name');
  if (node === null) return unnamed(kind, '?');
  const identifier = context.text.slice(node.startIndex, node.endIndex).replace(/^r#/, '');
  const name = kind === 'macro' ? `${identifier}!` : identifier;
  return { kind, name, segment: name, nameStart: node.startIndex, nameEnd: node.endIndex, macroName: null };
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

function nameImpl(node: Node, text: string): ItemName {
  const selfType = typeText(node.childForFieldName('type'), text);
  const trait = node.childForFieldName('trait');
  if (trait === null) return { ...unnamed('impl', `@${selfType}`), segment: selfType };
  const isNegative = text.slice(0, trait.startIndex).trimEnd().endsWith('!');
  return unnamed('impl', `${isNegative ? '!' : ''}${typeText(trait, text)}@${selfType}`);
}

function typeText(node: Node | null, text: string): string {
  const type = node === null ? '' : normalizeType(text.slice(node.startIndex, node.endIndex));
  return type === '' ? '?' : type;
}

function nameExtern(item: CapturedItem, text: string): string {
  const head = text.slice(item.nodeStart, item.node.childForFieldName('body')?.startIndex ?? item.nodeEnd);
  return `extern ${/"[^"]*"/.exec(head)?.[0] ?? '"C"'}`;
}

function nameCall(item: CapturedItem, text: string): ItemName {
  // At the file's root a call that ends in `;` is wrapped in a statement.
  const call = item.node.type === 'macro_invocation' ? item.node : item.node.namedChild(0);
  const macro = call?.childForFieldName('macro') ?? null;
  const macroName = typeText(macro, text);
  return {
    kind: 'macro_call',
    name: `${macroName}!`,
    segment: `${macroName}!`,
    nameStart: macro?.startIndex ?? null,
    nameEnd: macro?.endIndex ?? null,
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
