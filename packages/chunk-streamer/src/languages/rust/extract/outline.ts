import { MAX_ROW_DEPTH } from '../captured-item.js';
import type { DefKind } from '../facts.js';

/** Tokens from `from` up to and without `to`. */
export interface TokenRange {
  from: number;
  to: number;
}

/** Parts of an item the reader notes on its way. */
export type NotedPart = 'name' | 'body' | 'type' | 'trait' | 'generics' | 'where' | 'value';

/** An item that is a row, by its tokens. */
export interface OutlineItem {
  /** Node type of the grammar, see `CapturedItem`. */
  type: string;
  /** Index among the items, -1 at the file's root. */
  parent: number;
  /** First token of the attributes. */
  first: number;
  /** First token behind the attributes. */
  head: number;
  /** Behind the last token. */
  end: number;
  parts: Partial<Record<NotedPart, TokenRange>>;
  /** Where the rules of a `macro_rules!` stand: its outermost delimiters. */
  rules?: TokenRange;
}

/** Thrown where a file is not the plain Rust an outline is made of; it ends the reading. */
export class NotPlainSyntax extends Error {}

const TYPES: Readonly<Record<DefKind, string>> = {
  module: 'mod_item',
  function: 'function_item',
  struct: 'struct_item',
  enum: 'enum_item',
  union: 'union_item',
  trait: 'trait_item',
  impl: 'impl_item',
  const: 'const_item',
  static: 'static_item',
  type: 'type_item',
  macro: 'macro_definition',
};

/**
 * The rows of a file as its reader meets them: what a syntax tree is asked for otherwise.
 *
 * Items inside the token trees of macros are none: there the outline rests.
 */
export class Outline {
  readonly items: OutlineItem[] = [];
  /** Inner attributes, in order. */
  readonly inner: TokenRange[] = [];
  private readonly open: number[] = [];
  private resting = 0;

  /** True while items count. */
  get isActive(): boolean {
    return this.resting === 0;
  }

  /** How many rows are open. */
  get depth(): number {
    return this.open.length;
  }

  /** Row around the cursor; 0 is the file. */
  get row(): number {
    return (this.open.at(-1) ?? -1) + 1;
  }

  /** Opens a row and gives its number, -1 while resting. */
  openItem(kind: DefKind | 'extern' | 'call', { first, head }: { first: number; head: number }): number {
    if (!this.isActive) return -1;
    if (this.open.length >= MAX_ROW_DEPTH) throw new NotPlainSyntax('nested too deep');
    const type = kind === 'extern' ? 'foreign_mod_item' : kind === 'call' ? 'macro_invocation' : TYPES[kind];
    this.items.push({ type, parent: this.open.at(-1) ?? -1, first, head, end: head + 1, parts: {} });
    this.open.push(this.items.length - 1);
    return this.items.length;
  }

  /** Notes a part of the innermost open row. */
  note(part: NotedPart, from: number, to: number): void {
    const item = this.current();
    if (item !== undefined) item.parts[part] = { from, to };
  }

  noteRules(from: number, to: number): void {
    const item = this.current();
    if (item !== undefined) item.rules = { from, to };
  }

  noteInner(from: number, to: number): void {
    if (this.isActive) this.inner.push({ from, to });
  }

  /** Tells that the innermost open row is something its keyword did not say. */
  retype(type: 'macro_item' | 'trait_alias'): void {
    const item = this.current();
    if (item !== undefined) item.type = type;
  }

  /** Closes the rows above `depth`; the cursor stands at `end`. */
  closeTo(depth: number, end: number): void {
    if (!this.isActive) return;
    while (this.open.length > depth) {
      const item = this.items[this.open.pop() ?? -1];
      if (item !== undefined) item.end = end;
    }
  }

  /** Runs `read` on tokens of a macro. */
  rest<T>(read: () => T): T {
    this.resting += 1;
    try {
      return read();
    } finally {
      this.resting -= 1;
    }
  }

  private current(): OutlineItem | undefined {
    return this.isActive ? this.items[this.open.at(-1) ?? -1] : undefined;
  }
}
