import { collectDiagnostics } from '../../parse/collect-diagnostics.js';
import { defineLanguage } from '../define-language.js';
import { ITEM_QUERY } from './capture-items.js';
import { extractFacts } from './extract-facts.js';
import { extractItems } from './extract-items.js';
import { maskGrammarGaps } from './mask-grammar-gaps.js';
import type { RustFileSyntax } from './syntax.js';

/** Rust, by tree-sitter-rust. */
export const rust = defineLanguage<RustFileSyntax>({
  id: 'rust',
  extensions: ['.rs'],
  grammar: { package: 'tree-sitter-rust', file: 'tree-sitter-rust.wasm' },
  query: ITEM_QUERY,
  extract({ path, text, place, query, parse }) {
    const masked = maskGrammarGaps(text);
    const root = parse(masked.text).rootNode;
    const items = extractItems({ root, query, path, text, masked, place });
    return {
      path,
      items,
      diagnostics: collectDiagnostics(root, path, text),
      facts: extractFacts({ text, path, items }),
    };
  },
});
