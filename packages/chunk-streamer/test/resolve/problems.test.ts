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
      ['?unresolved_method b'],
    ],
    [
      'a configuration may lack the twin',
      '#[cfg(unix)]\nfn a() {}\n#[cfg(windows)]\nfn a(x: u8) {}\nfn f() { a(); }',
      [],
    ],
    ['the module may be generated', '#[cfg(feature = "x")]\nmod gone;', ['?missing_module_file gone']],
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
