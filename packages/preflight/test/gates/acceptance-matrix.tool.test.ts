import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Preflight } from '../../src/index.js';
import { type CargoWorkspace, createCargoWorkspace } from '../support/cargo-workspace.js';

const SLOW = 180_000;
const LIB = 'src/lib.rs';
const START = `pub mod inner {
    fn hidden() {}
    pub struct Sealed {
        secret: u32,
    }
    impl Sealed {
        fn veiled(&self) {
            hidden();
            let _ = self.secret;
        }
        pub fn make() -> Sealed {
            let made = Sealed { secret: 1 };
            made.veiled();
            made
        }
    }
}

#[derive(Debug, Clone)]
pub enum Shape {
    Dot,
    Line(u32),
}

pub struct Size {
    pub width: u32,
    pub height: u32,
}

pub trait Draws {
    fn draw(&self) -> u32;
    fn twice(&self) -> u32 {
        self.draw() * 2
    }
}

impl Draws for Size {
    fn draw(&self) -> u32 {
        self.width
    }
}

macro_rules! doubled {
    ($number:literal) => {
        $number * 2
    };
}

pub fn four() -> u32 {
    doubled!(2)
}

pub fn add(left: u32, right: u32) -> u32 {
    left + right
}

#[cfg(test)]
mod tests {
    #[test]
    fn adds() {
        assert_eq!(super::add(1, 2), 3);
    }
}
`;

let workspace: CargoWorkspace;
let preflight: Preflight;

beforeAll(async () => {
  workspace = await createCargoWorkspace({
    'Cargo.toml':
      '[package]\nname = "matrix"\nversion = "0.1.0"\nedition = "2021"\n\n[features]\nmore = []\n',
    'Cargo.lock': 'version = 4\n\n[[package]]\nname = "matrix"\nversion = "0.1.0"\n',
    '.gitignore': 'target/\n',
    [LIB]: START,
  });
  preflight = await workspace.open();
}, SLOW);

afterAll(async () => {
  await preflight[Symbol.asyncDispose]();
  await workspace[Symbol.asyncDispose]();
});

/** The first gate that does not pass when this text stands at the end of the library; null when all pass. */
async function stopAt(code: string, gates: readonly ('T0' | 'T1' | 'T3' | 'T4')[]): Promise<string | null> {
  const proposal = await workspace.propose({ [LIB]: `${START}\n${code}\n` });
  const report = await preflight.verify(proposal, { gates: [...gates] });
  const last = report.receipts.at(-1);
  return last === undefined || last.verdict === 'passed' ? null : last.gate;
}

const f = (body: string): string => `pub fn added() {\n    ${body}\n}`;

/**
 * Kind of error, code that has it, the gate that must meet it first. Grammar and graph are doubles here that complain of
 * nothing, so what they alone would see is met by the compiler.
 */
const MATRIX: readonly (readonly [string, string, 'T0' | 'T1' | 'T3' | null])[] = [
  ['a bracket that is not closed', 'pub fn added() { (1 }', 'T3'],
  ['a missing semicolon', f('let a = 1 let b = 2;'), 'T3'],
  ['a placeholder', f('let a = ...;'), 'T0'],
  ['a doc comment of nothing', 'pub struct Doc {\n    pub a: u32,\n    /// Nothing.\n}', 'T0'],
  ['an inner attribute out of place', '#![allow(dead_code)]\npub fn added() {}', 'T3'],
  ['an unsafe extern block, which is valid', 'unsafe extern "C" {}', null],
  ['an unknown local', f('let _ = nothing_of_that;'), 'T1'],
  ['an unknown function', f('not_a_function();'), 'T1'],
  ['an unknown import', 'use crate::inner::Nonesuch;', 'T1'],
  ['an unknown crate', 'use unheardof_crate::Thing;', 'T1'],
  ['an unknown associated function', f('let _ = Size::fabricate();'), 'T1'],
  ['an unknown variant', f('let _ = Shape::Circular;'), 'T1'],
  ['an unknown method', f('Size { width: 1, height: 2 }.enlarge();'), 'T1'],
  ['an unknown field', f('let _ = Size { width: 1, height: 2 }.depthness;'), 'T1'],
  ['an unknown macro', f('quadrupled!(2);'), 'T1'],
  ['an unknown derive', '#[derive(Debugg)]\npub struct Added;', 'T1'],
  ['an unknown attribute', '#[inlinee]\npub fn added() {}', 'T1'],
  ['self outside a method', f('let _ = self;'), 'T3'],
  ['an unknown type', 'pub fn added(_: Unheardof) {}', 'T1'],
  ['a private function behind a path', f('inner::hidden();'), 'T3'],
  ['a wrong number of arguments', f('add(1);'), 'T3'],
  ['a wrong number of arguments of a method', f('Size { width: 1, height: 2 }.draw(1);'), 'T3'],
  ['a wrong type in a let', f('let _: u32 = "text";'), 'T3'],
  ['a wrong type of an argument', f('add("text", 1);'), 'T3'],
  ['a missing tail', 'pub fn added() -> u32 {}', 'T3'],
  ['a field left out', f('let _ = Size { width: 1 };'), 'T3'],
  ['a field too many', f('let _ = Size { width: 1, height: 2, draw: 3 };'), 'T3'],
  ['a variant with too few values', f('let _: Shape = Shape::Line();'), 'T3'],
  ['a refutable let', f('let Shape::Line(_) = Shape::Dot;'), 'T3'],
  ['an arm left out', f('match Shape::Dot { Shape::Dot => {} }'), 'T3'],
  ['an integer match with gaps', f('match 1_u8 { 0 => {} }'), 'T3'],
  ['an item of a trait left out', f('struct Added;\n    impl Draws for Added {}'), 'T3'],
  [
    'an item its trait has not',
    f('struct Added;\n    impl Draws for Added { fn draw(&self) -> u32 { 1 } fn four() {} }'),
    'T3',
  ],
  [
    'another signature than the trait',
    f('struct Added;\n    impl Draws for Added { fn draw(&self) -> bool { true } }'),
    'T3',
  ],
  ['an unmet bound', f('fn wants<T: Copy>(_: T) {}\n    wants(String::new());'), 'T3'],
  ['a question mark without Result', f('"1".parse::<u32>()?;'), 'T3'],
  [
    'what is not Send',
    f('std::thread::spawn({ let held = std::rc::Rc::new(1); move || drop(held) });'),
    'T3',
  ],
  ['an operator nobody implements', f('let _ = Shape::Dot + Shape::Dot;'), 'T3'],
  ['a type that cannot be inferred', f('let _ = "1".parse().unwrap();'), 'T3'],
  ['a missing mut', f('let a = 1;\n    a += 1;'), 'T3'],
  ['a move out of a reference', 'pub fn added(x: &String) -> String { *x }', 'T3'],
  ['a use after a move', f('let a = String::new();\n    drop(a);\n    drop(a);'), 'T3'],
  [
    'two borrows that clash',
    f(
      'let mut a = vec![1];\n    let b = &a[0];\n    a.push(*b);\n    drop(b);\n    let _ = b;\n    a.push(2);\n    let c = &mut a; let d = &mut a; c.push(1); d.push(1);',
    ),
    'T3',
  ],
  ['a dangling reference', "pub fn added() -> &'static str { let a = String::new(); &a }", 'T3'],
  ['a missing lifetime', 'pub fn added() -> &str { "" }', 'T3'],
  ['a lifetime nobody declares', "pub fn added(x: &'never u32) -> u32 { *x }", 'T3'],
  ['a private field', f('let _ = inner::Sealed::make().secret;'), 'T3'],
  ['a private method', f('inner::Sealed::make().veiled();'), 'T3'],
  ['a function twice', 'pub fn add() {}', 'T3'],
  ['the same import twice', 'use std::fmt;\nuse std::fmt;', 'T3'],
  [
    'an impl for what is of others',
    "impl std::fmt::Display for Vec<u32> {\n    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {\n        Ok(())\n    }\n}",
    'T3',
  ],
  ['an await outside async', f('std::future::ready(1).await;'), 'T3'],
  ['a break outside a loop', f('break;'), 'T3'],
  ['an unsafe call in safe code', f('unsafe fn risky() {}\n    risky();'), 'T3'],
  ['format arguments that do not match', f('println!("{} {}", 1);'), 'T3'],
  ['an impl Trait as a type of its own', 'pub type Added = impl Clone;', 'T3'],
  ['a recursive type', 'pub struct Added { next: Added }', 'T3'],
  ['a constant assertion that fails', 'const _: () = assert!(1 == 2);', 'T3'],
  ['a macro without a matching arm', f('let _ = doubled!(four);'), 'T3'],
  ['a module without file', 'mod nowhere_at_all;', 'T3'],
  [
    'an error in test code',
    '#[cfg(test)]\nmod more_tests {\n    #[test]\n    fn t() {\n        let _: u32 = "text";\n    }\n}',
    'T3',
  ],
  [
    'an error under a feature that is off',
    '#[cfg(feature = "more")]\npub fn added() -> u32 { "text" }',
    null,
  ],
  ['a literal out of range', f('let _: u8 = 256;'), 'T3'],
  ['what the crate denies', '#[deny(unused_variables)]\npub fn added() { let a = 1; }', 'T3'],
];

/** Faults that the compiler reports together: one proposal holds them all, each in a module of its own. */
const TOGETHER: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'when it resolves names': {
    path_to_nothing: 'pub fn f() { crate::inner::nothing(); }',
    private_constructor: 'mod m { pub struct P(u32); }\npub fn f() { let _ = m::P(1); }',
    unknown_label: "pub fn f() { loop { break 'never; } }",
  },
  'when it checks types': {
    dereferenced_number: 'pub fn f() { let a = 1_u32; let _ = *a; }',
    indexed_number: 'pub fn f() { let a = 1_u32; let _ = a[0]; }',
    indexed_by_u32: 'pub fn f() { let a = vec![1]; let _ = a[0_u32]; }',
    compared_with_text: 'pub fn f() { let _ = 1_u32 == "a"; }',
    not_iterable: 'pub fn f() { for _ in 5_u32 {} }',
    not_debug: 'pub struct N;\npub fn f() { println!("{:?}", N); }',
    not_hash: 'pub struct N;\npub fn f() { let mut a = std::collections::HashSet::new(); a.insert(N); }',
    same_method: 'pub struct N;\nimpl N { pub fn a(&self) {}\npub fn a(&self) {} }',
    same_impl:
      'pub struct N;\nimpl Drop for N { fn drop(&mut self) {} }\nimpl Drop for N { fn drop(&mut self) {} }',
    called_number: 'pub fn f() { let a = 1; a(); }',
    bad_cast: 'pub fn f() { let _ = "a" as u32; }',
    unsized_local: 'pub fn f() { let _a: str = *"a"; }',
    not_dyn_compatible: 'pub trait T { fn n() -> Self; }\npub fn f(_: &dyn T) {}',
    missing_dyn: 'pub trait T {}\npub fn f(_: &T) {}',
    inside_expansion: 'macro_rules! bad { () => { let _: u32 = "x"; } }\npub fn f() { bad!(); }',
  },
  'when it checks borrows': {
    assigned_twice: 'pub fn f() -> u32 { let a; a = 1; a = 2; a }',
    changed_through_shared: 'pub struct N { a: u32 }\nimpl N { pub fn f(&self) { self.a = 1; } }',
    escaping_closure: 'pub fn f() -> impl Fn() -> usize { let a = String::new(); || a.len() }',
    other_lifetime: "pub fn f<'a, 'b>(a: &'a u32, _: &'b u32) -> &'b u32 { a }",
  },
};

describe('the acceptance matrix', () => {
  it.each(Object.entries(TOGETHER))(
    'meets each fault the compiler reports %s at T3',
    {
      timeout: SLOW,
    },
    async (_, cases) => {
      const modules = Object.entries(cases).map(([name, code]) => `pub mod ${name} {\n${code}\n}\n`);
      const text = `${START}\n${modules.join('\n')}`;
      const report = await preflight.verify(await workspace.propose({ [LIB]: text }), {
        gates: ['T3'],
      });
      const starts = (report.receipts[0]?.new_diagnostics ?? [])
        .filter(({ level }) => level === 'error')
        .flatMap(({ spans }) => spans.filter((span) => span.is_primary).map((span) => span.start));
      const blamed = starts.map((start) =>
        text
          .slice(0, start + 1)
          .match(/pub mod \w+(?= \{\n)/g)
          ?.at(-1),
      );
      expect(new Set(blamed)).toEqual(new Set(Object.keys(cases).map((name) => `pub mod ${name}`)));
    },
  );

  it.each([
    [
      'an assertion that fails for one parameter',
      'pub struct Sized<const N: usize>;\nimpl<const N: usize> Sized<N> {\n    const FITS: () = assert!(N > 2);\n    pub fn make() {\n        let () = Self::FITS;\n    }\n}\n\n#[test]\nfn makes() {\n    Sized::<1>::make();\n}',
    ],
    [
      'a symbol nobody defines',
      'unsafe extern "C" {\n    fn nowhere_to_be_found();\n}\n\n#[test]\nfn calls() {\n    unsafe { nowhere_to_be_found() }\n}',
    ],
  ])('meets %s when the tests are built', { timeout: SLOW }, async (_, code) => {
    expect(await stopAt(code, ['T3', 'T4'])).toBe('T4');
  });

  it.each(MATRIX)('meets %s at the gate that is due', { timeout: SLOW }, async (_, code, gate) => {
    expect(await stopAt(code, ['T0', 'T1', 'T3'])).toBe(gate);
  });

  it('meets an index out of bounds when the tests are built, which a check does not see', {
    timeout: SLOW,
  }, async () => {
    expect(await stopAt(f('let a = [1, 2];\n    let _ = a[5];'), ['T3', 'T4'])).toBe('T4');
  });
});
