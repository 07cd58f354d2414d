import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createCargoWorkspace, SHOP_FILES } from '../support/cargo-workspace.js';

const LIB = 'shop/src/lib.rs';
const SLOW = 120_000;
const SHOP = SHOP_FILES[LIB] ?? '';
const BROKEN = SHOP.replace('price - price / 10', 'price - missing');
const LAST_TEST = '    #[test]\n    #[ignore]\n    fn slow_one()';

/** The library with one more unit test. */
function withTest(body: string): string {
  return SHOP.replace(LAST_TEST, `    #[test]\n    fn extra() {\n${body}\n    }\n\n${LAST_TEST}`);
}

describe('gates against a baseline', () => {
  it('passes the repair of a tree that did not build, and nothing else on it', {
    timeout: SLOW,
  }, async () => {
    await using workspace = await createCargoWorkspace({ ...SHOP_FILES, [LIB]: BROKEN });
    await using preflight = await workspace.open();
    const unrelated = await preflight.verify(
      await workspace.propose({ [LIB]: BROKEN.replace('//! Prices.', '//! All prices.') }),
    );
    expect(unrelated.receipts.at(-1)).toMatchObject({ gate: 'T3', verdict: 'failed', new_diagnostics: [] });
    expect(unrelated.receipts.at(-1)?.reason).toContain(
      'did not build before and does not build with the proposal, 1 compile error left',
    );
    const repair = await preflight.verify(await workspace.propose({ [LIB]: SHOP }));
    expect(repair.verdict).toBe('passed');
  });

  it('does not let a repair of a red tree delete a test', { timeout: SLOW }, async () => {
    await using workspace = await createCargoWorkspace({ ...SHOP_FILES, [LIB]: BROKEN });
    await using preflight = await workspace.open();
    const test = '    #[test]\n    fn totals_nothing() {\n        assert_eq!(total(&[]), 0);\n    }\n\n';
    const report = await preflight.verify(await workspace.propose({ [LIB]: SHOP.replace(test, '') }));
    expect(report.verdict).toBe('failed');
    expect(report.receipts.at(-1)?.reason).toContain('totals_nothing');
  });

  it('does not blame a proposal for a test that failed before', { timeout: SLOW }, async () => {
    const red = withTest('        assert_eq!(1, 2);');
    await using workspace = await createCargoWorkspace({ ...SHOP_FILES, [LIB]: red });
    await using preflight = await workspace.open();
    const same = await preflight.verify(
      await workspace.propose({ [LIB]: red.replace('price / 10', 'price * 10 / 100') }),
    );
    expect(same.verdict).toBe('passed');
    expect(same.receipts.at(-1)?.counts.failed).toBe(1);
    const worse = await preflight.verify(
      await workspace.propose({ [LIB]: red.replace('price / 10', 'price / 5') }),
    );
    expect(worse.verdict).toBe('failed');
    expect(worse.receipts.at(-1)?.reason).not.toContain('extra');
  });

  it('calls a test that fails once and then passes flaky, not passed', { timeout: SLOW }, async () => {
    await using workspace = await createCargoWorkspace();
    await using preflight = await workspace.open();
    const body =
      '        let mark = std::path::Path::new("mark");\n        let again = mark.exists();\n        std::fs::write(mark, "").unwrap();\n        assert!(again);';
    const report = await preflight.verify(await workspace.propose({ [LIB]: withTest(body) }));
    expect(report.verdict).toBe('inconclusive');
    expect(report.receipts.at(-1)?.reason).toBe('Flaky, failed once and passed once: tests::extra');
  });

  it('reads results behind what a test prints past the harness', { timeout: SLOW }, async () => {
    await using workspace = await createCargoWorkspace();
    await using preflight = await workspace.open();
    const body =
      '        use std::io::Write;\n        std::io::stdout().write_all(b"no line break").unwrap();';
    const report = await preflight.verify(await workspace.propose({ [LIB]: withTest(body) }));
    expect(report.receipts.at(-1)?.reason).toBeNull();
    expect(report.verdict).toBe('passed');
  });

  it('does not believe a binary that ends in the middle of its tests', { timeout: SLOW }, async () => {
    await using workspace = await createCargoWorkspace();
    await using preflight = await workspace.open();
    const report = await preflight.verify(
      await workspace.propose({ [LIB]: withTest('        std::process::exit(0);') }),
    );
    expect(report.verdict).toBe('failed');
    expect(report.receipts.at(-1)?.reason).toContain('did not finish');
  });

  it('stops an endless test with all its processes and does not pass', { timeout: SLOW }, async () => {
    await using workspace = await createCargoWorkspace();
    await using preflight = await workspace.open({ limits: { testTimeoutMs: 4000 } });
    const body =
      '        let child = std::process::Command::new("sleep").arg("1000").spawn().unwrap();\n        std::fs::write("pids", format!("{} {}", std::process::id(), child.id())).unwrap();\n        loop {\n            std::thread::yield_now();\n        }';
    const report = await preflight.verify(await workspace.propose({ [LIB]: withTest(body) }));
    expect(report.verdict).toBe('inconclusive');
    expect(report.receipts.at(-1)).toMatchObject({
      gate: 'T4',
      reason: 'The tests did not end in time and were stopped',
    });
    const shadow = readdirSync(workspace.stateDir).find((name) => /^shadow-[0-9a-f]+$/.test(name)) ?? '';
    const pids = readFileSync(join(workspace.stateDir, shadow, 'fs', workspace.root, 'shop/pids'), 'utf8')
      .split(' ')
      .map(Number);
    expect(pids.filter(isAlive)).toEqual([]);
  });

  it('keeps results for the tree a passing proposal makes, so that the next one starts warm', {
    timeout: SLOW,
  }, async () => {
    await using workspace = await createCargoWorkspace();
    await using preflight = await workspace.open();
    const changed = SHOP.replace('price / 10', 'price * 10 / 100');
    const report = await preflight.verify(await workspace.propose({ [LIB]: changed }));
    workspace.write(LIB, changed);
    expect(await preflight.hashTree()).toBe(report.subject_tree);
    const steps: string[] = [];
    await using next = await workspace.open({ onProgress: (progress) => steps.push(progress.stage) });
    expect((await next.verify(await workspace.propose({ [LIB]: SHOP }))).verdict).toBe('passed');
    expect(steps).not.toContain('baseline');
  });

  it('writes logs under their hash and a receipt hash over all receipts', { timeout: SLOW }, async () => {
    await using workspace = await createCargoWorkspace();
    await using preflight = await workspace.open();
    const proposal = await workspace.propose({
      [LIB]: SHOP.replace('price - price / 10', 'price - missing'),
    });
    const report = await preflight.verify(proposal);
    const log = readFileSync(
      join(workspace.stateDir, 'logs', report.receipts.at(-1)?.log_hash ?? ''),
      'utf8',
    );
    expect(log).toContain('$ cargo check --workspace');
    expect(log).toContain('cannot find value `missing`');
    expect(report.receipt_hash).toMatch(/^[0-9a-f]{64}$/);
    expect(report.receipts.every((receipt) => receipt.subject_tree === report.subject_tree)).toBe(true);
    expect(await preflight.hashTree(proposal.files)).toBe(report.subject_tree);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A killed process may wait for its new parent to collect it.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
