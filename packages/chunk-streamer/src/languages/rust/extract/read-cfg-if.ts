import { entryAt } from '../indexed.js';
import { Token } from './lexer.js';
import { P } from './punctuation.js';
import { readAttributes } from './read-attributes.js';
import type { Reader } from './reader.js';
import { Sym } from './symbols.js';

/** Walks `if #[cfg(a)] { .. } else if #[cfg(b)] { .. } else { .. }`; `read` runs inside every pair of braces. */
export function readCfgIf(r: Reader, read: (predicates: string[]) => void): void {
  const refused: string[] = [];
  for (;;) {
    const own = r.acceptSym(Sym.if) ? readAttributes(r).cfg : [];
    const predicates = [...refused.map((predicate) => `not(${predicate})`), ...own];
    if (!r.isAt(P.openBrace)) r.fail();
    r.inside(() => read(predicates));
    refused.push(own.length === 1 ? entryAt(own, 0) : `all(${own.join(',')})`);
    if (!r.acceptSym(Sym.else)) break;
  }
  if (r.kind() !== Token.end) r.fail();
}
