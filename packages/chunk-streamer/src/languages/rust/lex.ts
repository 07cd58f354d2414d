/** Classes of Rust tokens that matter to code that reads text without a syntax tree. */
export type TokenKind = 'space' | 'comment' | 'string' | 'char' | 'lifetime' | 'word' | 'punct';

/** One token; offsets are UTF-16 units of the text, half open. */
export interface Token {
  kind: TokenKind;
  start: number;
  end: number;
}

const SPACE = /\s+/y;
const LINE_COMMENT = /\/\/[^\n]*/y;
const RAW_STRING_START = /(?:b|c)?r(#*)"/y;
const STRING = /(?:b|c)?"(?:[^"\\]|\\[\s\S])*(?:"|$)/y;
const CHAR = /b?'(?:\\(?:u\{[^}']*\}|x[0-9A-Fa-f]{2}|[^ux])|[^\\'\n\r\t]|[\ud800-\udbff][\udc00-\udfff])'/y;
const LIFETIME = /'(?:r#)?[\p{XID_Start}_][\p{XID_Continue}]*/uy;
const WORD = /(?:r#)?[\p{XID_Continue}_]+/uy;

/**
 * Reads the token at `at`. Text that is no Rust yields tokens too: an unclosed string or comment runs to the end.
 *
 * The text must be longer than `at`.
 */
export function readToken(text: string, at: number): Token {
  const char = text.charCodeAt(at);
  const end = readSpecial(text, at, char);
  if (end !== undefined) return end;
  const wordEnd = match(WORD, text, at);
  if (wordEnd !== undefined) return { kind: 'word', start: at, end: wordEnd };
  const isPair = char >= 0xd800 && char <= 0xdbff && at + 1 < text.length;
  return { kind: 'punct', start: at, end: at + (isPair ? 2 : 1) };
}

/** Yields the tokens of `text` between two offsets, without spaces and comments. */
export function* readTokens(text: string, start = 0, end = text.length): Generator<Token> {
  let at = start;
  while (at < end) {
    const token = readToken(text, at);
    at = token.end;
    if (token.kind !== 'space' && token.kind !== 'comment') yield token;
  }
}

/** The offset after spaces and ordinary comments from `at`; doc comments count as ordinary here. */
export function skipTrivia(text: string, at: number, end: number): number {
  let position = at;
  while (position < end) {
    const token = readToken(text, position);
    if (token.kind !== 'space' && token.kind !== 'comment') return position;
    position = token.end;
  }
  return Math.min(position, end);
}

const CLOSERS: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** The offset after the bracket that closes the one at `open`; the end of the text when none does. */
export function skipBrackets(text: string, open: number): number {
  const stack: string[] = [];
  for (const token of readTokens(text, open)) {
    if (token.kind !== 'punct') continue;
    const char = text[token.start] ?? '';
    const closer = CLOSERS[char];
    if (closer !== undefined) stack.push(closer);
    else if (char === stack.at(-1)) stack.pop();
    if (stack.length === 0) return token.end;
  }
  return text.length;
}

function readSpecial(text: string, at: number, char: number): Token | undefined {
  switch (char) {
    case 0x2f: // /
      return readComment(text, at);
    case 0x27: // '
      return readQuote(text, at);
    case 0x22: // "
    case 0x62: // b
    case 0x63: // c
    case 0x72: // r
      return readString(text, at);
    default: {
      const end = char <= 0x20 || char > 0x7e ? match(SPACE, text, at) : undefined;
      return end === undefined ? undefined : { kind: 'space', start: at, end };
    }
  }
}

function readComment(text: string, at: number): Token | undefined {
  const next = text.charCodeAt(at + 1);
  if (next === 0x2f) return { kind: 'comment', start: at, end: match(LINE_COMMENT, text, at) ?? text.length };
  if (next !== 0x2a) return undefined;
  const edge = /\/\*|\*\//g;
  edge.lastIndex = at;
  let depth = 0;
  for (let found = edge.exec(text); found !== null; found = edge.exec(text)) {
    depth += found[0] === '/*' ? 1 : -1;
    if (depth === 0) return { kind: 'comment', start: at, end: edge.lastIndex };
  }
  return { kind: 'comment', start: at, end: text.length };
}

function readQuote(text: string, at: number): Token | undefined {
  const charEnd = match(CHAR, text, at);
  if (charEnd !== undefined) return { kind: 'char', start: at, end: charEnd };
  const lifetimeEnd = match(LIFETIME, text, at);
  return lifetimeEnd === undefined ? undefined : { kind: 'lifetime', start: at, end: lifetimeEnd };
}

function readString(text: string, at: number): Token | undefined {
  RAW_STRING_START.lastIndex = at;
  const raw = RAW_STRING_START.exec(text);
  if (raw !== null) {
    const closer = `"${raw[1] ?? ''}`;
    const close = text.indexOf(closer, RAW_STRING_START.lastIndex);
    return { kind: 'string', start: at, end: close === -1 ? text.length : close + closer.length };
  }
  const end = match(STRING, text, at);
  if (end !== undefined) return { kind: 'string', start: at, end };
  const charEnd = text.charCodeAt(at) === 0x62 ? match(CHAR, text, at) : undefined;
  return charEnd === undefined ? undefined : { kind: 'char', start: at, end: charEnd };
}

function match(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}
