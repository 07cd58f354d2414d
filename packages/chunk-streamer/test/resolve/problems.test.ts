import { describe, expect, it } from 'vitest';
import { cutFiles, LIBRARY, resolveText } from './resolve-text.js';

/** Problems of a one-library package as `code name` with `!` for certain ones. */
async function problemsOf(source: string): Promise<string[]> {
  const text = source.startsWith('//- ') ? source : `//- src/lib.rs\n${source}`;
  const files = cutFiles(LIBRARY + text);
  const { problems } = await resolveText(files);
  return problems.map(({ code, certain, span, path }) => {
    const file = files.find((candidate) => candidate.path === path);
    const name = Buffer.from(file?.text ?? '')
      .subarray(span.start, span.end)
      .toString();
    return `${certain ? '!' : '?'}${code} ${name}`.trim();
  });
}

describe('problems a compiler surely rejects', () => {
  it.each([
    ['an import of nothing', 'mod a { pub fn b() {} }\nuse a::missing;', ['!unresolved_import missing']],
    ['an import of a missing module', 'use crate::nowhere::x;', ['!unresolved_import x']],
    ['a path to nothing', 'mod a { pub fn b() {} }\nfn f() { a::c(); }', ['!unresolved_path c']],
    ['a private function', 'mod a { fn b() {} }\nfn f() { a::b(); }', ['!private_item b']],
    ['a private import', 'mod a { struct B; }\nuse a::B;', ['!private_item B']],
    ['a module without file', 'mod gone;', ['!missing_module_file gone']],
    ['two functions of one name', 'fn a() {}\nfn a() {}', ['!duplicate_definition a']],
    ['too many arguments', 'fn a(x: u8) {}\nfn f() { a(1, 2); }', ['!wrong_arity']],
    [
      'too few arguments to a method',
      'struct S;\nimpl S { fn a(&self, x: u8) {} }\nfn f(s: S) { s.a(); }',
      ['!wrong_arity'],
    ],
    [
      'an unknown method',
      'struct S;\nimpl S { fn a(&self) {} }\nfn f(s: S) { s.b(); }',
      ['!unresolved_method b'],
    ],
    [
      'a trait item left out',
      'trait T { fn a(&self); fn b(&self) {} }\nstruct S;\nimpl T for S {}',
      ['!missing_trait_item impl'],
    ],
    ['a bare name', 'fn f() { g(1); }', ['!unresolved_name g']],
    ['a bare type', 'fn f(x: Gone) {}', ['!unresolved_name Gone']],
    ['a path in a type', 'mod a { pub struct B; }\nfn f(x: a::C) {}', ['!unresolved_path C']],
    ['a private type in a signature', 'mod a { struct B; }\nfn f(x: a::B) {}', ['!private_item B']],
    ['an unknown field', 'struct S { a: u8 }\nfn f(s: &S) { s.b; }', ['!unresolved_field b']],
    ['a private field', 'mod m { pub struct S { a: u8 } }\nfn f(s: m::S) { s.a; }', ['!private_item a']],
    ['a field left out', 'struct S { a: u8, b: u8 }\nfn f() { S { a: 1 }; }', ['!missing_field S']],
    ['a field too many', 'struct S { a: u8 }\nfn f() { S { a: 1, b: 2 }; }', ['!unresolved_field b']],
    ['a field of no pattern', 'struct S { a: u8 }\nfn f(S { b, .. }: S) {}', ['!unresolved_field b']],
    [
      'too many arguments for a method whose name a macro holds as well',
      'macro_rules! m { ($s:expr) => { $s.a() } }\nstruct S;\nimpl S { fn a(&self) {}\nfn b(&self) { self.a(1); S::a(self, 1); } }',
      ['!wrong_arity', '!wrong_arity'],
    ],
    ['a value too many in a tuple struct', 'struct S(u8);\nfn f() { S(1, 2); }', ['!wrong_arity S']],
    ['an unknown variant', 'enum E { A }\nfn f() { E::B; }', ['!unresolved_path B']],
    [
      'a private method',
      'mod m { pub struct S; impl S { fn a(&self) {} } }\nfn f(s: m::S) { s.a(); }',
      ['!private_item a'],
    ],
    ['the same import twice', 'use std::fmt;\nuse std::fmt;', ['!duplicate_definition fmt']],
    [
      'an import beside an item',
      'mod a { pub struct B; }\nuse a::B;\nstruct B;',
      ['!duplicate_definition B'],
    ],
    [
      'an argument that the trait has not',
      'trait T { fn a(&self, x: u8); }\nstruct S;\nimpl T for S { fn a(&self) {} }\nimpl From<u8> for S { fn from(a: u8, b: u8) -> S { S } }',
      ['!wrong_arity a', '!wrong_arity from'],
    ],
    ['a test with arguments', '#[test]\nfn t(x: u8) {}', ['!wrong_arity t']],
    [
      'an item its trait has not',
      'trait T {}\nstruct S;\nimpl T for S { fn a() {} }',
      ['!unknown_trait_item a'],
    ],
    [
      'an impl of a trait of the standard library that lacks an item',
      'struct S;\nimpl std::fmt::Display for S {}',
      ['!missing_trait_item impl'],
    ],
    [
      'a name that no macro of the repository could define',
      'macro_rules! items { () => { struct Made; } }\nmod a { items!(); }\nuse a::Missing;',
      ['!unresolved_import Missing'],
    ],
    ['a test module without file', '#[cfg(test)]\nmod gone;', ['!missing_module_file gone']],
  ])('%s', async (_, source, expected) => {
    expect(await problemsOf(source)).toEqual(expected);
  });
});

describe('problems only a compiler can decide', () => {
  it.each([
    ['a macro may define it', 'mod a { make_items!(); }\nuse a::missing;', ['?unresolved_import missing']],
    [
      'a foreign glob may bring it',
      'mod a { pub use other::*; }\nuse a::missing;',
      ['?unresolved_import *', '?unresolved_import missing'],
    ],
    [
      'a derive may add it',
      '#[derive(Builder)]\nstruct S;\nimpl S { fn a(&self) {} }\nfn f(s: S) { s.b(); }',
      ['?unresolved_method b'],
    ],
    [
      'Deref may lead to it',
      'struct S;\nimpl std::ops::Deref for S { type Target = other::T; fn deref(&self) -> &other::T { loop {} } }\nfn f(s: S) { s.b(); }',
      ['!unresolved_name other', '!unresolved_name other', '?unresolved_method b'],
    ],
    [
      'a configuration may lack the twin',
      '#[cfg(unix)]\nfn a() {}\n#[cfg(windows)]\nfn a(x: u8) {}\nfn f() { a(); }',
      [],
    ],
    ['the module may be generated', '#[cfg(feature = "x")]\nmod gone;', ['?missing_module_file gone']],
    [
      'a macro of the repository holds the name',
      'macro_rules! items { () => { pub struct Made; } }\nmod a { items!(); }\nuse a::Made;',
      ['?unresolved_import Made'],
    ],
    ['a body could not be read', 'fn f() { let @ = 1; g(1); }', []],
    [
      'fields depend on the configuration',
      'struct S { #[cfg(unix)] a: u8 }\nfn f() { S {}; }',
      ['?missing_field S'],
    ],
    [
      'twins under cfg take different arguments',
      'struct S;\nimpl S {\n#[cfg(unix)]\nfn a(&self) {}\n#[cfg(not(unix))]\nfn a(&self, x: u8) {} }\nfn f(s: S) { s.a(1); }',
      ['?wrong_arity'],
    ],
    [
      'a macro imports everything where it is called',
      'struct Made;\nmacro_rules! items { () => { use super::*; } }\nmod a { items!();\nfn f() -> Made { Made } }\nmod b { fn f() -> Made { loop {} } }',
      ['?unresolved_name Made', '?unresolved_name Made', '!unresolved_name Made'],
    ],
    [
      'a macro may give the type a method that comes first',
      'macro_rules! m { ($s:expr) => { $s.a() } }\nstruct S;\nimpl S { fn a(&self) {} }\nfn f(s: S) { s.a(1); }',
      ['?wrong_arity'],
    ],
    [
      'the trait impl may come from a macro',
      'trait T { fn a(&self); }\nstruct S;\nimpl T for S { forward!(); }',
      ['?missing_trait_item impl'],
    ],
  ])('%s', async (_, source, expected) => {
    expect(await problemsOf(source)).toEqual(expected);
  });

  it('names a file nobody declares', async () => {
    const problems = await problemsOf('//- src/lib.rs\nfn a() {}\n//- src/stray.rs\nfn b() {}\n');
    expect(problems).toEqual(['?orphan_module']);
  });
});

describe('correct code', () => {
  it('has no problem where names, privacy and configuration allow it', async () => {
    const source = [
      'pub mod a { fn hidden() {} pub(crate) fn near() {} pub mod b { pub(super) fn up() { super::hidden(); } } pub fn c() { b::up(); } }',
      'use a::{c as renamed, near, b as inner};',
      'pub use self::a::*;',
      'fn f() { renamed(); near(); crate::a::c(); let _ = inner::up as fn(); }',
      '#[cfg(test)] mod tests { use super::*; #[test] fn t() { f(); } }',
    ].join('\n');
    const certain = (await problemsOf(source)).filter((problem) => problem.startsWith('!'));
    // `inner::up` is visible in `a` only
    expect(certain).toEqual(['!private_item up']);
  });
});
