import { describe, expect, it } from 'vitest';
import { cutFiles, LIBRARY, resolveText } from './resolve-text.js';

const DEPTH = 5000;

/** Shapes that nest; each calls `leaf` before or after what is nested. */
const SHAPES: Readonly<Record<string, string>> = {
  calls: `fn deep() { leaf(); ${'leaf('.repeat(DEPTH)}${')'.repeat(DEPTH)}; }`,
  'method chains': `fn deep(s: S) { leaf(); s${'.next()'.repeat(DEPTH)}; }`,
  'operator chains': `fn deep() -> u32 { leaf(); 1${' + 1'.repeat(DEPTH)} }`,
  'right-hand operators': `fn deep() -> bool { leaf(); ${'!'.repeat(DEPTH)}true }`,
  parentheses: `fn deep() -> u32 { leaf(); ${'('.repeat(DEPTH)}1${')'.repeat(DEPTH)} }`,
  blocks: `fn deep() { leaf(); ${'{'.repeat(DEPTH)}${'}'.repeat(DEPTH)} }`,
  'else branches': `fn deep(x: u32) { leaf(); if x == 0 {} ${'else if x == 1 {} '.repeat(DEPTH)} }`,
  closures: `fn deep() { leaf(); let _ = ${'|| '.repeat(DEPTH)}1; }`,
  types: `fn deep() { leaf(); }\nfn nested(x: ${'Vec<'.repeat(DEPTH)}u8${'>'.repeat(DEPTH)}) {}`,
  references: `fn deep() { leaf(); }\nfn nested(x: ${'&'.repeat(DEPTH)}u8) {}`,
  tuples: `fn deep() { leaf(); let _ = ${'('.repeat(DEPTH)}1${',)'.repeat(DEPTH)}; }`,
  patterns: `fn deep(x: u8) { leaf(); match x { ${'Some('.repeat(DEPTH)}_${')'.repeat(DEPTH)} => {} } }`,
  modules: `fn deep() { leaf(); }\n${'mod m { '.repeat(500)}${'}'.repeat(500)}`,
  functions: `fn deep() { leaf(); ${'fn f() { '.repeat(500)}${'}'.repeat(500)} }`,
  macros: `fn deep() { leaf(); ${'vec![ '.repeat(DEPTH)}${']'.repeat(DEPTH)}; }`,
  'use trees': `fn deep() { leaf(); }\nuse ${'a::{'.repeat(DEPTH)}b${'}'.repeat(DEPTH)};`,
  'type aliases': `fn deep(x: A0) { leaf(); x.next(); }\n${Array.from({ length: DEPTH }, (_, i) => `type A${i} = A${i + 1};`).join('\n')}\ntype A${DEPTH} = S;`,
  reexports: `fn deep() { leaf(); r0(); }\n${Array.from({ length: DEPTH }, (_, i) => `use self::r${i + 1} as r${i};`).join('\n')}\nuse self::leaf as r${DEPTH};`,
};

describe('code that nests thousands deep', { timeout: 120_000 }, () => {
  it.each(Object.entries(SHAPES))('binds the calls around nested %s', async (_, shape) => {
    const text = `${LIBRARY}//- src/lib.rs\nstruct S;\nimpl S { fn next(self) -> S { self } }\nfn leaf() {}\n${shape}\n`;
    const { edges } = await resolveText(cutFiles(text));
    const calls = edges.filter(({ kind, to }) => kind === 'calls' && to === 'src/lib.rs-_-leaf');
    expect(calls.map(({ from }) => from)).toContain('src/lib.rs-_-deep');
  });
});
