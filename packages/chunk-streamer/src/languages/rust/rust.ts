import { type SyntaxDiagnostic, utf8Length } from '@parseltongue/isg-core';
import { collectDiagnostics } from '../../parse/collect-diagnostics.js';
import { defineLanguage } from '../define-language.js';
import { captureItems, ITEM_QUERY } from './capture-items.js';
import { captureOutline } from './capture-outline.js';
import { extractFacts, readPlainFile } from './extract-facts.js';
import { extractItems } from './extract-items.js';
import { maskGrammarGaps } from './mask-grammar-gaps.js';
import type { RustFileSyntax } from './syntax.js';

/** Rust: plain files by their tokens, all others by tree-sitter-rust. */
export const rust = defineLanguage<RustFileSyntax>({
  id: 'rust',
  extensions: ['.rs'],
  grammar: { package: 'tree-sitter-rust', file: 'tree-sitter-rust.wasm' },
  query: ITEM_QUERY,
  extract({ path, text, place, query, parse }) {
    const plain = readPlainFile(text);
    if (plain !== undefined) {
      const extracted = extractItems({ captured: captureOutline(plain), path, text, place });
      return { path, ...extracted, diagnostics: [], facts: plain.facts };
    }
    const masked = maskGrammarGaps(text);
    const root = parse(masked.text).rootNode;
    const captured = captureItems(root, query, { text, masked });
    const { items, interfaceHash } = extractItems({ captured, path, text, place });
    const diagnostics = collectDiagnostics(root, path, text);
    return { path, items, interfaceHash, ...readFacts({ path, text, items }, diagnostics) };
  },
});

// Rows never depend on the reader of facts: where it gives up, the file has rows without references and says so.
function readFacts(
  input: Parameters<typeof extractFacts>[0],
  diagnostics: readonly SyntaxDiagnostic[],
): Pick<RustFileSyntax, 'facts' | 'diagnostics'> {
  try {
    return { facts: extractFacts(input), diagnostics: [...diagnostics] };
  } catch {
    const { path, text, items } = input;
    const whole: SyntaxDiagnostic = {
      path,
      span: { start: 0, end: utf8Length(text) },
      line: 1,
      severity: 'warning',
      message: 'References of this file are not read: its brackets or nesting cannot be followed',
    };
    const facts = extractFacts({ path, text: '', items: items.slice(0, 1) });
    return { facts, diagnostics: [...diagnostics, whole] };
  }
}
