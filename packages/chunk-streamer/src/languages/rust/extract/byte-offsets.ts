import { numberAt } from '../indexed.js';
import type { TokenList } from './lexer.js';

/** Byte offsets of a text: of every token start and of every line start. */
export interface ByteOffsets {
  tokenStarts: Int32Array;
  lines: Int32Array;
}

/** Translates UTF-16 offsets to UTF-8 byte offsets in one pass over the text; in ASCII they are the same. */
export function measureBytes(text: string, tokens: TokenList): ByteOffsets {
  if (Buffer.byteLength(text) !== text.length) return measureWideBytes(text, tokens);
  const lines: number[] = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines.push(at + 1);
  return { tokenStarts: tokens.starts.slice(0, tokens.length), lines: Int32Array.from(lines) };
}

function measureWideBytes(text: string, tokens: TokenList): ByteOffsets {
  const tokenStarts = new Int32Array(tokens.length);
  const lines: number[] = [0];
  const { starts } = tokens;
  let token = 0;
  let extra = 0;
  for (let at = 0; at < text.length; at += 1) {
    while (token < tokens.length && numberAt(starts, token) <= at) {
      tokenStarts[token] = numberAt(starts, token) + extra;
      token += 1;
    }
    const code = text.charCodeAt(at);
    if (code < 0x80) {
      if (code === 10) lines.push(at + 1 + extra);
    } else {
      // a surrogate is two units of a four-byte character: each half adds one
      extra += code < 0x800 || (code >= 0xd800 && code <= 0xdfff) ? 1 : 2;
    }
  }
  for (; token < tokens.length; token += 1) tokenStarts[token] = numberAt(starts, token) + extra;
  return { tokenStarts, lines: Int32Array.from(lines) };
}
