import type { GateId, GateReport } from '@parseltongue/isg-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Preflight } from '../../src/index.js';
import { type CargoWorkspace, createCargoWorkspace } from '../support/cargo-workspace.js';

const LIB = 'shop/src/lib.rs';
const SLOW = 120_000;

let workspace: CargoWorkspace;
let preflight: Preflight;

beforeAll(async () => {
  workspace = await createCargoWorkspace();
  preflight = await workspace.open();
}, SLOW);

afterAll(async () => {
  await preflight[Symbol.asyncDispose]();
  await workspace[Symbol.asyncDispose]();
});

async function verify(files: Record<string, string | null>, gates?: readonly GateId[]): Promise<GateReport> {
  return preflight.verify(await workspace.propose(files), gates === undefined ? {} : { gates });
}

/** The gates that run something. */
const RUNNING = ['T0', 'T3', 'T4', 'T5'] as const;

function edit(path: string, from: string, to: string): Record<string, string> {
  const text = workspace.read(path);
  expect(text).toContain(from);
  return { [path]: text.replace(from, to) };
}

function outcome(report: GateReport): string {
  const last = report.receipts.at(-1);
  return `${last?.gate} ${last?.verdict}`;
}

describe('runGates', () => {
  it('passes a correct proposal through every gate', { timeout: SLOW }, async () => {
    const report = await verify(edit(LIB, 'price - price / 10', 'price * 9 / 10'));
    expect(report.receipts.map((receipt) => [receipt.gate, receipt.verdict, receipt.reason])).toEqual([
      ['T0', 'passed', null],
      ['T1', 'passed', null],
      ['T2', 'not_run', expect.stringContaining('cargo check')],
      ['T3', 'passed', null],
      ['T4', 'passed', null],
      ['T5', 'passed', null],
    ]);
    expect(report.verdict).toBe('passed');
    expect(report.receipts.at(-2)?.counts).toEqual({ total: 2, passed: 2, failed: 0, ignored: 0 });
    expect(report.receipts.at(-1)?.counts).toEqual({ total: 5, passed: 4, failed: 0, ignored: 1 });
  });

  it.each<[string, () => Record<string, string>]>([
    [
      'a name that changes in every crate that uses it',
      () => ({
        ...edit(LIB, 'pub fn discount', 'pub fn reduce'),
        [LIB]: workspace.read(LIB).replaceAll('discount(', 'reduce('),
        ...edit('till/src/lib.rs', 'shop::discount', 'shop::reduce'),
      }),
    ],
    [
      'a module tree of three files, and a benchmark for another toolchain',
      () => ({
        ...edit(LIB, 'pub const NOTE', 'pub mod deep;\n\npub const NOTE'),
        'shop/src/deep.rs': 'mod inner;\npub use inner::leaf::one;\n',
        'shop/src/deep/inner/mod.rs': 'pub mod leaf;\n',
        'shop/src/deep/inner/leaf.rs': 'pub fn one() -> u32 {\n    1\n}\n',
        'shop/benches/nightly.rs': '#![feature(test)]\nextern crate test;\n',
      }),
    ],
  ])('passes %s', { timeout: SLOW }, async (_what, files) => {
    const report = await verify(files(), ['T0', 'T1', 'T3', 'T4']);
    expect(report.receipts.map(({ verdict, reason }) => [verdict, reason])).toEqual(
      Array(4).fill(['passed', null]),
    );
  });

  it('stops a proposal that does not compile at T3 and names row and place', { timeout: SLOW }, async () => {
    const report = await verify(edit(LIB, 'price - price / 10', 'price - missing'));
    expect(outcome(report)).toBe('T3 failed');
    const [error] = report.receipts.at(-1)?.new_diagnostics ?? [];
    expect(error).toMatchObject({
      code: 'E0425',
      level: 'error',
      package_name: 'shop',
      row_key: `${LIB}-_-discount`,
    });
    const text = Buffer.from(workspace.read(LIB).replace('price - price / 10', 'price - missing'));
    const span = error?.spans[0];
    expect(text.subarray(span?.start, span?.end).toString()).toBe('missing');
  });

  it('stops a broken caller in another crate at T3', { timeout: SLOW }, async () => {
    const report = await verify(edit(LIB, 'pub fn discount(price: u32)', 'pub fn discount(price: u64)'));
    expect(outcome(report)).toBe('T3 failed');
  });

  it('stops a proposal that breaks a test at T4', { timeout: SLOW }, async () => {
    const report = await verify(edit(LIB, 'price - price / 10', 'price - price / 5'));
    expect(outcome(report)).toBe('T4 failed');
    expect(report.receipts.at(-1)?.reason).toContain('tests::discounts_a_tenth');
    expect(report.receipts.at(-1)?.new_diagnostics[0]).toMatchObject({
      code: 'test_failed',
      row_key: `${LIB}-tests-discounts_a_tenth`,
    });
  });

  it('passes tests that were renamed, merged and moved to another file', { timeout: SLOW }, async () => {
    const tests = 'shop/tests/prices.rs';
    const text = workspace.read(LIB);
    const merged = `\n    #[test]\n    fn is_right() {\n        let start = 1;\n        assert_eq!(
            discount(100),\n            90,\n        );\n        assert_eq!(start, 1);\n    }\n`;
    const without = text
      .replace(/\n {4}#\[test\]\n {4}fn discounts_a_tenth[^}]*}\n/, merged)
      .replace(/\n {4}#\[test\]\n {4}fn totals_nothing[^}]*}\n/, '');
    const moved = 'use shop::total;\n\n#[test]\nfn totals_nothing() {\n    assert_eq!(total(&[]), 0);\n}\n';
    const report = await verify({ [LIB]: without, [tests]: moved });
    expect([report.receipts.at(-1)?.reason, outcome(report)]).toEqual([null, 'T5 passed']);
  });

  it('runs first the tests that reach a change through a macro', { timeout: SLOW }, async () => {
    const check =
      'macro_rules! check {\n    ($n:expr, $half:expr) => {\n        assert_eq!(crate::half($n), $half)\n    };\n}\n';
    const tests =
      '#[test]\nfn halves() {\n    check!(4, 2);\n}\n\n#[test]\nfn counts() {\n    assert_eq!(1 + 1, 2);\n}\n';
    await using other = await createCargoWorkspace({
      'Cargo.toml': '[package]\nname = "half"\nversion = "0.1.0"\nedition = "2021"\n',
      'src/lib.rs': 'pub fn half(n: u32) -> u32 {\n    n / 2\n}\n\n#[cfg(test)]\nmod tests;\n',
      'src/tests.rs': `${check}\n${tests}`,
    });
    await using opened = await other.open();
    const proposal = await other.propose({
      'src/lib.rs': other.read('src/lib.rs').replace('n / 2', 'n >> 1'),
    });
    const report = await opened.verify(proposal, { gates: ['T4'] });
    expect(report.receipts[0]?.argv.at(-1)?.slice(-2)).toEqual(['--', 'halves']);
    expect(report.receipts[0]?.counts.passed).toBe(1);
  });

  it('blocks a proposal that deletes a test', { timeout: SLOW }, async () => {
    const report = await verify(
      edit(LIB, '    #[test]\n    fn totals_nothing() {\n        assert_eq!(total(&[]), 0);\n    }\n\n', ''),
    );
    expect(outcome(report)).toBe('T5 failed');
    expect(report.receipts.at(-1)?.reason).toBe('1 no longer run: tests::totals_nothing');
  });

  it('blocks a proposal that ignores a test', { timeout: SLOW }, async () => {
    const report = await verify(
      edit(LIB, '#[test]\n    fn totals', '#[test]\n    #[ignore]\n    fn totals'),
      RUNNING,
    );
    expect(report.receipts.at(-1)?.reason).toBe('1 newly ignored: tests::totals_nothing');
    expect(report.verdict).toBe('failed');
  });

  it('blocks a proposal that hides a test behind cfg', { timeout: SLOW }, async () => {
    const report = await verify(
      edit(LIB, '#[test]\n    fn totals', '#[test]\n    #[cfg(any())]\n    fn totals'),
      RUNNING,
    );
    expect(report.receipts.at(-1)?.reason).toBe('1 no longer run: tests::totals_nothing');
  });

  it('blocks a proposal that swaps the test runner', { timeout: SLOW }, async () => {
    const report = await verify(
      { '.cargo/config.toml': '[target.\'cfg(all())\']\nrunner = "true"\n' },
      RUNNING,
    );
    expect(report.verdict).toBe('failed');
    expect(report.receipts.at(-1)?.reason).toContain('no longer run');
  });

  it('catches a broken example in a doc comment at T5', { timeout: SLOW }, async () => {
    const report = await verify(edit(LIB, 'shop::total(&[1, 2]), 3', 'shop::total(&[1, 2]), 4'));
    expect(outcome(report)).toBe('T5 failed');
    expect(report.receipts.at(-1)?.reason).toContain('shop/src/lib.rs - total');
    expect(report.receipts.at(-1)?.new_diagnostics[0]?.tool).toBe('rustdoc');
  });

  it('stops a syntax error at T0', { timeout: SLOW }, async () => {
    const report = await verify(edit(LIB, 'price - price / 10', 'price - ;'));
    expect(outcome(report)).toBe('T0 failed');
    expect(report.receipts[0]?.new_diagnostics[0]).toMatchObject({
      tool: 'rustfmt',
      row_key: `${LIB}-_-discount`,
    });
  });

  it('reads a text by the edition its manifest has with the proposal', { timeout: SLOW }, async () => {
    const text = `pub const QUOTED: &std::ffi::CStr = cr#"a "quote'"#;\npub const DOC: &str = "\n/// of nothing\n}";\n`;
    await using old = await createCargoWorkspace({
      'Cargo.toml': '[package]\nname = "old"\nversion = "0.1.0"\nedition = "2018"\n',
      'src/lib.rs': 'pub const ONE: u8 = 1;\n',
    });
    await using opened = await old.open();
    const manifest = old.read('Cargo.toml').replace('2018', '2021');
    const proposal = await old.propose({ 'src/lib.rs': text, 'Cargo.toml': manifest });
    const report = await opened.verify(proposal, { gates: ['T0', 'T3'] });
    expect([outcome(report), report.receipts.at(-1)?.reason]).toEqual(['T3 passed', null]);
    const broken = await old.propose({ 'src/lib.rs': text.replace('"#;', '";'), 'Cargo.toml': manifest });
    expect(outcome(await opened.verify(broken, { gates: ['T0'] }))).toBe('T0 failed');
  });

  it('passes another example that is ignored beside one that runs', { timeout: SLOW }, async () => {
    const report = await verify(
      edit(LIB, '/// ```\npub fn total', '/// ```\n///\n/// ```ignore\n/// run()\n/// ```\npub fn total'),
    );
    expect([report.receipts.at(-1)?.reason, outcome(report)]).toEqual([null, 'T5 passed']);
  });

  it('stops a file that changes elsewhere than planned at T0', { timeout: SLOW }, async () => {
    const proposal = await workspace.propose(edit(LIB, 'price - price / 10', 'price * 9 / 10'));
    const rows = proposal.rows.filter((row) => !row.key.endsWith('discount'));
    const report = await preflight.verify({ ...proposal, rows });
    expect(outcome(report)).toBe('T0 failed');
    expect(report.receipts[0]?.reason).toContain('changes without being planned');
  });

  it('stops the deletion of a function that is still called at T1', { timeout: SLOW }, async () => {
    const text = workspace.read(LIB);
    const body = 'pub fn discount(price: u32) -> u32 {\n    price - price / 10\n}\n\n';
    const report = await verify({ [LIB]: text.replace(body, '') });
    expect(outcome(report)).toBe('T1 failed');
    expect(report.receipts.at(-1)?.reason).toContain('till/src/lib.rs-_-receipt refers to');
  });

  it('only advises on it when a macro may have taken its place', { timeout: SLOW }, async () => {
    const body = 'pub fn discount(price: u32) -> u32 {\n    price - price / 10\n}\n';
    const made = `macro_rules! price {\n    ($name:ident) => {\n        ${body.replace('discount', '$name')}\n    };\n}\n\nprice!(discount);\n`;
    const report = await verify(edit(LIB, body, made), ['T0', 'T1', 'T3']);
    expect([outcome(report), report.receipts[1]?.reason]).toEqual(['T3 passed', null]);
  });

  it('only advises on it when a manifest changes, which may bring the name', { timeout: SLOW }, async () => {
    const text = workspace.read(LIB);
    const body = 'pub fn discount(price: u32) -> u32 {\n    price - price / 10\n}\n\n';
    const manifest = `${workspace.read('till/Cargo.toml')}\n[features]\nmore = []\n`;
    const files = { [LIB]: text.replace(body, ''), 'till/Cargo.toml': manifest };
    const report = await verify(files, ['T0', 'T1']);
    expect(outcome(report)).toBe('T1 passed');
    const found = report.receipts.at(-1)?.new_diagnostics ?? [];
    expect(found.map(({ level, code }) => `${level} ${code}`)).toContain('warning dangling_reference');
    expect(found.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('refuses a stale file before anything runs', async () => {
    const proposal = await workspace.propose(edit(LIB, 'price / 10', 'price / 11'));
    const files = proposal.files.map((file) => ({ ...file, before_hash: '0'.repeat(64) }));
    await expect(preflight.verify({ ...proposal, files })).rejects.toMatchObject({
      code: 'PT_PREFLIGHT_STALE_FILE',
      details: { path: LIB },
    });
  });

  it.each(['../outside.rs', '/etc/passwd', '.git/config', 'a//b.rs'])('refuses the path %s', async (path) => {
    const proposal = await workspace.propose(edit(LIB, 'price / 10', 'price / 11'));
    const files = [{ path, before_hash: null, after: 'fn main() {}\n' }];
    await expect(preflight.verify({ ...proposal, files })).rejects.toMatchObject({
      code: 'PT_PREFLIGHT_PATH_OUTSIDE',
    });
  });

  it('answers a manifest that cargo cannot read apart from compile errors', { timeout: SLOW }, async () => {
    const report = await verify(edit('till/Cargo.toml', 'shop = { path = "../shop" }', 'nowhere = "1"'));
    expect(outcome(report)).toBe('T3 inconclusive');
    expect(report.receipts.at(-1)?.reason).toContain('cargo fetch');
    expect(report.receipts.at(-1)?.new_diagnostics).toEqual([]);
  });
});
