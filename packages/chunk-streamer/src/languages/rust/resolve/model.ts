import type { RowKey } from '@parseltongue/isg-core';
import type { DefFact, DefKind, RustFacts, UseFact, VisibilityFact } from '../facts.js';
import { entryAt, numberAt } from '../indexed.js';
import type { ResolvableItem } from '../syntax.js';
import type { CfgEvaluator } from './cfg-worlds.js';

/** Bits for the three kinds of names Rust keeps apart. */
export const Ns = { type: 1, value: 2, macro: 4 } as const;

/** A name that leads out of the repository. */
export interface External {
  tag: 'external';
  crate: string;
  path: readonly string[];
}

export interface Primitive {
  tag: 'primitive';
  name: string;
}

/** What a path stands for. */
export type Resolved = Definition | External | Primitive;

/** One crate: a root file, the names of other crates, the configuration it is built in. */
export interface Crate {
  name: string;
  kind: 'lib' | 'bin' | 'example' | 'test' | 'bench' | 'build' | 'orphan' | 'std';
  edition: number;
  root: Scope;
  /** Crates by the name code uses. */
  dependencies: Map<string, Crate | External>;
  cfg: CfgEvaluator;
  macros: Map<string, Definition[]>;
  /** True when the manifest is unknown: any name may be a crate. */
  isLenient: boolean;
}

/** A parsed file in its crate. */
export class SourceFile {
  readonly path: string;
  /** New bodies bring new facts. */
  facts: RustFacts;
  items: readonly ResolvableItem[];
  readonly crate: Crate;
  scopes: Scope[] = [];
  defs: Definition[] = [];

  constructor(input: { path: string; facts: RustFacts; items: readonly ResolvableItem[]; crate: Crate }) {
    this.path = input.path;
    this.facts = input.facts;
    this.items = input.items;
    this.crate = input.crate;
  }

  /** The name behind a symbol. */
  name(symbol: number): string {
    const text = entryAt(this.facts.strings, symbol);
    return text.startsWith('r#') ? text.slice(2) : text;
  }

  /** Line of a byte offset, from 1. */
  lineOf(pos: number): number {
    const { lines } = this.facts;
    let low = 0;
    let high = lines.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (numberAt(lines, middle) <= pos) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  }
}

/** A name a scope gets by `use`. */
export class Import {
  fact: UseFact;
  readonly scope: Scope;
  readonly mask: number;
  /** Depth of the question for the glob's target while it is open, else 0: asking again is a cycle. */
  openSince = 0;
  /** What it stands for, by namespace. */
  readonly answers = new Map<number, Resolved | null>();

  constructor(fact: UseFact, scope: Scope, mask: number) {
    this.fact = fact;
    this.scope = scope;
    this.mask = mask;
  }
}

/** What a scope holds under one name. */
export interface Binding {
  ns: number;
  mask: number;
  vis: VisibilityFact;
  target: Definition | Import;
}

/** A module or a block with items of its own. */
export class Scope {
  readonly id: number;
  readonly kind: 'file' | 'module' | 'block';
  readonly file: SourceFile;
  /** Lexical parent of a block; undefined for modules, whose names do not see their parent's. */
  readonly outer: Scope | undefined;
  /** The module around, itself for a module. */
  readonly module: Scope;
  /** Target of `super`. */
  readonly parent: Scope | undefined;
  readonly names = new Map<string, Binding[]>();
  readonly globs: Import[] = [];
  /** A glob here is visible outside of this module. */
  hasOpenGlob = false;
  readonly imports: Import[] = [];
  readonly path: string;
  mask: number;
  /** The definition of a module scope. */
  def: Definition | undefined;
  /** The file is a module of more than one crate: its names stand for those of each of them. */
  isShared = false;
  /** A macro call here may define names nobody sees. */
  isOpaque = false;
  /** Something here is visible in a module named by its path, `pub(in a::b)`. */
  isNarrowed = false;
  /** Answers of lookups in this scope: by name, then by a number for who asks. */
  readonly answers = new Map<string, Map<number, Resolved | null>>();
  /** Answers of lookups from this scope outwards. */
  readonly lexicalAnswers = new Map<string, Map<number, Resolved | null>>();
  /** Questions being answered and their depth: asking one again is a cycle. */
  readonly busy = new Map<string, number>();
  traits: ReadonlySet<Definition> | undefined;

  constructor(input: {
    id: number;
    kind: 'file' | 'module' | 'block';
    file: SourceFile;
    outer: Scope | undefined;
    parent: Scope | undefined;
    path: string;
    mask: number;
  }) {
    this.id = input.id;
    this.kind = input.kind;
    this.file = input.file;
    this.outer = input.kind === 'block' ? input.outer : undefined;
    this.module = input.kind === 'block' && input.outer !== undefined ? input.outer.module : this;
    this.parent = input.parent;
    this.path = input.path;
    this.mask = input.mask;
  }

  get crate(): Crate {
    return this.file.crate;
  }

  /** True for this module and everything below `ancestor`. */
  isInside(ancestor: Scope): boolean {
    for (let scope: Scope | undefined = this.module; scope !== undefined; scope = scope.parent) {
      if (scope === ancestor) return true;
    }
    return false;
  }
}

const NO_TWINS = Object.freeze<Definition[]>([]) as Definition[];

/** A definition of the repository or of the built-in picture of the standard library. */
export class Definition {
  readonly tag = 'definition';
  /** Unique, but for variants, which have that of their enum. */
  readonly id: number;
  readonly kind: DefKind | 'variant';
  readonly name: string;
  readonly file: SourceFile;
  fact: DefFact;
  /** Scope it is declared in. */
  readonly scope: Scope;
  /** Trait or impl of a member, enum of a variant. */
  readonly owner: Definition | undefined;
  readonly mask: number;
  /** The row that holds it; null for the standard library and where no row of its own exists. */
  readonly key: RowKey | null;
  /** Module: its scope. */
  inner: Scope | undefined;
  /** Trait and impl: members by name. Enum: variants by name, once one was asked for. */
  members: Map<string, Definition> | undefined;
  /** Impl: all its members, twins under different configurations included. */
  twins = NO_TWINS;
  /** Index of a variant in its enum. */
  readonly index: number;

  constructor(input: {
    id: number;
    kind: DefKind | 'variant';
    name: string;
    file: SourceFile;
    fact: DefFact;
    scope: Scope;
    owner: Definition | undefined;
    mask: number;
    key: RowKey | null;
    index?: number;
  }) {
    this.id = input.id;
    this.kind = input.kind;
    this.name = input.name;
    this.file = input.file;
    this.fact = input.fact;
    this.scope = input.scope;
    this.owner = input.owner;
    this.mask = input.mask;
    this.key = input.key;
    this.index = input.index ?? -1;
  }

  /** A variant of an enum. They are made when the first is asked for: bindings have a hundred thousand that nobody names. */
  variant(name: string): Definition | undefined {
    this.members ??= new Map(
      (this.fact.variants ?? []).map((variant, index) => [
        variant.name,
        this.makeVariant(variant.name, index),
      ]),
    );
    return this.members.get(name);
  }

  private makeVariant(name: string, index: number): Definition {
    const { id, file, fact, scope, mask, key } = this;
    return new Definition({ id, kind: 'variant', name, file, fact, scope, owner: this, mask, key, index });
  }

  /** True for the built-in picture of the standard library. */
  get isStd(): boolean {
    return this.file.crate.kind === 'std';
  }
}
