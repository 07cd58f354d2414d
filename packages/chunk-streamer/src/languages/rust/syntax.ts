import type { Chunk, RowKey, Span, SyntaxDiagnostic } from '@parseltongue/isg-core';
import type { RustFacts } from './facts.js';

/** What resolving needs of a row; the rest is forgotten once the row is handed out. */
export interface ResolvableItem {
  key: RowKey;
  /** Index of the parent in the file's item list; -1 for the file row at index 0. */
  parent: number;
  chunk: Pick<Chunk, 'kind' | 'tdd_classification'>;
}

/** An item row with its place among the others. */
export interface RustItem extends ResolvableItem {
  chunk: Chunk;
  /** Extent of the item without attributes and doc comments; known in the thread that parsed it. */
  node?: Span;
  /** Extent of the identifier, null for rows without one (file, impl, extern block); known where `node` is. */
  nameSpan?: Span | null;
}

/** What one parse of one file yields: plain data that crosses a worker boundary. */
export interface RustFileSyntax {
  path: string;
  /** In byte order, parents before children, the file row first. */
  items: RustItem[];
  diagnostics: SyntaxDiagnostic[];
  facts: RustFacts;
  /** Equal for two texts of a file when they differ in nothing that the resolution of other files reads. */
  interfaceHash: string;
}

/** A file as it is kept for resolving. */
export interface ResolvableSyntax extends Pick<RustFileSyntax, 'path' | 'facts' | 'interfaceHash'> {
  items: readonly ResolvableItem[];
}
