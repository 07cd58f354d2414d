const KEYWORDS = [
  '',
  '_',
  'as',
  'async',
  'auto',
  'await',
  'box',
  'break',
  'const',
  'continue',
  'crate',
  'default',
  'dyn',
  'else',
  'enum',
  'extern',
  'false',
  'fn',
  'for',
  'if',
  'impl',
  'in',
  'let',
  'loop',
  'macro',
  'macro_rules',
  'match',
  'mod',
  'move',
  'mut',
  'pub',
  'raw',
  'ref',
  'return',
  'safe',
  'self',
  'Self',
  'static',
  'struct',
  'super',
  'trait',
  'true',
  'type',
  'union',
  'unsafe',
  'use',
  'where',
  'while',
  'yield',
] as const;

type Keyword = (typeof KEYWORDS)[number];

/** Symbols of the words the grammar knows: the same numbers in every file. */
export const Sym = Object.fromEntries(KEYWORDS.map((word, index) => [word, index])) as Record<
  Keyword,
  number
>;

/** Interns names; a symbol is an index into `strings`. */
export class SymbolTable {
  readonly strings: string[] = [...KEYWORDS];
  private readonly ids = new Map<string, number>(KEYWORDS.map((word, index) => [word, index]));

  intern(name: string): number {
    const known = this.ids.get(name);
    if (known !== undefined) return known;
    const id = this.strings.length;
    this.strings.push(name);
    this.ids.set(name, id);
    return id;
  }
}
