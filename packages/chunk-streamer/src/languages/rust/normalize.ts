import { readTokens } from './lex.js';

const WORD_EDGE = /[\p{XID_Continue}_'"]/u;

/**
 * The tokens of a type or path without spaces and comments, one space where two words would run together.
 *
 * `& 'a  mut Foo < T >` becomes `&'a mut Foo<T>`: what stands in keys.
 */
export function normalizeType(text: string): string {
  let result = '';
  for (const token of readTokens(text)) {
    const piece = text.slice(token.start, token.end);
    if (touches(result, piece)) result += ' ';
    result += piece;
  }
  return result.replace(/,>/g, '>');
}

/**
 * Source text on one line: comments and attributes dropped, spaces collapsed, none inside brackets, no trailing comma.
 *
 * What stands in interface signatures.
 */
export function normalizeSignature(text: string): string {
  const parts: string[] = [];
  let last = 0;
  let skipUntil = 0;
  for (const token of readTokens(text)) {
    if (token.start < skipUntil) continue;
    if (isAttribute(text, token.start)) {
      skipUntil = attributeEnd(text, token.start);
      continue;
    }
    const isApart = parts.length > 0 && token.start > last;
    parts.push(isApart ? ' ' : '', text.slice(token.start, token.end));
    last = token.end;
  }
  return tighten(parts);
}

function isAttribute(text: string, at: number): boolean {
  return text[at] === '#' && text[at + 1] === '[';
}

function attributeEnd(text: string, at: number): number {
  let depth = 0;
  for (const token of readTokens(text, at)) {
    const char = text[token.start];
    if (token.kind !== 'punct') continue;
    if (char === '[') depth += 1;
    if (char === ']') depth -= 1;
    if (char === ']' && depth === 0) return token.end;
  }
  return text.length;
}

// Pieces alternate gap, token; strings stay single tokens, so nothing inside them is touched.
function tighten(parts: readonly string[]): string {
  const tokens: string[] = [];
  const last = () => tokens.at(-1)?.trimStart() ?? '';
  for (let i = 1; i < parts.length; i += 2) {
    const token = parts[i] ?? '';
    if (last() === ',' && CLOSERS.has(token) && !GLUED_AFTER.has(tokens.at(-2)?.trimStart() ?? ''))
      tokens.pop();
    const isGlued = GLUED_BEFORE.has(token) || GLUED_AFTER.has(last());
    tokens.push((isGlued ? '' : (parts[i - 1] ?? '')) + token);
  }
  return tokens.join('').trim();
}

const CLOSERS = new Set([')', ']', '>', '}', '{']);
const GLUED_BEFORE = new Set([')', ']', '>', ',', ';']);
const GLUED_AFTER = new Set(['(', '[', '<']);

function touches(left: string, right: string): boolean {
  const first = right[0];
  const last = left.at(-1);
  return last !== undefined && first !== undefined && WORD_EDGE.test(last) && WORD_EDGE.test(first);
}
