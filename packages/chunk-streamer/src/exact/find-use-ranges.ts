import type { Span } from '@parseltongue/isg-core';
import { readTokens } from '../languages/rust/lex.js';
import { createByteIndex } from '../parse/byte-index.js';

/** Byte ranges of the `use` declarations of a Rust text, in order: a name in one is imported, not used. */
export function findUseRanges(text: string): Span[] {
  const toByte = createByteIndex(text);
  const ranges: Span[] = [];
  let start: number | undefined;
  let isFirst = false;
  for (const token of readTokens(text)) {
    const word = text.slice(token.start, token.end);
    if (start === undefined) {
      if (token.kind === 'word' && word === 'use') {
        start = token.start;
        isFirst = true;
      }
      continue;
    }
    // `use<'a>` in a bound captures lifetimes
    if (isFirst && word === '<') start = undefined;
    else if (word === ';') {
      ranges.push({ start: toByte(start), end: toByte(token.end) });
      start = undefined;
    }
    isFirst = false;
  }
  return ranges;
}

/** True when an offset stands in one of the ordered ranges. */
export function isInRanges(ranges: readonly Span[], offset: number): boolean {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ranges[middle]?.end ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return (ranges[low]?.start ?? Number.POSITIVE_INFINITY) <= offset;
}
