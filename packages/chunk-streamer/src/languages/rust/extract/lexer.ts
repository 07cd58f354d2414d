import { numberAt } from '../indexed.js';
/** Kinds of tokens; punctuation is its own character code, which is always above these. */
export const Token = {
  end: 0,
  ident: 1,
  lifetime: 2,
  int: 3,
  float: 4,
  str: 5,
  char: 6,
  byteStr: 7,
  byte: 8,
  cStr: 9,
} as const;

/** The tokens of a text: parallel arrays, the last token is `end`. Comments and white space are left out. */
export interface TokenList {
  kinds: Uint8Array;
  /** UTF-16 offsets. */
  starts: Int32Array;
  ends: Int32Array;
  /** Index of the matching delimiter, -1 elsewhere and where brackets do not balance. */
  mates: Int32Array;
  length: number;
  /** Doc comments in order. */
  docs: readonly DocComment[];
  /**
   * False when a bracket has no partner, a literal or comment has no end, a character is no Rust outside of them, or something
   * stands before the first token that is none.
   */
  isSound: boolean;
}

/** A doc comment; offsets are UTF-16 units. */
export interface DocComment {
  start: number;
  end: number;
  /** `//!` or `/*!`. */
  isInner: boolean;
}

const BACKSLASH = 92;
const QUOTE = 34;
const APOSTROPHE = 39;
const SLASH = 47;
const STAR = 42;
const HASH = 35;
const DOT = 46;
const BANG = 33;
const NEWLINE = 10;
const LOWER_R = 114;
const LOWER_B = 98;
const LOWER_C = 99;
const LOWER_U = 117;
const LOWER_X = 120;
const DIGITS_OF_ESCAPE = /^(?:x[\da-fA-F]{2}|u\{[\da-fA-F_]{1,8}\})/;
const ESCAPED_CHAR = /^b?'\\(?:u\{[\da-fA-F_]{1,8}\}|x[\da-fA-F]{2}|[nrt\\0'"])'$/;
const PUNCTUATION = new Set(Array.from('!#$%&*+,-./:;<=>?@^|~', (char) => char.charCodeAt(0)));

/** Cuts Rust text into tokens. Never fails: an unfinished literal or comment runs to the end of the text. */
export function tokenize(text: string): TokenList {
  return new Lexer(text).run();
}

/** True for an ASCII letter, digit, `_`, or anything outside ASCII. */
function isWordCode(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === 95 ||
    code >= 128
  );
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

class Lexer {
  private readonly text: string;
  private kinds: Uint8Array;
  private starts: Int32Array;
  private ends: Int32Array;
  private mates: Int32Array;
  private length = 0;
  private readonly open: number[] = [];
  private readonly docs: DocComment[] = [];
  private isSound = true;

  constructor(text: string) {
    this.text = text;
    const capacity = Math.max(64, text.length >> 2);
    this.kinds = new Uint8Array(capacity);
    this.starts = new Int32Array(capacity);
    this.ends = new Int32Array(capacity);
    this.mates = new Int32Array(capacity);
  }

  run(): TokenList {
    const { text } = this;
    let at = skipPrefix(text);
    if (at > 0 || text.includes('\0')) this.isSound = false;
    while (at < text.length) {
      const code = text.charCodeAt(at);
      if (code <= 32) at = this.skipSpace(at, code);
      else if (code === SLASH && isCommentStart(text, at)) at = this.skipComment(at);
      else at = this.readToken(at, code);
    }
    this.push(Token.end, text.length, text.length);
    if (this.open.length > 0) this.isSound = false;
    return {
      kinds: this.kinds,
      starts: this.starts,
      ends: this.ends,
      mates: this.mates,
      length: this.length,
      docs: this.docs,
      isSound: this.isSound,
    };
  }

  private skipSpace(at: number, code: number): number {
    if (code < 9 || (code > 13 && code < 32)) this.isSound = false;
    return at + 1;
  }

  private skipComment(at: number): number {
    const end = endOfComment(this.text, at);
    const style = docStyle(this.text, at, end);
    if (style !== undefined) this.docs.push({ start: at, end, isInner: style === 'inner' });
    if (end === this.text.length && !this.text.startsWith('//', at)) this.checkEnd(end, '*/');
    return end;
  }

  /** A literal or comment that ends with the text must end with its closer. */
  private checkEnd(end: number, closer: string): void {
    if (end >= this.text.length && !this.text.endsWith(closer)) this.isSound = false;
  }

  private pushText(kind: number, start: number, end: number): number {
    // no literal ends a file: one that does was never closed
    if (end >= this.text.length) this.isSound = false;
    return this.push(kind, start, end);
  }

  private endOfString(at: number): number {
    const { text } = this;
    let i = at;
    while (i < text.length) {
      const code = text.charCodeAt(i);
      if (code === QUOTE) return i + 1;
      if (code === BACKSLASH && !isEscape(text, i)) this.isSound = false;
      i += code === BACKSLASH ? 2 : 1;
    }
    return text.length;
  }

  private pushChar(kind: number, start: number, end: number): number {
    const { text } = this;
    const isEscaped = text.charCodeAt(kind === Token.byte ? start + 2 : start + 1) === BACKSLASH;
    const isLong = kind === Token.byte && end - start !== 4;
    const isPlain = text.charCodeAt(end - 1) === APOSTROPHE && !isLong;
    if (isEscaped ? !ESCAPED_CHAR.test(text.slice(start, end)) : !isPlain) this.isSound = false;
    return this.push(kind, start, end);
  }

  private endOfWord(at: number): number {
    const { text } = this;
    let end = at;
    for (; end < text.length; end += 1) {
      const code = text.charCodeAt(end);
      if (!isWordCode(code)) break;
      if (code >= 128) this.isSound = false;
    }
    return end;
  }

  private readToken(at: number, code: number): number {
    if (isDigit(code)) return this.readNumber(at);
    if (isWordCode(code)) return this.readWord(at, code);
    if (code === QUOTE) return this.pushText(Token.str, at, this.endOfString(at + 1));
    if (code === APOSTROPHE) return this.readQuote(at);
    return this.readPunctuation(at, code);
  }

  private readPunctuation(at: number, code: number): number {
    const index = this.length;
    const end = this.push(code, at, at + 1);
    if (code === 40 || code === 91 || code === 123) this.open.push(index);
    else if (code === 41 || code === 93 || code === 125) this.close(index, code);
    else if (!PUNCTUATION.has(code)) this.isSound = false;
    return end;
  }

  private close(index: number, code: number): void {
    const wanted = code === 41 ? 40 : code - 2;
    for (let depth = this.open.length - 1; depth >= 0; depth -= 1) {
      const opener = numberAt(this.open, depth);
      if (this.kinds[opener] !== wanted) {
        this.isSound = false;
        continue;
      }
      this.open.length = depth;
      this.mates[opener] = index;
      this.mates[index] = opener;
      return;
    }
    this.isSound = false;
  }

  private readWord(at: number, code: number): number {
    if (code === LOWER_R || code === LOWER_B || code === LOWER_C) {
      const literal = this.readPrefixed(at, code);
      if (literal > 0) return literal;
    }
    return this.push(Token.ident, at, this.endOfWord(at));
  }

  /** Literals that start with a letter, and raw identifiers; 0 when it is a plain word. */
  private readPrefixed(at: number, code: number): number {
    const { text } = this;
    const next = text.charCodeAt(at + 1);
    if (code === LOWER_B && next === APOSTROPHE)
      return this.pushChar(Token.byte, at, endOfChar(text, at + 2));
    const raw = code === LOWER_R || next === LOWER_R;
    const quoteAt = code !== LOWER_R && next === LOWER_R ? at + 2 : at + 1;
    const kind = code === LOWER_B ? Token.byteStr : code === LOWER_C ? Token.cStr : Token.str;
    if (!raw) return next === QUOTE ? this.pushText(kind, at, this.endOfString(at + 2)) : 0;
    let hashes = 0;
    while (text.charCodeAt(quoteAt + hashes) === HASH) hashes += 1;
    if (text.charCodeAt(quoteAt + hashes) === QUOTE) {
      return this.pushText(kind, at, endOfRawString(text, quoteAt + hashes + 1, hashes));
    }
    return code === LOWER_R && hashes === 1 ? this.readRawIdent(at + 2) : 0;
  }

  private readRawIdent(at: number): number {
    const end = this.endOfWord(at);
    return end === at ? 0 : this.push(Token.ident, at, end);
  }

  private readQuote(at: number): number {
    const { text } = this;
    const next = text.charCodeAt(at + 1);
    if (next === BACKSLASH) return this.pushChar(Token.char, at, endOfChar(text, at + 1));
    const width = next >= 0xd800 && next <= 0xdbff ? 2 : 1;
    if (text.charCodeAt(at + 1 + width) === APOSTROPHE) return this.push(Token.char, at, at + 2 + width);
    const end = this.endOfWord(at + 1);
    if (end === at + 1) this.isSound = false;
    return this.push(Token.lifetime, at, end);
  }

  private readNumber(at: number): number {
    const { text } = this;
    let end = this.endOfWord(at);
    const isTupleField = this.length > 0 && this.kinds[this.length - 1] === DOT && !this.isRangeBefore();
    if (isTupleField) return this.push(Token.int, at, end);
    const isHex = text.charCodeAt(at) === 48 && (text.charCodeAt(at + 1) | 32) === 120;
    let float = false;
    if (text.charCodeAt(end) === DOT && isFraction(text, end)) {
      float = true;
      end = this.endOfWord(end + 1);
    }
    const last = text.charCodeAt(end - 1) | 32;
    const sign = text.charCodeAt(end);
    if (!isHex && last === 101 && (sign === 43 || sign === 45) && isDigit(text.charCodeAt(end + 1))) {
      float = true;
      end = this.endOfWord(end + 1);
    }
    return this.push(float ? Token.float : Token.int, at, end);
  }

  private isRangeBefore(): boolean {
    const before = this.length - 2;
    return before >= 0 && this.kinds[before] === DOT && this.ends[before] === this.starts[before + 1];
  }

  private push(kind: number, start: number, end: number): number {
    if (this.length === this.kinds.length) this.grow();
    this.kinds[this.length] = kind;
    this.starts[this.length] = start;
    this.ends[this.length] = end;
    this.mates[this.length] = -1;
    this.length += 1;
    return end;
  }

  private grow(): void {
    const capacity = this.kinds.length * 2;
    this.kinds = copyInto(new Uint8Array(capacity), this.kinds);
    this.starts = copyInto(new Int32Array(capacity), this.starts);
    this.ends = copyInto(new Int32Array(capacity), this.ends);
    this.mates = copyInto(new Int32Array(capacity), this.mates);
  }
}

function copyInto<A extends Uint8Array | Int32Array>(target: A, source: A): A {
  target.set(source);
  return target;
}

/** A byte order mark and a shebang line are no tokens. */
function skipPrefix(text: string): number {
  const start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  if (!text.startsWith('#!', start) || /^#!\s*\[/.test(text.slice(start, start + 200))) return start;
  const newline = text.indexOf('\n', start);
  return newline < 0 ? text.length : newline;
}

/** `////` and `/***` are ordinary comments, and so is `/**\/`. */
function docStyle(text: string, at: number, end: number): 'outer' | 'inner' | undefined {
  const [marker, mark, next] = [text.charCodeAt(at + 1), text.charCodeAt(at + 2), text.charCodeAt(at + 3)];
  if (mark === BANG) return 'inner';
  if (mark !== marker || next === marker) return undefined;
  return marker === STAR && (next === SLASH || end < at + 5) ? undefined : 'outer';
}

function isCommentStart(text: string, at: number): boolean {
  const next = text.charCodeAt(at + 1);
  return next === SLASH || next === STAR;
}

function endOfComment(text: string, at: number): number {
  if (text.charCodeAt(at + 1) === SLASH) {
    const newline = text.indexOf('\n', at);
    return newline < 0 ? text.length : newline;
  }
  let depth = 1;
  let i = at + 2;
  while (i < text.length && depth > 0) {
    const code = text.charCodeAt(i);
    const next = text.charCodeAt(i + 1);
    if (code === SLASH && next === STAR) depth += 1;
    else if (code === STAR && next === SLASH) depth -= 1;
    else {
      i += 1;
      continue;
    }
    i += 2;
  }
  return i;
}

/** False for `\x` and `\u` without their digits. */
function isEscape(text: string, at: number): boolean {
  const code = text.charCodeAt(at + 1);
  if (code !== LOWER_X && code !== LOWER_U) return true;
  return DIGITS_OF_ESCAPE.test(text.slice(at + 1, at + 12));
}

function endOfRawString(text: string, at: number, hashes: number): number {
  const closer = `"${'#'.repeat(hashes)}`;
  const end = text.indexOf(closer, at);
  return end < 0 ? text.length : end + closer.length;
}

/** `at` is the first code of the content; a line break ends a broken literal. */
function endOfChar(text: string, at: number): number {
  let i = at;
  while (i < text.length) {
    const code = text.charCodeAt(i);
    if (code === APOSTROPHE) return i + 1;
    if (code === NEWLINE) return i;
    i += code === BACKSLASH ? 2 : 1;
  }
  return text.length;
}

/** `1.5` and `1.` are floats; `1..2`, `1.max(2)` and `1.e` are not. */
function isFraction(text: string, dotAt: number): boolean {
  const next = text.charCodeAt(dotAt + 1);
  if (isDigit(next)) return true;
  return next !== DOT && !(isWordCode(next) && !Number.isNaN(next));
}
