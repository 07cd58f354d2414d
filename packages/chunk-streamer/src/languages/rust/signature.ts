import type { RowKind, Visibility } from '@parseltongue/isg-core';
import type { Attribute } from './attributes.js';
import type { CapturedItem } from './capture-items.js';
import { readTokens, skipBrackets, type Token } from './lex.js';
import { normalizeSignature, normalizeType } from './normalize.js';

const MAX_MACRO_ARMS = 8;

/**
 * The interface of an item on one line: all that callers see, no body.
 *
 * Constants and statics show their type, structs their fields, enums their variants, macros the patterns of their arms,
 * macro calls the head of their arguments.
 */
export function formatSignature(item: CapturedItem, kind: RowKind, text: string): string {
  const start = item.headStart;
  switch (kind) {
    case 'macro':
      return macroSignature(item, start, text);
    case 'macro_call': {
      const head = readCallHead(item, text);
      const open = text.indexOf('!', start);
      return `${normalizeType(text.slice(start, open))}!${head === '' ? '()' : `(${head} ..)`}`;
    }
    case 'const':
    case 'static':
    case 'associated_const':
      return trimEnd(text.slice(start, item.node.childForFieldName('type')?.endIndex ?? item.nodeEnd));
    case 'struct':
    case 'enum':
    case 'union':
    case 'type_alias':
    case 'associated_type':
      return trimEnd(text.slice(start, item.nodeEnd));
    default:
      return trimEnd(text.slice(start, item.node.childForFieldName('body')?.startIndex ?? item.nodeEnd));
  }
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

// Words that name nothing: the head goes on until it holds another one.
const HEAD_KEYWORDS = new Set(
  'pub crate self super in impl fn struct enum union trait type use mod unsafe async extern const static ref mut dyn for move macro_rules'.split(
    ' ',
  ),
);

/** The first words of a macro call's arguments, behind attributes, comments and generics, up to what names them. */
export function readCallHead(item: CapturedItem, text: string): string {
  const words: string[] = [];
  let skipTo = 0;
  let isNamed = false;
  for (const token of readArguments(item, text)) {
    if (token.start < skipTo) continue;
    const piece = text.slice(token.start, token.end);
    if (piece === '#') skipTo = endOfAttribute(text, token.start);
    else if (piece === '<' && words.at(-1) === 'impl')
      skipTo = endOfGenerics(text, token.start, item.nodeEnd);
    else if (token.kind === 'punct' && /^[()[\]{},;=<]$/.test(piece)) {
      if (isNamed) break;
    } else if (piece === ':' && text[token.end] !== ':' && text[token.start - 1] !== ':') break;
    else {
      words.push(piece);
      isNamed ||= token.kind !== 'punct' && !HEAD_KEYWORDS.has(piece);
    }
  }
  return normalizeType(words.join(' '));
}

/** All arguments of a macro call without spaces and comments. */
export function readCallArguments(item: CapturedItem, text: string): string {
  const start = startOfArguments(item, text);
  return normalizeType(text.slice(start, item.nodeEnd));
}

function readArguments(item: CapturedItem, text: string): Generator<Token> {
  return readTokens(text, startOfArguments(item, text), item.nodeEnd);
}

function startOfArguments(item: CapturedItem, text: string): number {
  const bang = text.indexOf('!', item.nodeStart);
  return bang === -1 || bang >= item.nodeEnd ? item.nodeEnd : bang + 1;
}

function endOfGenerics(text: string, at: number, limit: number): number {
  let depth = 0;
  for (const token of readTokens(text, at, limit)) {
    const piece = text.slice(token.start, token.end);
    if (piece === '<') depth += 1;
    if (piece === '>' && text[token.start - 1] !== '-') depth -= 1;
    if (depth === 0) return token.end;
  }
  return limit;
}

function endOfAttribute(text: string, at: number): number {
  const open = text.indexOf('[', at);
  return open === -1 || open > at + 4 ? at + 1 : skipBrackets(text, open);
}

function macroSignature(item: CapturedItem, start: number, text: string): string {
  if (item.type === 'macro_item') {
    const open = text.slice(start, item.nodeEnd).search(/[({]/);
    const end = text[start + open] === '(' ? skipBrackets(text, start + open) : start + open;
    return trimEnd(text.slice(start, end));
  }
  const rules = item.node.namedChildren.filter((child) => child?.type === 'macro_rule');
  const arms = rules.slice(0, MAX_MACRO_ARMS).map((rule) => {
    const left = rule?.childForFieldName('left');
    return left === null || left === undefined
      ? ''
      : normalizeSignature(text.slice(left.startIndex, left.endIndex));
  });
  const name = item.node.childForFieldName('name');
  const title = `macro_rules! ${name === null ? '' : text.slice(name.startIndex, name.endIndex)}`;
  const more = rules.length > MAX_MACRO_ARMS ? '; ..' : '';
  return arms.length === 0 ? title : `${title} { ${arms.join('; ')}${more} }`;
}

function trimEnd(text: string): string {
  return normalizeSignature(text).replace(/\s*[;{=]$/, '');
}
