import { describe, expect, it } from 'vitest';
import { createCargoWorkspace, hashEverything, SHOP_FILES } from '../support/cargo-workspace.js';

const LIB = 'shop/src/lib.rs';
const SHOP = SHOP_FILES[LIB] ?? '';
const SLOW = 120_000;

/** Passes in the shadow and fails wherever the user keeps the repository. */
const PLACE_TEST = `    #[test]
    fn knows_its_place() {
        assert!(std::env::current_dir().unwrap().display().to_string().contains("shadow-"));
    }

    #[test]
    #[ignore]
`;

describe('apply', () => {
  it('takes everything back when the written tree does not verify in place', { timeout: SLOW }, async () => {
    await using workspace = await createCargoWorkspace();
    await using preflight = await workspace.open();
    const text = SHOP.replace('    #[test]\n    #[ignore]\n', PLACE_TEST);
    const proposal = await workspace.propose({ [LIB]: text });
    const report = await preflight.verify(proposal);
    expect(report.verdict).toBe('passed');
    const outcome = await preflight.apply(proposal, report);
    expect(outcome).toMatchObject({
      status: 'rolled_back',
      reason: expect.stringContaining('tests::knows_its_place') as string,
    });
    expect(workspace.read(LIB)).toBe(SHOP);
  });

  it('builds in the user folder, so that their next build is warm, and leaves the lock file alone', {
    timeout: SLOW,
  }, async () => {
    await using workspace = await createCargoWorkspace();
    await using preflight = await workspace.open();
    const proposal = await workspace.propose({ [LIB]: SHOP.replace('price / 10', 'price * 10 / 100') });
    const outcome = await preflight.apply(proposal, await preflight.verify(proposal));
    expect(outcome).toMatchObject({
      status: 'applied',
      detail: expect.stringContaining('5 tests run in place') as string,
    });
    expect(workspace.git('status', '--porcelain')).toBe(` M ${LIB}\n`);
    expect(
      [...hashEverything(workspace.root).keys()].some((path) => path.startsWith('target/debug/deps/shop')),
    ).toBe(true);
    const undone = await preflight.undo();
    expect(undone.status).toBe('restored');
    expect(workspace.read(LIB)).toBe(SHOP);
  });

  it('compares the content alone on request', { timeout: SLOW }, async () => {
    await using workspace = await createCargoWorkspace();
    await using preflight = await workspace.open();
    const proposal = await workspace.propose({ [LIB]: SHOP.replace('price / 10', 'price * 10 / 100') });
    const outcome = await preflight.apply(proposal, await preflight.verify(proposal), { verify: 'content' });
    expect(outcome).toMatchObject({ status: 'applied', detail: 'Same content as verified' });
    expect([...hashEverything(workspace.root).keys()].some((path) => path.startsWith('target/'))).toBe(false);
  });
});
