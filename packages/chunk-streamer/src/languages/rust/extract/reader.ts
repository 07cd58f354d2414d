import { entryAt, numberAt } from '../indexed.js';
import { FactsBuilder } from './facts-builder.js';
import { Token, type TokenList } from './lexer.js';
import { NotPlainSyntax, type Outline } from './outline.js';
import { P } from './punctuation.js';
import { Sym, SymbolTable } from './symbols.js';

/** Thrown inside the reader where the text is not the Rust it knows; always caught by an item or statement around it. */
export class UnreadableSyntax extends Error {}

/** The readers call each other through this table, so that no file of the grammar imports a file that imports it. */
export interface Grammar {
  readType(reader: Reader): number;
  readBounds(reader: Reader): number[];
  readPattern(reader: Reader): number;
  readSinglePattern(reader: Reader): number;
  readExpression(reader: Reader, flags?: number): number;
  readBlock(reader: Reader, flags?: number): number;
  readStatementExpression(reader: Reader): StatementExpression;
  readItem(reader: Reader, context: ItemContext): boolean;
  /** A macro call at item position. */
  readMacroItem(reader: Reader, context: ItemContext): void;
  readMacroArguments(reader: Reader, name: string): MacroArguments;
}

export interface StatementExpression {
  node: number;
  /** True when it needs no `;` or `,` behind it. */
  isBlock: boolean;
}

export interface MacroArguments {
  mode: number;
  nodes: number[];
}

export interface ItemContext {
  scope: number;
  owner: number;
  /** Enclosing trait or impl body. */
  isMember: boolean;
  flags: number;
  /** Predicates that a macro around the items puts on all of them. */
  cfg: readonly string[];
}

// Words that name nothing in any edition.
const RESERVED = new Set<number>([
  Sym.as,
  Sym.break,
  Sym.const,
  Sym.continue,
  Sym.else,
  Sym.enum,
  Sym.extern,
  Sym.false,
  Sym.fn,
  Sym.for,
  Sym.if,
  Sym.impl,
  Sym.in,
  Sym.let,
  Sym.loop,
  Sym.match,
  Sym.mod,
  Sym.move,
  Sym.mut,
  Sym.pub,
  Sym.ref,
  Sym.return,
  Sym.static,
  Sym.struct,
  Sym.trait,
  Sym.true,
  Sym.type,
  Sym.unsafe,
  Sym.use,
  Sym.where,
  Sym.while,
]);

/** Tells which row of a finished list a definition is and which row holds a position. */
export interface ItemLocator {
  /** Index of the row whose identifier stands at the byte offset, -1 when none does. */
  named(pos: number): number;
  /** Index of the row without identifier that starts at the byte offset, -1 when none does. */
  starting(pos: number): number;
  /** Index of the innermost row around the byte offset. */
  around(pos: number): number;
}

/** A cursor over tokens together with the facts written so far. */
export class Reader {
  readonly text: string;
  readonly tokens: TokenList;
  readonly bytes: Int32Array;
  readonly symbols: SymbolTable;
  readonly out = new FactsBuilder();
  readonly grammar: Grammar;
  /** The rows, where they are known beforehand; else the reader makes an outline of them. */
  readonly rows: ItemLocator | Outline;
  /** Current token. */
  at = 0;
  /** Tokens from here on read as the end. */
  limit: number;
  /** Scope of names at the cursor. */
  scope = 0;
  /** Definition around the cursor. */
  owner = -1;
  /** Flags every definition read now inherits. */
  inherited = 0;
  depth = 0;
  /** How many statements and items could not be read so far. */
  unreadable = 0;
  private readonly syms: Int32Array;

  constructor(input: {
    text: string;
    tokens: TokenList;
    bytes: Int32Array;
    grammar: Grammar;
    rows: ItemLocator | Outline;
  }) {
    this.text = input.text;
    this.tokens = input.tokens;
    this.bytes = input.bytes;
    this.grammar = input.grammar;
    this.rows = input.rows;
    this.symbols = new SymbolTable();
    this.limit = input.tokens.length - 1;
    this.syms = new Int32Array(input.tokens.length);
  }

  kind(ahead = 0): number {
    const index = this.at + ahead;
    return index < this.limit ? numberAt(this.tokens.kinds, index) : Token.end;
  }

  /** Symbol of the word at the cursor, 0 when it is no word. */
  sym(ahead = 0): number {
    const index = this.at + ahead;
    if (index >= this.limit || this.tokens.kinds[index] !== Token.ident) return 0;
    const known = numberAt(this.syms, index);
    if (known !== 0) return known;
    const symbol = this.symbols.intern(this.tokenText(index));
    // a raw identifier is never a keyword
    const isRaw = symbol <= Sym.yield && this.text.charCodeAt(numberAt(this.tokens.starts, index) - 1) === 35;
    this.syms[index] = isRaw ? this.symbols.intern(`r#${this.tokenText(index)}`) : symbol;
    return this.syms[index];
  }

  tokenText(index: number): string {
    return this.text.slice(this.tokens.starts[index], this.tokens.ends[index]);
  }

  /** Byte offset of the token at the cursor. */
  pos(ahead = 0): number {
    return numberAt(this.bytes, Math.min(this.at + ahead, this.tokens.length - 1));
  }

  isAt(code: number): boolean {
    return this.kind() === code;
  }

  /** True when the token at `ahead` and the next one are these two with nothing between. */
  isPair(first: number, second: number, ahead = 0): boolean {
    return (
      this.kind(ahead) === first &&
      this.kind(ahead + 1) === second &&
      this.tokens.ends[this.at + ahead] === this.tokens.starts[this.at + ahead + 1]
    );
  }

  isTriple(first: number, second: number, third: number): boolean {
    return this.isPair(first, second) && this.isPair(second, third, 1);
  }

  accept(code: number): boolean {
    if (this.kind() !== code) return false;
    this.at += 1;
    return true;
  }

  acceptPair(first: number, second: number): boolean {
    if (!this.isPair(first, second)) return false;
    this.at += 2;
    return true;
  }

  acceptSym(symbol: number): boolean {
    if (this.sym() !== symbol) return false;
    this.at += 1;
    return true;
  }

  expect(code: number): void {
    if (!this.accept(code)) this.fail();
  }

  expectSym(symbol: number): void {
    if (!this.acceptSym(symbol)) this.fail();
  }

  /** Reads a word and gives its symbol. */
  expectIdent(): number {
    const symbol = this.sym();
    if (symbol === 0 || (this.isStrict && RESERVED.has(symbol))) this.fail();
    this.at += 1;
    return symbol;
  }

  /** Moves behind the `$` of `$crate`, which code outside of macros does not have. */
  acceptDollar(): void {
    if (this.accept(P.dollar) && this.isStrict) this.fail();
  }

  name(symbol: number): string {
    const name = entryAt(this.symbols.strings, symbol);
    return name.startsWith('r#') ? name.slice(2) : name;
  }

  /** Index of the delimiter that closes the one at the cursor. */
  mate(ahead = 0): number {
    const index = this.at + ahead;
    const mate = index < this.limit ? numberAt(this.tokens.mates, index) : -1;
    if (mate <= index) this.fail();
    return mate;
  }

  /** Runs `read` on the tokens between the delimiters at the cursor and moves behind them. */
  inside<T>(read: () => T): T {
    const mate = this.mate();
    const limit = this.limit;
    this.at += 1;
    this.limit = mate;
    try {
      const result = read();
      if (this.at < mate) this.fail();
      return result;
    } finally {
      this.limit = limit;
      this.at = mate + 1;
    }
  }

  /** Guards against stack exhaustion on text nested thousands deep. */
  nest<T>(read: () => T): T {
    if (this.depth > 300) this.fail();
    this.depth += 1;
    try {
      return read();
    } finally {
      this.depth -= 1;
    }
  }

  /** The outline that is made on the way, undefined when the rows are known. */
  get outline(): Outline | undefined {
    return 'openItem' in this.rows ? this.rows : undefined;
  }

  /** True while rows are made on the way: what is no Rust is refused then, as nobody else looks at the text. */
  get isStrict(): boolean {
    return this.outline?.isActive === true;
  }

  /** Index of the innermost row around the byte offset at which the cursor stands or stood within the same row. */
  rowAround(pos: number): number {
    return 'openItem' in this.rows ? this.rows.row : this.rows.around(pos);
  }

  /** Counts a stretch that is left out; an outline ends there. */
  leaveOut(): void {
    if (this.isStrict) throw new NotPlainSyntax('unreadable');
    this.unreadable += 1;
  }

  fail(): never {
    throw new UnreadableSyntax('unreadable');
  }
}
