import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Preflight } from '../../src/index.js';
import { type CargoWorkspace, createCargoWorkspace, SHOP_FILES } from '../support/cargo-workspace.js';

const LIB = 'shop/src/lib.rs';
const SLOW = 120_000;
const START = `use std::collections::HashMap;

pub enum Coin {
    Penny,
    Pound { worth: u32 },
}

pub struct Purse {
    pub coins: Vec<Coin>,
    limit: u32,
}

impl Purse {
    pub fn weigh_all(&self) -> u32 {
        let counted = self.coins.len() as u32;
        counted + self.limit
    }
}

pub fn tally(names: &[&str]) -> HashMap<String, u32> {
    let mut table = HashMap::new();
    for name in names {
        *table.entry(name.to_string()).or_insert(0) += 1;
    }
    table
}
`;

let workspace: CargoWorkspace;
let preflight: Preflight;

beforeAll(async () => {
  workspace = await createCargoWorkspace({ ...SHOP_FILES, 'shop/src/lib.rs': START });
  preflight = await workspace.open();
}, SLOW);

afterAll(async () => {
  await preflight[Symbol.asyncDispose]();
  await workspace[Symbol.asyncDispose]();
});

/** What T1 says of the library with `from` replaced, as `code name` of each error. */
async function judge(from: string, to: string, more: Record<string, string> = {}): Promise<string[]> {
  expect(START).toContain(from);
  const files = { [LIB]: START.replace(from, to), ...more };
  const report = await preflight.verify(await workspace.propose(files), { gates: ['T1'] });
  const [receipt] = report.receipts;
  const found = (receipt?.new_diagnostics ?? []).map(
    ({ level, code, message }) => `${level} ${code ?? ''} ${message.split(' ')[0] ?? ''}`,
  );
  return found.filter((line) => /unknown_name|lost_/.test(line));
}

describe('names that stand for nothing', () => {
  it.each([
    ['a local', 'counted + self.limit', 'countedd + self.limit', 'countedd'],
    ['a field', 'self.limit', 'self.limitt', 'limitt'],
    ['a method', '.or_insert(0)', '.or_insertt(0)', 'or_insertt'],
    ['a type in a signature', 'HashMap<String, u32>', 'HashMapp<String, u32>', 'HashMapp'],
    ['a path', 'HashMap::new()', 'HashMap::neww()', 'neww'],
    ['an import', 'collections::HashMap', 'collectionss::HashMap', 'collectionss'],
    ['a crate', 'use std::collections', 'use stdd::collections', 'stdd'],
    ['the type of an impl', 'impl Purse', 'impl Pursee', 'Pursee'],
    ['a loop over', 'in names', 'in namess', 'namess'],
    ['an attribute', 'pub struct Purse', '#[inlinee(never)]\npub struct Purse', 'inlinee'],
    [
      'a function of a trait',
      'pub struct Purse',
      'impl Drop for Coin {\n    fn droop(&mut self) {}\n}\n\npub struct Purse',
      'droop',
    ],
    [
      'a path in a macro',
      'pub fn tally',
      'macro_rules! twice { ($e:expr) => { $e * 2 }; }\n\npub fn both() -> u32 {\n    twice!(Purse::weigh_both())\n}\n\npub fn tally',
      'weigh_both',
    ],
    [
      'the head of a path in a macro',
      'pub fn tally',
      'macro_rules! twice { ($e:expr) => { $e * 2 }; }\n\npub fn both() -> u32 {\n    twice!(Pursee::new())\n}\n\npub fn tally',
      'Pursee',
    ],
    [
      'a name under a feature',
      'pub struct Purse',
      '#[cfg(feature = "more")]\npub fn more() -> Pursee {\n    loop {}\n}\n\npub struct Purse',
      'Pursee',
    ],
    ['an argument', 'name.to_string()', 'ready_made(name)', 'ready_made'],
  ])('blocks the misspelling of %s', { timeout: SLOW }, async (...[, from, to, name]) => {
    expect(await judge(from, to)).toEqual([`error unknown_name ${name}`]);
  });

  it('blocks the use of a name whose import goes', { timeout: SLOW }, async () => {
    expect(await judge('use std::collections::HashMap;\n', '')).toEqual(['error lost_import HashMap']);
  });

  it('blocks the loss of an import that only a macro of the file needs', { timeout: SLOW }, async () => {
    const path = 'shop/src/lib.rs';
    const made = `use std::collections::BTreeMap;\nmacro_rules! empty {\n    () => {\n        BTreeMap::new()\n    };\n}\n${START}`;
    workspace.write(path, made);
    const files = { [path]: made.replace('use std::collections::BTreeMap;\n', '') };
    const report = await preflight.verify(await workspace.propose(files), { gates: ['T1'] });
    workspace.write(path, START);
    expect(report.receipts[0]?.reason).toContain('BTreeMap is still used');
  });

  it('blocks the use of a name whose definition goes, in another crate too', { timeout: SLOW }, async () => {
    const found = await judge('pub fn tally', 'pub fn tally_names', {
      'till/src/lib.rs': 'pub fn receipt() -> usize {\n    shop::tally(&[]).len()\n}\n',
    });
    expect(found).toEqual(['error lost_name tally']);
  });

  it.each([
    ['a new local', 'counted + self.limit', 'let doubled = counted * 2;\n        doubled + self.limit'],
    ['a pattern', 'let counted = self', 'let (firstly, _) = (1, 2);\n        let counted = firstly + self'],
    ['a closure', 'counted + self.limit', '[counted].iter().map(|oneof| oneof + self.limit).sum()'],
    ['a match arm', 'counted + self.limit', 'match counted {\n            otherone => otherone,\n        }'],
    ['a new field', 'limit: u32,\n}', 'limit: u32,\n    colour: u32,\n}'],
    ['a new variant', 'Penny,', 'Penny,\n    Farthing,\n    Groat(u32),'],
    [
      'a new generic',
      'pub fn tally(names',
      "pub fn keepit<'life, Kind: Clone>(kind: &'life Kind) -> Kind {\n    kind.clone()\n}\n\npub fn tally(names",
    ],
    [
      'a new macro and its use',
      'pub fn tally',
      'macro_rules! twofold {\n    ($made_up:expr) => {\n        $made_up * 2\n    };\n}\n\npub fn foursome() -> u32 {\n    twofold!(2)\n}\n\npub fn tally',
    ],
    ['a name for a macro', 'pub fn tally', 'thread_local!(whatever_it_makes);\n\npub fn tally'],
    [
      'an argument of a macro that hides one of std',
      'pub fn tally',
      'macro_rules! matches {\n    ($name:ident) => {\n        fn $name() {}\n    };\n}\n\nmatches!(madeup);\n\npub fn tally',
    ],
    ['a renamed import', 'collections::HashMap;', 'collections::HashMap;\nuse std::fmt::Write as Scribe;'],
    [
      'text and comments',
      'counted + self.limit',
      '// unheardof()\n        "unheardof".len() as u32 + counted',
    ],
    [
      'code for another place',
      'pub fn tally',
      'macro_rules! quote {\n    ($($t:tt)*) => {\n        0\n    };\n}\n\npub fn made() -> u32 {\n    quote! { Unheard::of() }\n}\n\npub fn tally',
    ],
    ['an attribute', 'pub struct Purse', '#[unheardof::thing(strange)]\npub struct Purse'],
  ])('lets %s pass', { timeout: SLOW }, async (_what, from, to) => {
    expect(await judge(from, to)).toEqual([]);
  });

  it('only advises on names under the configuration of another platform', { timeout: SLOW }, async () => {
    const found = await judge(
      'pub struct Purse',
      '#[cfg(windows)]\npub fn more() -> Pursee {\n    loop {}\n}\n\npub struct Purse',
    );
    expect(found).toEqual(['warning unknown_name Pursee']);
  });

  it('lets a new file and its module pass', { timeout: SLOW }, async () => {
    const more = { 'shop/src/brandnew.rs': 'pub fn brandnew_thing() -> u32 {\n    1\n}\n' };
    const found = await judge(
      'pub enum Coin',
      'mod brandnew;\npub use brandnew::brandnew_thing;\n\npub enum Coin',
      more,
    );
    expect(found).toEqual([]);
  });

  it('only advises where build scripts or macros make names', { timeout: SLOW }, async () => {
    const path = 'till/src/lib.rs';
    const files = {
      [path]: `#[derive(Builder)]\npub struct Till;\n\n${workspace.read(path)}`,
      'shop/src/lib.rs': START,
    };
    workspace.write(path, files[path]);
    expect(await judge('self.limit', 'self.limitt')).toEqual(['warning unknown_name limitt']);
  });
});
