/** Texts that each file of a small workspace may have; they change what other files mean. */
export const VARIANTS: Readonly<Record<string, readonly string[]>> = {
  'Cargo.toml': [
    '[workspace]\nmembers = ["a", "b"]\n',
    '[workspace]\nmembers = ["a"]\n',
    'this is not toml [',
  ],
  'a/Cargo.toml': [
    '[package]\nname = "a"\nversion = "0.1.0"\nedition = "2021"\n',
    '[package]\nname = "other"\nversion = "0.1.0"\nedition = "2021"\n',
  ],
  'b/Cargo.toml': [
    '[package]\nname = "b"\nversion = "0.1.0"\n[dependencies]\na = { path = "../a" }\n',
    '[package]\nname = "b"\nversion = "0.1.0"\n',
  ],
  'a/src/lib.rs': [
    'pub mod shape;\npub mod tools;\npub use shape::*;\npub fn area(s: &Square) -> f64 { s.size() }\n',
    'pub mod shape;\nmod tools;\npub use shape::Square;\npub fn area(s: &Square) -> f64 { s.size() + tools::half(2.0) }\n',
    'pub mod shape;\n#[cfg(test)]\nmod tools;\npub use shape::{Square, Shape};\npub fn area<S: Shape>(s: &S) -> f64 { s.size() }\n',
    'pub mod shape;\n// a note\npub mod tools;\npub use shape::*;\npub fn area(s: &Square) -> f64 {\n    let twice = s.size() * 2.0;\n    tools::half(twice)\n}\n',
    'pub mod shape; pub mod tools; pub use shape::*; pub fn area(s: &Square) -> f64 { impl Square { pub fn inner(&self) -> f64 { 1.0 } } s.inner() }\n',
    'pub mod shape { pub struct Square; }\n fn broken( {\n',
  ],
  'a/src/shape.rs': [
    'pub trait Shape { fn size(&self) -> f64; fn double(&self) -> f64 { self.size() * 2.0 } }\npub struct Square { pub side: f64 }\nimpl Shape for Square { fn size(&self) -> f64 { self.side } }\n',
    'pub struct Square { pub side: f64 }\nimpl Square { pub fn size(&self) -> f64 { crate::tools::half(self.side) } pub fn double(&self) -> f64 { self.size() } }\n',
    'pub trait Shape { fn size(&self) -> f64; }\npub struct Square { pub inner: Core }\npub struct Core;\nimpl Core { pub fn size(&self) -> f64 { 1.0 } pub fn double(&self) -> f64 { 2.0 } }\nimpl std::ops::Deref for Square { type Target = Core; fn deref(&self) -> &Core { &self.inner } }\n',
    'pub trait Shape { fn size(&self) -> f64; fn double(&self) -> f64 { let x = self.size(); x + x } }\npub struct Square { pub side: f64 }\nimpl Shape for Square { fn size(&self) -> f64 { fn local() -> f64 { 3.0 } local() * self.side } }\n',
  ],
  'a/src/tools.rs': [
    'pub fn half(x: f64) -> f64 { x / 2.0 }\nmacro_rules! twice { ($e:expr) => { $e + $e } }\npub fn two() -> f64 { twice!(half(1.0)) }\n',
    'pub fn half(x: f64) -> f64 { use crate::shape::Square; let s = Square { side: x }; s.side / 2.0 }\npub fn two() -> f64 { half(4.0) }\n',
    '//! Tools.\n\npub fn half(x: f64) -> f64 {\n    let y = two();\n    x / y\n}\nmacro_rules! twice { ($e:expr) => { $e + $e } }\npub fn two() -> f64 { twice!(half(1.0)) }\n',
    '',
  ],
  'a/tests/check.rs': [
    'use a::{area, Square};\n#[test]\nfn measures() { let s = Square { side: 1.0 }; assert_eq!(area(&s), s.double()); }\n',
    'mod common;\n#[test]\nfn measures() { common::run(); }\n',
  ],
  'a/tests/common/mod.rs': ['pub fn run() { a::area(&a::Square { side: 2.0 }); }\n'],
  'b/src/main.rs': [
    'use a::shape::*;\nfn main() { let s = Square { side: 2.0 }; println!("{}", s.double()); helper(); }\nfn helper() { a::tools::half(3.0); }\n',
    'use a::*;\nfn main() { let s = Square { side: 2.0 }; let t = &s; t.size(); helper(); area(t); }\nfn helper() {}\n',
    'mod extra;\nfn main() { extra::go(); }\n',
  ],
  'b/src/extra.rs': ['pub fn go() { a::area(&a::Square { side: 1.0 }); }\n', 'pub fn go() {}\n'],
  'loose.rs': ['fn nobody() { nobody(); }\n', '\u0000'],
  '.gitignore': ['', 'loose.rs\n', 'extra.rs\n'],
};
