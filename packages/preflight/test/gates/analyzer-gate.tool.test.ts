import type { GateReceipt } from '@parseltongue/isg-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { locateAnalyzer, openAnalyzerGate, type Preflight } from '../../src/index.js';
import { type CargoWorkspace, createCargoWorkspace, SHOP_FILES } from '../support/cargo-workspace.js';

const LIB = 'shop/src/lib.rs';
const SLOW = 240_000;

const environment = Object.fromEntries(
  Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
);
const found = await locateAnalyzer({ cwd: import.meta.dirname, env: environment });

describe.runIf(found.status === 'found')('T2 with a real rust-analyzer', { timeout: SLOW }, () => {
  let workspace: CargoWorkspace;
  let preflight: Preflight;

  beforeAll(async () => {
    workspace = await createCargoWorkspace({
      ...SHOP_FILES,
      'till/src/lib.rs':
        'pub fn receipt(prices: &[u32]) -> String {\n    let sum = shop::discount(shop::total(prices));\n    format!("total {sum}")\n}\n',
    });
    preflight = await workspace.open({ analyzerGate: openAnalyzerGate() });
  }, SLOW);

  afterAll(async () => {
    await preflight[Symbol.asyncDispose]();
    await workspace[Symbol.asyncDispose]();
  });

  async function judge(files: Record<string, string | null>): Promise<GateReceipt> {
    const report = await preflight.verify(await workspace.propose(files), { gates: ['T2'] });
    const [receipt] = report.receipts;
    if (receipt === undefined) throw new Error('no receipt');
    return receipt;
  }

  function edit(path: string, from: string, to: string): Record<string, string> {
    const text = workspace.read(path);
    expect(text).toContain(from);
    return { [path]: text.replace(from, to) };
  }

  it('passes a correct change and names the tool', async () => {
    const receipt = await judge(edit(LIB, 'price - price / 10', 'price * 9 / 10'));
    expect([receipt.verdict, receipt.reason]).toEqual(['passed', null]);
    expect(receipt.toolchain).toContain('rust-analyzer');
    expect(receipt.counts).toMatchObject({ failed: 0, ignored: 0 });
    expect(receipt.counts.passed).toBeGreaterThan(0);
  });

  it('rejects a wrong type with code, place and row', async () => {
    const receipt = await judge(edit(LIB, 'price - price / 10', '"cheap"'));
    expect(receipt.verdict).toBe('failed');
    expect(receipt.new_diagnostics[0]).toMatchObject({
      tool: 'rust-analyzer',
      level: 'error',
      code: 'E0308',
      row_key: 'shop/src/lib.rs-_-discount',
    });
    const [span] = receipt.new_diagnostics[0]?.spans ?? [];
    const text = workspace.read(LIB).replace('price - price / 10', '"cheap"');
    expect(Buffer.from(text).toString('utf8', span?.start, span?.end)).toBe('"cheap"');
  });

  it('rejects a new signature for the caller in another crate that it breaks', async () => {
    const receipt = await judge(
      edit(LIB, 'discount(price: u32) -> u32', 'discount(price: u32, by: u32) -> u32'),
    );
    expect(receipt.verdict).toBe('failed');
    expect(receipt.new_diagnostics.map((found) => found.spans[0]?.path)).toContain('till/src/lib.rs');
  });

  it('sees a new file together with its mod line, and misses nothing in it', async () => {
    const declared = edit(LIB, '//! Prices.\n', '//! Prices.\npub mod tax;\n');
    const good = await judge({
      ...declared,
      'shop/src/tax.rs': 'pub fn tax(price: u32) -> u32 {\n    price / 5\n}\n',
    });
    expect([good.verdict, good.reason]).toEqual(['passed', null]);
    const bad = await judge({
      ...declared,
      'shop/src/tax.rs': 'pub fn tax(price: u32) -> u32 {\n    pryce / 5\n}\n',
    });
    expect(bad.new_diagnostics.map((found) => found.spans[0]?.path)).toEqual(['shop/src/tax.rs']);
  });

  it('sees that a file went away', async () => {
    const receipt = await judge({ [LIB]: null });
    expect(receipt.verdict).not.toBe('passed');
    const back = await judge(edit(LIB, 'price - price / 10', 'price * 9 / 10'));
    expect([back.verdict, back.reason]).toEqual(['passed', null]);
  });

  it('sees a new test target as part of its package', async () => {
    const receipt = await judge({
      'till/tests/more.rs':
        '#[test]\nfn more() {\n    let empty = till::receipt(&[]);\n    assert_eq!(emty.len(), 7);\n}\n',
    });
    expect(receipt.verdict).toBe('failed');
    expect(receipt.new_diagnostics.map((found) => found.code)).toContain('E0425');
  });
});
