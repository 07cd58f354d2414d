import { Language, Parser, Query, type Tree } from 'web-tree-sitter';
import type { FilePlace, FileSyntax, LanguageDefinition } from '../languages/define-language.js';
import { languageOf } from '../languages/registry.js';
import type { RustFileSyntax } from '../languages/rust/syntax.js';
import { toRustSyntax } from '../languages/to-rust-syntax.js';
import { locateGrammar } from './locate-asset.js';

/** A text to parse and its place in the repository. */
export interface SourceInput {
  path: string;
  text: string;
  place: FilePlace;
}

/** A parser that lives in one thread; its grammars and queries are compiled once. */
export interface SourceParser extends Disposable {
  /** The syntax of a file, undefined when no language reads its path. Every tree is freed before it returns. */
  parse(input: SourceInput): RustFileSyntax | undefined;
  /** Id of the language that reads a path, empty when none does. */
  languageOf(path: string): string;
}

/**
 * Loads the grammars of the given languages.
 *
 * @throws StreamError PT_STREAM_GRAMMAR_UNAVAILABLE
 */
export async function openSourceParser(languages: readonly LanguageDefinition[]): Promise<SourceParser> {
  await Parser.init();
  const engines = new Map<string, Engine>();
  for (const language of languages) engines.set(language.id, await openEngine(language));
  return {
    parse(input) {
      const engine = engines.get(languageOf(input.path, languages)?.id ?? '');
      if (engine === undefined) return undefined;
      return toRustSyntax(parseWith(engine, input));
    },
    languageOf: (path) => languageOf(path, languages)?.id ?? '',
    [Symbol.dispose]() {
      for (const { parser, query } of engines.values()) {
        parser?.delete();
        query?.delete();
      }
      engines.clear();
    },
  };
}

interface Engine {
  language: LanguageDefinition;
  parser: Parser | undefined;
  query: Query | undefined;
}

async function openEngine(language: LanguageDefinition): Promise<Engine> {
  if (language.grammar === undefined) return { language, parser: undefined, query: undefined };
  const grammar = await Language.load(locateGrammar(language.grammar));
  const parser = new Parser().setLanguage(grammar);
  return { language, parser, query: new Query(grammar, language.query ?? '') };
}

function parseWith({ language, parser, query }: Engine, { path, text, place }: SourceInput): FileSyntax {
  const trees: Tree[] = [];
  try {
    return language.extract({
      path,
      text,
      place,
      get query() {
        if (query === undefined) throw new Error(`${language.id} declares no grammar`);
        return query;
      },
      parse(source) {
        if (parser === undefined) throw new Error(`${language.id} declares no grammar`);
        const tree = parser.parse(readInWholePairs(source));
        if (tree === null) throw new Error(`the parser gave no tree for ${path}`);
        trees.push(tree);
        return tree;
      },
    });
  } finally {
    for (const tree of trees) tree.delete();
  }
}

const CHUNK_UNITS = 4096;

// The engine reads a string in buffers and would cut a surrogate pair at their border into two broken characters.
function readInWholePairs(text: string): string | ((index: number) => string) {
  if (!/[\ud800-\udbff]/.test(text)) return text;
  return (index) => {
    const end = index + CHUNK_UNITS;
    const isCut = (text.charCodeAt(end - 1) & 0xfc00) === 0xd800;
    return text.slice(index, isCut ? end + 1 : end);
  };
}
