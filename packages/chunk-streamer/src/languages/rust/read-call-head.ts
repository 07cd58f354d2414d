import type { CapturedItem } from './captured-item.js';
import { readTokens, skipBrackets, skipTrivia, type Token } from './lex.js';
import { normalizeType } from './normalize.js';

// Words that name nothing: the head goes on until it holds another one.
const HEAD_KEYWORDS = new Set(
  'crate self super in impl fn struct enum union trait type use mod unsafe async extern const static ref mut dyn for move macro_rules'.split(
    ' ',
  ),
);

const SEPARATORS = /^[()[\]{},;=<]$/;

/** The first words of a macro call's arguments, behind attributes, comments and generics, up to what names them. */
export function readCallHead(item: CapturedItem, text: string): string {
  const head: Head = { words: [], skipTo: 0, isNamed: false, isDone: false };
  for (const token of readArguments(item, text)) {
    if (token.start >= head.skipTo) readHeadToken(head, { token, text, limit: item.nodeEnd });
    if (head.isDone) break;
  }
  return normalizeType(head.words.join(' ')).replace(/::$/, '');
}

interface Head {
  words: string[];
  /** Tokens before this offset are passed over. */
  skipTo: number;
  isNamed: boolean;
  isDone: boolean;
}

function readHeadToken(
  head: Head,
  { token, text, limit }: { token: Token; text: string; limit: number },
): void {
  const piece = text.slice(token.start, token.end);
  if (piece === '#') head.skipTo = endOfAttribute(text, token.start);
  else if (piece === 'pub') head.skipTo = endOfVisibility(text, token.end);
  else if (piece === '<' && head.words.at(-1) === 'impl')
    head.skipTo = endOfGenerics(text, token.start, limit);
  else if (token.kind === 'punct' && SEPARATORS.test(piece)) head.isDone = head.isNamed;
  else if (piece === ':' && text[token.end] !== ':' && text[token.start - 1] !== ':') head.isDone = true;
  else {
    head.words.push(piece);
    head.isNamed ||= token.kind !== 'punct' && !HEAD_KEYWORDS.has(piece);
  }
}

/** All arguments of a macro call without spaces, comments and the brackets around them. */
export function readCallArguments(item: CapturedItem, text: string): string {
  const start = startOfArguments(item, text);
  return normalizeType(text.slice(start, item.nodeEnd)).replace(/^[([{]|[)\]}];?$/g, '');
}

function readArguments(item: CapturedItem, text: string): Generator<Token> {
  return readTokens(text, startOfArguments(item, text), item.nodeEnd);
}

function startOfArguments(item: CapturedItem, text: string): number {
  const bang = text.indexOf('!', item.nodeStart);
  return bang === -1 || bang >= item.nodeEnd ? item.nodeEnd : bang + 1;
}

function endOfVisibility(text: string, at: number): number {
  const open = skipTrivia(text, at, text.length);
  return text[open] === '(' ? skipBrackets(text, open) : at;
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
