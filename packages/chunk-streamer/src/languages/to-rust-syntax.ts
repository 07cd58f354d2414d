import { hash } from 'node:crypto';
import type { FileSyntax } from './define-language.js';
import { extractFacts } from './rust/extract-facts.js';
import type { RustFileSyntax, RustItem } from './rust/syntax.js';

/**
 * The syntax in the one form that crosses threads and is resolved: a file of a language without a resolver declares nothing
 * and refers to nothing.
 */
export function toRustSyntax(syntax: FileSyntax): RustFileSyntax {
  if (isRust(syntax)) return syntax;
  const indexes = new Map(syntax.items.map(({ chunk }, index) => [chunk.isgl1_key, index]));
  const items = syntax.items.map(
    ({ chunk }): RustItem => ({
      key: chunk.isgl1_key,
      chunk,
      parent: chunk.parent_key === null ? -1 : (indexes.get(chunk.parent_key) ?? 0),
      node: chunk.span,
      nameSpan: null,
    }),
  );
  return {
    path: syntax.path,
    items,
    diagnostics: syntax.diagnostics,
    facts: extractFacts({ path: syntax.path, text: '', items: items.slice(0, 1) }),
    interfaceHash: hash('sha1', [...indexes.keys()].join('\n'), 'hex'),
  };
}

function isRust(syntax: FileSyntax): syntax is RustFileSyntax {
  return 'facts' in syntax;
}
