import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type CargoWorkspace,
  createCargoWorkspace,
  hashEverything,
  SHOP_FILES,
} from '../support/cargo-workspace.js';

const LIB = 'shop/src/lib.rs';
const SLOW = 120_000;

function cargo(workspace: CargoWorkspace, ...args: string[]): string {
  const env = { ...process.env };
  delete env['CARGO_TARGET_DIR'];
  return execFileSync('cargo', [...args, '--offline'], {
    cwd: workspace.root,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

function shadowOf(workspace: CargoWorkspace): string {
  const name = readdirSync(workspace.stateDir).find((entry) => /^shadow-[0-9a-f]+$/.test(entry));
  return join(workspace.stateDir, name ?? 'none');
}

describe('the shadow workspace', () => {
  it('leaves the user tree, build folder and lock file byte-identical and their next check fresh', {
    timeout: SLOW,
  }, async () => {
    await using workspace = await createCargoWorkspace();
    cargo(workspace, 'check', '--workspace');
    cargo(workspace, 'test', '--workspace', '--no-run');
    const before = hashEverything(workspace.root);
    await using preflight = await workspace.open();
    const text = workspace.read(LIB);
    const good = await preflight.verify(
      await workspace.propose({ [LIB]: text.replace('price / 10', 'price * 10 / 100') }),
    );
    const bad = await preflight.verify(
      await workspace.propose({ [LIB]: text.replace('price / 10', 'price / 5') }),
    );
    expect([good.verdict, bad.verdict]).toEqual(['passed', 'failed']);
    expect(hashEverything(workspace.root)).toEqual(before);
    const messages = cargo(workspace, 'check', '--workspace', '--message-format=json').split('\n');
    const artifacts = messages.filter((line) => line.includes('compiler-artifact'));
    expect(artifacts.length).toBeGreaterThan(0);
    expect(artifacts.filter((line) => !line.includes('"fresh":true'))).toEqual([]);
  });

  it('starts from the artifacts of the user without recompiling them', { timeout: SLOW }, async () => {
    await using workspace = await createCargoWorkspace();
    cargo(workspace, 'check', '--workspace', '--tests', '--examples');
    await using preflight = await workspace.open();
    const report = await preflight.diagnose([]);
    expect(report.build_ok).toBe(true);
    const deps = join(workspace.root, 'target/debug/deps');
    const copies = join(shadowOf(workspace), 'target/debug/deps');
    for (const name of readdirSync(deps).filter((entry) => entry.endsWith('.rmeta'))) {
      const [own, copy] = [deps, copies].map(
        (folder) => lstatSync(join(folder, name), { bigint: true }).mtimeNs,
      );
      expect([name, copy]).toEqual([name, own]);
    }
    expect(readdirSync(copies).filter((entry) => entry.endsWith('.rmeta'))).toHaveLength(
      readdirSync(deps).filter((entry) => entry.endsWith('.rmeta')).length,
    );
  });

  it('follows edits, new files and deleted files of the user tree', { timeout: SLOW }, async () => {
    await using workspace = await createCargoWorkspace();
    await using preflight = await workspace.open();
    expect((await preflight.diagnose([])).build_ok).toBe(true);
    workspace.write(
      LIB,
      workspace
        .read(LIB)
        .replace('price / 10', 'price / ten()')
        .replace('#[cfg(test)]', 'mod more;\nuse more::ten;\n\n#[cfg(test)]'),
    );
    workspace.write('shop/src/more.rs', 'pub fn ten() -> u32 {\n    10\n}\n');
    expect((await preflight.diagnose([])).build_ok).toBe(true);
    rmSync(join(workspace.root, 'shop/src/more.rs'));
    const gone = await preflight.diagnose([]);
    expect(gone.diagnostics.map((diagnostic) => diagnostic.code)).toContain('E0583');
  });

  it('takes back what a proposal created', { timeout: SLOW }, async () => {
    await using workspace = await createCargoWorkspace();
    await using preflight = await workspace.open();
    const files = { 'till/tests/more.rs': '#[test]\nfn more() {\n    assert_eq!(1, 2);\n}\n' };
    expect((await preflight.verify(await workspace.propose(files))).verdict).toBe('failed');
    expect((await preflight.diagnose([])).build_ok).toBe(true);
    expect(existsSync(join(shadowOf(workspace), 'fs', workspace.root, 'till/tests/more.rs'))).toBe(false);
  });

  it('builds a path dependency that lies outside the repository', { timeout: SLOW }, async () => {
    const manifest =
      '[package]\nname = "till"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\nshop = { path = "../shop" }\nstamp = { path = "../../stamp" }\n';
    await using workspace = await createCargoWorkspace({
      ...SHOP_FILES,
      'till/Cargo.toml': manifest,
      'till/src/lib.rs': `pub fn receipt(prices: &[u32]) -> String {\n    stamp::mark(shop::discount(shop::total(prices)))\n}\n`,
    });
    rmSync(join(workspace.root, 'Cargo.lock'));
    const outside = join(workspace.root, '../stamp');
    mkdirSync(join(outside, 'src'), { recursive: true });
    writeFileSync(
      join(outside, 'Cargo.toml'),
      '[package]\nname = "stamp"\nversion = "0.1.0"\nedition = "2021"\n',
    );
    writeFileSync(
      join(outside, 'src/lib.rs'),
      'pub fn mark(sum: u32) -> String {\n    format!("total {sum}")\n}\n',
    );
    await using preflight = await workspace.open();
    const report = await preflight.diagnose([]);
    expect([report.environment_problem, report.diagnostics, report.build_ok]).toEqual([null, [], true]);
    expect(existsSync(join(workspace.root, 'Cargo.lock'))).toBe(false);
  });

  it('says which workspace a nested folder belongs to instead of guessing', { timeout: SLOW }, async () => {
    await using workspace = await createCargoWorkspace();
    await using preflight = await workspace.open({ root: join(workspace.root, 'shop') });
    const report = await preflight.diagnose([]);
    expect(report.environment_problem).toContain('member of a workspace above it');
  });

  it('refuses a state folder inside the repository', async () => {
    await using workspace = await createCargoWorkspace();
    await using preflight = await workspace.open({ stateDir: join(workspace.root, 'state') });
    await expect(preflight.diagnose([])).rejects.toMatchObject({ code: 'PT_PREFLIGHT_STATE_DIR_INSIDE' });
  });

  it('refuses a path that goes through a symbolic link', async () => {
    await using workspace = await createCargoWorkspace();
    symlinkSync(join(workspace.root, '..'), join(workspace.root, 'shop/src/way'));
    await using preflight = await workspace.open();
    const changes = [{ path: 'shop/src/way/evil.rs', before_hash: null, after: '' }];
    await expect(preflight.diagnose(changes)).rejects.toMatchObject({ code: 'PT_PREFLIGHT_PATH_OUTSIDE' });
  });

  it('is used by one caller at a time', { timeout: SLOW }, async () => {
    await using workspace = await createCargoWorkspace();
    await using first = await workspace.open();
    await using second = await workspace.open();
    const running = first.diagnose([]);
    await expect(second.diagnose([])).rejects.toMatchObject({
      code: 'PT_PREFLIGHT_SHADOW_BUSY',
      retryable: true,
    });
    expect((await running).build_ok).toBe(true);
    expect((await second.diagnose([])).build_ok).toBe(true);
  });
});
