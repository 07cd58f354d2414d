import type { OutlinedText } from './capture-outline.js';
import { measureBytes } from './extract/byte-offsets.js';
import { createItemLocator } from './extract/item-locator.js';
import { type TokenList, tokenize } from './extract/lexer.js';
import { Outline } from './extract/outline.js';
import { readBlock, readStatementExpression } from './extract/read-blocks.js';
import { readExpression } from './extract/read-expressions.js';
import { readItem, readItems, readMacroItem } from './extract/read-items.js';
import { readMacroArguments } from './extract/read-macros.js';
import { readPattern, readSinglePattern } from './extract/read-patterns.js';
import { readBounds, readType } from './extract/read-types.js';
import { type Grammar, type ItemLocator, Reader } from './extract/reader.js';
import type { RustFacts } from './facts.js';
import type { RustItem } from './syntax.js';

const GRAMMAR: Grammar = {
  readType,
  readBounds,
  readPattern,
  readSinglePattern,
  readExpression,
  readBlock,
  readStatementExpression,
  readItem,
  readMacroItem,
  readMacroArguments,
};

/**
 * Extracts what the resolver needs of one file: definitions, imports, types and bodies.
 *
 * Never fails: a statement or item it cannot read is left out. One pass over the tokens, no syntax tree: macro
 * arguments are read by the same grammar as code. `items` are the file's rows in byte order, the file row first.
 */
export function extractFacts(input: { text: string; path: string; items: readonly RustItem[] }): RustFacts {
  const { text, items } = input;
  return readFacts(text, tokenize(text), createItemLocator(items));
}

/** A file that reads as plain Rust from the first token to the last: its facts, and the rows they belong to. */
export interface PlainFile extends OutlinedText {
  facts: RustFacts;
}

/** Reads facts and rows in one pass; undefined for a text that a parser with error recovery must look at. */
export function readPlainFile(text: string): PlainFile | undefined {
  const tokens = tokenize(text);
  if (!tokens.isSound) return undefined;
  const outline = new Outline();
  try {
    const facts = readFacts(text, tokens, outline);
    return { text, tokens, outline, facts };
  } catch {
    // whatever stopped the reader: the parser fails on no text
    return undefined;
  }
}

function readFacts(text: string, tokens: TokenList, rows: ItemLocator | Outline): RustFacts {
  const { tokenStarts, lines } = measureBytes(text, tokens);
  const reader = new Reader({ text, tokens, bytes: tokenStarts, grammar: GRAMMAR, rows });
  reader.out.scopes.push({ kind: 'file', parent: -1, item: 0, owner: -1 });
  readItems(reader, { scope: 0, owner: -1, isMember: false, flags: 0, cfg: [] });
  return reader.out.finish(reader.symbols.strings, lines);
}
