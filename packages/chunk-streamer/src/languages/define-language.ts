import type { Chunk, SyntaxDiagnostic } from '@parseltongue/isg-core';
import type { Query, Tree } from 'web-tree-sitter';

/** Where a file stands in its repository, as far as its own text cannot say. */
export interface FilePlace {
  crate: string | null;
  /** Module the file defines, e.g. `crate::parse`; null when no crate declares it. */
  module_path: string | null;
  /** Why the whole file is test code: `tests/`, `benches/`, the `cfg(test)` of its declaration; null for code. */
  test_scope: string | null;
  /** `cfg` predicates on the declarations that lead to the file. */
  cfg: readonly string[];
}

/** What a language gets to cut one text into rows. */
export interface ExtractContext {
  path: string;
  text: string;
  place: FilePlace;
  /** The compiled `query` of the language; reading it throws when the language declares no grammar. */
  readonly query: Query;
  /**
   * Parses a text of the same length and line breaks as `text`. The tree is freed by the caller of `extract`. Throws when the
   * language declares no grammar.
   */
  parse: (text: string) => Tree;
}

/** The least that one parsed file yields in any language. */
export interface FileSyntax {
  path: string;
  /** One for each row, in byte order, the file row first. */
  items: readonly { chunk: Chunk }[];
  diagnostics: SyntaxDiagnostic[];
}

/** A language the streamer reads: how its files are called, parsed and cut into rows. */
export interface LanguageDefinition<Syntax extends FileSyntax = FileSyntax> {
  /** Goes into file facts, e.g. `rust`. */
  id: string;
  /** With the dot, e.g. `.rs`. */
  extensions: readonly string[];
  /** File of a tree-sitter grammar as wasm, in its npm package; absent for a language that reads its texts by itself. */
  grammar?: { package: string; file: string };
  /** Query in the grammar's node types, compiled once a worker. */
  query?: string;
  /** Never throws on any text. Rows come in byte order and assemble to the text. */
  extract(context: ExtractContext): Syntax;
}

/** Declares a language; the seam through which every language enters the streamer. */
export function defineLanguage<Syntax extends FileSyntax>(
  definition: LanguageDefinition<Syntax>,
): LanguageDefinition<Syntax> {
  return Object.freeze({ ...definition });
}
