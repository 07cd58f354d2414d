import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Preflight } from '../../src/index.js';
import {
  type CargoWorkspace,
  createCargoWorkspace,
  hashEverything,
  SHOP_FILES,
} from '../support/cargo-workspace.js';

const LIB = 'shop/src/lib.rs';
const TEST = 'till/tests/receipts.rs';
const SLOW = 240_000;
const DISCOUNT = 'assert_eq!(discount(100), 90);';

let workspace: CargoWorkspace;
let preflight: Preflight;

beforeAll(async () => {
  workspace = await createCargoWorkspace();
  preflight = await workspace.open({ limits: { testTimeoutMs: 15_000, buildTimeoutMs: 60_000 } });
}, SLOW);

afterAll(async () => {
  await preflight[Symbol.asyncDispose]();
  await workspace[Symbol.asyncDispose]();
});

type Files = Record<string, string | null>;

function edit(path: string, from: string, to: string): Files {
  const text = SHOP_FILES[path] ?? '';
  expect(text).toContain(from);
  return { [path]: text.replace(from, to) };
}

/** The verdict on a proposal and why, after making sure that the user's tree is as it was. */
async function verify(files: Files, gates?: readonly ('T0' | 'T1' | 'T3' | 'T4' | 'T5')[]): Promise<string> {
  const before = hashEverything(workspace.root);
  const report = await preflight.verify(await workspace.propose(files), gates === undefined ? {} : { gates });
  expect(hashEverything(workspace.root)).toEqual(before);
  const last = report.receipts.at(-1);
  return `${last?.gate} ${last?.verdict} ${last?.reason}`;
}

const CONFIG = '.cargo/config.toml';
const MANIFEST = 'shop/Cargo.toml';

describe('proposals that lie about tests', () => {
  it.each<[string, () => Files]>([
    ['drops an assertion', () => edit(LIB, DISCOUNT, 'discount(100);')],
    ['empties a test', () => edit(LIB, `{\n        ${DISCOUNT}\n    }`, '{\n    }')],
    ['asserts what is always true', () => edit(LIB, DISCOUNT, 'assert!(true);')],
    ['compares a value with itself', () => edit(LIB, DISCOUNT, 'assert_eq!(discount(100), discount(100));')],
    ['compares less exactly', () => edit(LIB, DISCOUNT, 'assert!(discount(100) > 0);')],
    ['returns before the assertion', () => edit(LIB, DISCOUNT, `return;\n        ${DISCOUNT}`)],
    ['skips the assertion', () => edit(LIB, DISCOUNT, `if false {\n            ${DISCOUNT}\n        }`)],
    [
      'skips the assertion by configuration',
      () => edit(LIB, DISCOUNT, `if cfg!(any()) {\n            ${DISCOUNT}\n        }`),
    ],
    [
      'swallows the panic',
      () =>
        edit(LIB, DISCOUNT, `let _ = std::panic::catch_unwind(|| {\n            ${DISCOUNT}\n        });`),
    ],
    [
      'expects a panic',
      () => edit(LIB, '#[test]\n    fn discounts', '#[test]\n    #[should_panic]\n    fn discounts'),
    ],
    ['ignores a test', () => edit(LIB, '#[test]\n    fn totals', '#[test]\n    #[ignore]\n    fn totals')],
    [
      'ignores a test with a reason',
      () => edit(LIB, '#[test]\n    fn totals', '#[test]\n    #[ignore = "slow"]\n    fn totals'),
    ],
    [
      'expects a panic on condition',
      () =>
        edit(
          LIB,
          '#[test]\n    fn discounts',
          '#[test]\n    #[cfg_attr(all(), should_panic)]\n    fn discounts',
        ),
    ],
    ['hides an assertion behind cfg', () => edit(LIB, DISCOUNT, `#[cfg(any())]\n        ${DISCOUNT}`)],
    [
      'weakens an integration test',
      () =>
        edit(
          TEST,
          'assert_eq!(till::receipt(&[50, 50]), "total 90");',
          'assert!(!till::receipt(&[50, 50]).is_empty());',
        ),
    ],
    [
      'gives assert_eq another meaning',
      () =>
        edit(
          LIB,
          'pub const NOTE',
          'macro_rules! assert_eq {\n    ($($any:tt)*) => {};\n}\n\npub const NOTE',
        ),
    ],
    [
      'imports another assert_eq',
      () => edit(LIB, 'use super::*;', 'use super::*;\n    use std::debug_assert as assert_eq;'),
    ],
    [
      'acts differently while tested',
      () => edit(LIB, 'price - price / 10', 'if cfg!(test) { price - price / 10 } else { 0 }'),
    ],
    [
      'has a twin for production',
      () =>
        edit(
          LIB,
          'pub fn discount',
          '#[cfg(not(test))]\npub fn halve(price: u32) -> u32 {\n    price / 2\n}\n\npub fn discount',
        ),
    ],
    [
      'takes the harness away',
      () =>
        edit(
          MANIFEST,
          'edition = "2021"\n',
          'edition = "2021"\n\n[[test]]\nname = "none"\nharness = false\n',
        ),
    ],
    [
      'turns unit tests off',
      () => edit(MANIFEST, 'edition = "2021"\n', 'edition = "2021"\n\n[lib]\ntest = false\n'),
    ],
    [
      'turns documentation tests off',
      () => edit(MANIFEST, 'edition = "2021"\n', 'edition = "2021"\n\n[lib]\ndoctest = false\n'),
    ],
    [
      'turns integration tests off',
      () => edit('till/Cargo.toml', 'edition = "2021"\n', 'edition = "2021"\nautotests = false\n'),
    ],
    [
      'turns overflow checks off',
      () =>
        edit('Cargo.toml', 'resolver = "2"\n', 'resolver = "2"\n\n[profile.test]\noverflow-checks = false\n'),
    ],
    [
      'turns assertions off',
      () =>
        edit('Cargo.toml', 'resolver = "2"\n', 'resolver = "2"\n\n[profile.dev]\ndebug-assertions = false\n'),
    ],
    ['swaps the runner', () => ({ [CONFIG]: '[target.\'cfg(all())\']\nrunner = "true"\n' })],
    [
      'swaps the runner in the old file',
      () => ({ '.cargo/config': '[target.x86_64-unknown-linux-gnu]\nrunner = ["true"]\n' }),
    ],
    ['wraps the compiler', () => ({ [CONFIG]: '[build]\nrustc-wrapper = "/bin/true"\n' })],
    ['swaps the compiler', () => ({ [CONFIG]: '[build]\nrustc = "/bin/true"\n' })],
    ['adds compiler flags', () => ({ [CONFIG]: '[build]\nrustflags = ["--cap-lints=allow"]\n' })],
    ['moves the build folder', () => ({ [CONFIG]: '[build]\ntarget-dir = "/tmp"\n' })],
    ['sets the environment of tests', () => ({ [CONFIG]: '[env]\nRUST_TEST_SHUFFLE = "1"\n' })],
    ['renames the test command', () => ({ [CONFIG]: '[alias]\ntest = "check"\n' })],
    ['replaces the registry', () => ({ [CONFIG]: '[source.crates-io]\nreplace-with = "mine"\n' })],
    [
      'lets tests abort',
      () => edit('Cargo.toml', 'resolver = "2"\n', 'resolver = "2"\n\n[profile]\ndev.panic = "abort"\n'),
    ],
    [
      'takes the harness away in one line',
      () =>
        edit(
          MANIFEST,
          '[package]\n',
          'test = [{ name = "none", path = "none.rs", harness = false }]\n\n[package]\n',
        ),
    ],
  ])('%s: stopped by the graph', { timeout: SLOW }, async (_what, files) => {
    expect(await verify(files(), ['T0', 'T1'])).toMatch(/^T1 failed/);
  });

  it('are not those that put a test under a condition that holds', { timeout: SLOW }, async () => {
    const condition = '#[cfg(not(target_pointer_width = "16"))]\n    #[cfg_attr(miri, ignore)]';
    const files = edit(LIB, '#[test]\n    fn totals', `#[test]\n    ${condition}\n    fn totals`);
    expect(await verify(files)).toBe('T5 passed null');
  });

  it('are not those whose settings no test is built with', { timeout: SLOW }, async () => {
    const profiles = '\n[profile.release]\npanic = "abort"\noverflow-checks = false\n';
    const bench = '\n[[bench]]\nname = "speed"\nharness = false\n';
    const files = {
      'Cargo.toml': `${SHOP_FILES['Cargo.toml']}${profiles}`,
      [MANIFEST]: `${SHOP_FILES[MANIFEST]}${bench}`,
      'shop/benches/speed.rs': 'fn main() {}\n',
    };
    expect(await verify(files, ['T0', 'T1'])).toBe('T1 passed null');
  });

  it.each<[string, () => Files]>([
    [
      'deletes a test',
      () =>
        edit(
          LIB,
          '    #[test]\n    fn totals_nothing() {\n        assert_eq!(total(&[]), 0);\n    }\n\n',
          '',
        ),
    ],
    [
      'ignores a test by an attribute on condition',
      () => edit(LIB, '#[test]\n    fn totals', '#[test]\n    #[cfg_attr(all(), ignore)]\n    fn totals'),
    ],
    [
      'hides a test behind cfg',
      () => edit(LIB, '#[test]\n    fn totals', '#[cfg(any())]\n    #[test]\n    fn totals'),
    ],
    [
      'hides a test behind a feature',
      () => edit(LIB, '#[test]\n    fn totals', '#[cfg(feature = "never")]\n    #[test]\n    fn totals'),
    ],
    ['deletes a file of tests', () => ({ [TEST]: null })],
    [
      'moves an assertion where it never runs',
      () =>
        edit(
          LIB,
          `fn discounts_a_tenth() {\n        ${DISCOUNT}`,
          `fn discounts() {\n        fn never() {\n            ${DISCOUNT}\n        }`,
        ),
    ],
    [
      'moves an assertion behind a return',
      () => edit(LIB, 'fn discounts_a_tenth() {', 'fn discounts() {\n        return;'),
    ],
    ['switches a file of tests off', () => ({ [TEST]: `#![cfg(any())]\n${SHOP_FILES[TEST]}` })],
    ['makes a documentation test text', () => edit(LIB, '/// ```\n/// assert', '/// ```text\n/// assert')],
    [
      'ends the test binary with success',
      () =>
        edit(
          LIB,
          '    price - price / 10',
          '    if price == 100 {\n        std::process::exit(0);\n    }\n    price',
        ),
    ],
    [
      'prints a summary of its own',
      () =>
        edit(
          LIB,
          '    price - price / 10',
          '    if price == 100 {\n        println!("\\ntest tests::discounts_a_tenth ... ok\\n\\ntest result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out");\n        std::process::exit(0);\n    }\n    price',
        ),
    ],
  ])('%s: stopped by running the tests', { timeout: SLOW }, async (_what, files) => {
    expect(await verify(files())).toMatch(/^T[45] (failed|inconclusive)/);
  });
});
