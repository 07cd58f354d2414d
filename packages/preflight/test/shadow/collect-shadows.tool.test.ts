import { existsSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { collectShadows, openPreflight } from '../../src/index.js';
import { type CargoWorkspace, createCargoWorkspace } from '../support/cargo-workspace.js';
import { createAnalyzer } from '../support/memory-graph.js';

const SLOW = 120_000;
const DAY_MS = 24 * 3_600_000;

/** Makes the shadow of a repository in the state folder of another one. */
async function makeShadow(of: CargoWorkspace, stateDir: string): Promise<string> {
  const known = new Set(existsSync(stateDir) ? readdirSync(stateDir) : []);
  const { root, chunker, graph } = of;
  await using preflight = await openPreflight({
    root,
    stateDir,
    chunker,
    graph,
    analyzer: createAnalyzer(),
    env: process.env,
  });
  await preflight.verify(await of.propose({ 'shop/src/lib.rs': '//! Less.\n' }), { gates: ['T0'] });
  const made = readdirSync(stateDir).find((name) => /^shadow-[0-9a-f]{16}$/.test(name) && !known.has(name));
  return join(stateDir, made ?? 'none');
}

function age(folder: string, days: number): void {
  const then = new Date(Date.now() - days * DAY_MS);
  utimesSync(join(folder, 'state.json'), then, then);
}

describe('shadows of a state folder', () => {
  it('go when they are old, too large or their repository is gone', { timeout: SLOW }, async () => {
    await using one = await createCargoWorkspace();
    await using two = await createCargoWorkspace();
    await using three = await createCargoWorkspace();
    const { stateDir } = one;
    const [first, second, third] = [
      await makeShadow(one, stateDir),
      await makeShadow(two, stateDir),
      await makeShadow(three, stateDir),
    ];
    expect(collectShadows(stateDir, {}).removed).toEqual([]);
    age(first, 10);
    age(second, 40);
    expect(collectShadows(stateDir, { maxAgeMs: 30 * DAY_MS }).removed.map(({ reason }) => reason)).toEqual([
      'too_old',
    ]);
    expect([first, second, third].map((folder) => existsSync(folder))).toEqual([true, false, true]);
    writeFileSync(join(first, 'target', 'large'), Buffer.alloc(200_000));
    const { removed, sizeBytes } = collectShadows(stateDir, { maxBytes: 150_000 });
    expect(removed).toMatchObject([{ reason: 'too_large' }]);
    expect(sizeBytes).toBeLessThan(150_000);
    expect([first, third].map((folder) => existsSync(folder))).toEqual([false, true]);
    rmSync(three.root, { recursive: true, force: true });
    expect(collectShadows(stateDir, {}).removed).toMatchObject([{ reason: 'repository_gone' }]);
    expect(existsSync(third)).toBe(false);
  });

  it('stay while somebody works in them', { timeout: SLOW }, async () => {
    await using workspace = await createCargoWorkspace();
    const folder = await makeShadow(workspace, workspace.stateDir);
    age(folder, 400);
    await using preflight = await workspace.open();
    const running = preflight.diagnose([]);
    while (!existsSync(`${folder}.lock`)) await new Promise((resolve) => setImmediate(resolve));
    expect(collectShadows(workspace.stateDir, {}).removed).toEqual([]);
    expect((await running).build_ok).toBe(true);
    expect(existsSync(folder)).toBe(true);
  });

  it('make room for one another when preflight opens', { timeout: SLOW }, async () => {
    await using one = await createCargoWorkspace();
    await using two = await createCargoWorkspace();
    const first = await makeShadow(one, one.stateDir);
    age(first, 31);
    const second = await makeShadow(two, one.stateDir);
    expect([existsSync(first), existsSync(second)]).toEqual([false, true]);
  });
});
