import type { DefFact, MacroCallFact, RustFacts, ScopeFact, UseFact } from '../facts.js';

/** A point to which a builder can be taken back. */
export interface BuilderMark {
  code: number;
  scopes: number;
  defs: number;
  uses: number;
  macroCalls: number;
}

/** Collects the facts of one file; everything written after a mark can be dropped again. */
export class FactsBuilder {
  code: Int32Array = new Int32Array(1024);
  /** Index 0 is "none", so the first node starts at 1. */
  length = 1;
  readonly scopes: ScopeFact[] = [];
  readonly defs: DefFact[] = [];
  readonly uses: UseFact[] = [];
  readonly macroCalls: MacroCallFact[] = [];
  /** Never taken back: a word too many only makes certainty rarer. */
  readonly macroWords = new Set<string>();

  mark(): BuilderMark {
    return {
      code: this.length,
      scopes: this.scopes.length,
      defs: this.defs.length,
      uses: this.uses.length,
      macroCalls: this.macroCalls.length,
    };
  }

  reset(mark: BuilderMark): void {
    this.length = mark.code;
    this.scopes.length = mark.scopes;
    this.defs.length = mark.defs;
    this.uses.length = mark.uses;
    this.macroCalls.length = mark.macroCalls;
  }

  /** Appends a node and returns its index. */
  node(kind: number, pos: number, a?: number, b?: number, c?: number, d?: number): number {
    const at = this.reserve(6);
    const { code } = this;
    code[at] = kind;
    code[at + 1] = pos;
    let end = at + 2;
    if (a !== undefined) code[end++] = a;
    if (b !== undefined) code[end++] = b;
    if (c !== undefined) code[end++] = c;
    if (d !== undefined) code[end++] = d;
    this.length = end;
    return at;
  }

  /** Appends a node whose last part is a list. */
  list(kind: number, pos: number, head: readonly number[], tail: readonly number[]): number {
    const at = this.reserve(2 + head.length + tail.length);
    const { code } = this;
    code[at] = kind;
    code[at + 1] = pos;
    let end = at + 2;
    for (const value of head) code[end++] = value;
    for (const value of tail) code[end++] = value;
    this.length = end;
    return at;
  }

  finish(strings: string[], lines: Int32Array): RustFacts {
    return {
      version: 1,
      strings,
      lines,
      code: this.code.slice(0, this.length),
      scopes: this.scopes,
      defs: this.defs,
      uses: this.uses,
      macroCalls: this.macroCalls,
      macroWords: [...this.macroWords].sort(),
    };
  }

  private reserve(size: number): number {
    if (this.length + size > this.code.length) {
      const grown = new Int32Array(Math.max(this.code.length * 2, this.length + size));
      grown.set(this.code);
      this.code = grown;
    }
    return this.length;
  }
}
