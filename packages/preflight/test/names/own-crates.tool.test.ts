import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CargoWorkspace, createCargoWorkspace } from '../support/cargo-workspace.js';

const SLOW = 240_000;
const manifest = (name: string, rest = '') =>
  `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2021"\n${rest}`;
let workspace: CargoWorkspace;

beforeAll(async () => {
  workspace = await createCargoWorkspace({
    'Cargo.toml': '[workspace]\nresolver = "2"\nmembers = ["price-list", "front-desk"]\n',
    'Cargo.lock':
      'version = 4\n\n[[package]]\nname = "front-desk"\nversion = "0.1.0"\ndependencies = [\n "price-list",\n]\n\n[[package]]\nname = "price-list"\nversion = "0.1.0"\n',
    '.gitignore': 'target/\n',
    'price-list/Cargo.toml': manifest('price-list'),
    'price-list/src/lib.rs': 'pub fn price() -> u32 {\n    3\n}\n',
    'front-desk/Cargo.toml': manifest(
      'front-desk',
      '[dependencies]\nold-prices = { package = "price-list", path = "../price-list" }\n',
    ),
    'front-desk/src/lib.rs': 'pub fn greet() -> u32 {\n    1\n}\n',
  });
}, SLOW);
afterAll(() => workspace[Symbol.asyncDispose]());

it.each([
  [
    'of the package itself',
    'price-list/tests/all.rs',
    '#[test]\nfn t() {\n    assert_eq!(price_list::price(), 3);\n}\n',
  ],
  [
    'of a renamed dependency',
    'front-desk/src/lib.rs',
    'pub fn greet() -> u32 {\n    old_prices::price()\n}\n',
  ],
])('the crate name %s is known at its first use', { timeout: SLOW }, async (_name, path, text) => {
  await using preflight = await workspace.open();
  const report = await preflight.verify(await workspace.propose({ [path]: text }), { gates: ['T1'] });
  expect(report.receipts.map(({ verdict, reason }) => [verdict, reason])).toEqual([['passed', null]]);
});

it('a crate name of nobody is not', { timeout: SLOW }, async () => {
  await using preflight = await workspace.open();
  const proposal = await workspace.propose({
    'front-desk/src/lib.rs': 'pub fn greet() -> u32 {\n    new_prizes::price()\n}\n',
  });
  const report = await preflight.verify(proposal, { gates: ['T1'] });
  expect(report.receipts[0]?.reason).toContain('new_prizes is the name of nothing');
});
