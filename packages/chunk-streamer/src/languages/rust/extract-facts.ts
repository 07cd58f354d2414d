import { measureBytes } from './extract/byte-offsets.js';
import { createItemLocator } from './extract/item-locator.js';
import { tokenize } from './extract/lexer.js';
import { readBlock, readStatementExpression } from './extract/read-blocks.js';
import { readExpression } from './extract/read-expressions.js';
import { readItem, readItems, readMacroItem } from './extract/read-items.js';
import { readMacroArguments } from './extract/read-macros.js';
import { readPattern, readSinglePattern } from './extract/read-patterns.js';
import { readBounds, readType } from './extract/read-types.js';
import { type Grammar, Reader } from './extract/reader.js';
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
  const tokens = tokenize(text);
  const { tokenStarts, lines } = measureBytes(text, tokens);
  const reader = new Reader({
    text,
    tokens,
    bytes: tokenStarts,
    grammar: GRAMMAR,
    items: createItemLocator(items),
  });
  reader.out.scopes.push({ kind: 'file', parent: -1, item: 0, owner: -1 });
  readItems(reader, { scope: 0, owner: -1, isMember: false, flags: 0, cfg: [] });
  return reader.out.finish(reader.symbols.strings, lines);
}
