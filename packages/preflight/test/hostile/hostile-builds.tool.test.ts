import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson, type GateReport, type Proposal } from '@parseltongue/isg-core';
import { describe, expect, it } from 'vitest';
import {
  type CargoWorkspace,
  createCargoWorkspace,
  hashEverything,
  SHOP_FILES,
} from '../support/cargo-workspace.js';

const LIB = 'shop/src/lib.rs';
const SLOW = 240_000;
const SHOP = SHOP_FILES[LIB] ?? '';

/** A test of the library that does `body`. */
function withTest(body: string): Record<string, string> {
  return {
    [LIB]: SHOP.replace(
      '    #[test]\n    fn totals',
      `    #[test]\n    fn hostile() {\n        ${body}\n    }\n\n    #[test]\n    fn totals`,
    ),
  };
}

function withBuildScript(body: string): Record<string, string> {
  return { 'shop/build.rs': `fn main() {\n    ${body}\n}\n` };
}

async function isGone(pidFile: string): Promise<boolean> {
  const pid = Number(readFileSync(pidFile, 'utf8'));
  for (const deadline = Date.now() + 10_000; Date.now() < deadline; ) {
    try {
      process.kill(pid, 0);
    } catch {
      return true;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  return false;
}

function describeLast(report: GateReport): string {
  const last = report.receipts.at(-1);
  return `${last?.gate} ${last?.verdict}`;
}

describe('proposals whose code attacks', () => {
  it('ends an endless test and what it started, without passing it', { timeout: SLOW }, async () => {
    await using workspace = await createCargoWorkspace();
    const pidFile = join(workspace.stateDir, 'pid');
    const start = `let child = std::process::Command::new("sleep").arg("600").spawn().unwrap();\n        std::fs::write(${JSON.stringify(pidFile)}, child.id().to_string()).unwrap();\n        loop {}`;
    await using preflight = await workspace.open({ limits: { testTimeoutMs: 20_000 } });
    const report = await preflight.verify(await workspace.propose(withTest(start)));
    expect(describeLast(report)).toBe('T4 inconclusive');
    expect(await isGone(pidFile)).toBe(true);
  });

  it('ends an endless build script', { timeout: SLOW }, async () => {
    await using workspace = await createCargoWorkspace();
    await using preflight = await workspace.open({ limits: { buildTimeoutMs: 8000 } });
    const report = await preflight.verify(await workspace.propose(withBuildScript('loop {}')));
    expect(describeLast(report)).toBe('T3 inconclusive');
  });

  it('ends a hundred processes that a test started', { timeout: SLOW }, async () => {
    await using workspace = await createCargoWorkspace();
    const pidFile = join(workspace.stateDir, 'pid');
    const fork = `for _ in 0..100 {\n            let child = std::process::Command::new("sleep").arg("600").spawn().unwrap();\n            std::fs::write(${JSON.stringify(pidFile)}, child.id().to_string()).unwrap();\n        }\n        panic!("done");`;
    await using preflight = await workspace.open();
    const report = await preflight.verify(await workspace.propose(withTest(fork)));
    expect(describeLast(report)).toBe('T4 failed');
    expect(await isGone(pidFile)).toBe(true);
  });

  it('does not pass a build script that writes into the user tree', { timeout: SLOW }, async () => {
    await using workspace = await createCargoWorkspace();
    const victim = join(workspace.root, 'till/src/lib.rs');
    const write = `std::fs::write(${JSON.stringify(victim)}, "pub fn owned() {}").unwrap();`;
    await using preflight = await workspace.open();
    const report = await preflight.verify(await workspace.propose(withBuildScript(write)));
    expect(report.verdict).not.toBe('passed');
    const receipt = report.receipts.at(-1);
    expect(receipt?.reason).toMatch(/repository changed|no longer|compile|refers/);
  });

  it('takes back what a build script wrote into the shadow', { timeout: SLOW }, async () => {
    await using workspace = await createCargoWorkspace();
    const before = hashEverything(workspace.root);
    const write =
      'std::fs::write("src/lib.rs", "pub fn owned() {}").unwrap();\n    std::fs::write("../planted.txt", "x").unwrap();';
    await using preflight = await workspace.open();
    const report = await preflight.verify(await workspace.propose(withBuildScript(write)));
    expect(report.verdict).not.toBe('passed');
    expect(hashEverything(workspace.root)).toEqual(before);
    expect((await preflight.diagnose([])).build_ok).toBe(true);
  });

  it('shows build scripts no variable but those of a build', { timeout: SLOW }, async () => {
    await using workspace = await createCargoWorkspace();
    const look =
      'for (name, _) in std::env::vars() {\n        assert!(!name.contains("SECRET"), "{name}");\n    }';
    await using preflight = await workspace.open({
      env: { ...process.env, MY_SECRET: 'x', SECRET_KEY: 'y' },
    });
    const report = await preflight.verify(await workspace.propose(withBuildScript(look)), { gates: ['T3'] });
    expect(describeLast(report)).toBe('T3 passed');
  });

  it.each([
    '../outside.rs',
    '/etc/passwd',
    'shop/../../outside.rs',
    '.git/hooks/pre-commit',
    '.git/config',
    '.parseltongue/graph',
    'a//b.rs',
    './a.rs',
    'a\\..\\b.rs',
    '',
  ])('refuses the path "%s"', async (path) => {
    await using workspace = await createCargoWorkspace();
    await using preflight = await workspace.open();
    const proposal = await workspace.propose({ [LIB]: SHOP });
    const files = [{ path, before_hash: null, after: '' }];
    await expect(preflight.verify({ ...proposal, files })).rejects.toMatchObject({
      code: 'PT_PREFLIGHT_PATH_OUTSIDE',
    });
  });
});

describe('proposals that change under way', () => {
  async function passContent(workspace: CargoWorkspace): Promise<{
    proposal: Proposal;
    report: GateReport;
    preflight: Awaited<ReturnType<CargoWorkspace['open']>>;
  }> {
    const preflight = await workspace.open();
    const proposal = await workspace.propose({
      'till/src/extra.rs': '// nothing\n',
      [LIB]: SHOP.replace('Prices', 'All prices'),
    });
    const gated = await preflight.verify(proposal, { gates: ['T0'] });
    const [template] = gated.receipts;
    if (template === undefined) throw new Error('no receipt');
    const receipts = (['T0', 'T1', 'T3', 'T4', 'T5'] as const).map((gate) => ({
      ...template,
      gate,
      verdict: 'passed' as const,
    }));
    return { proposal, report: { ...gated, receipts, verdict: 'passed' }, preflight };
  }

  it('refuses receipts whose hash does not cover them', { timeout: SLOW }, async () => {
    await using workspace = await createCargoWorkspace();
    const { proposal, report, preflight } = await passContent(workspace);
    const before = hashEverything(workspace.root);
    await expect(preflight.apply(proposal, report, { verify: 'content' })).rejects.toMatchObject({
      code: 'PT_PREFLIGHT_NO_RECEIPT',
    });
    expect(hashEverything(workspace.root)).toEqual(before);
    await preflight[Symbol.asyncDispose]();
  });

  it('refuses the receipts of another proposal', { timeout: SLOW }, async () => {
    await using workspace = await createCargoWorkspace();
    const { report, preflight } = await passContent(workspace);
    const other = await workspace.propose({ [LIB]: 'pub fn owned() {}\n' });
    await expect(preflight.apply(other, seal(report), { verify: 'content' })).rejects.toMatchObject({
      code: 'PT_PREFLIGHT_NO_RECEIPT',
    });
    expect(workspace.read(LIB)).toBe(SHOP);
    await preflight[Symbol.asyncDispose]();
  });

  it('refuses a report without the gate that runs all tests', { timeout: SLOW }, async () => {
    await using workspace = await createCargoWorkspace();
    const { proposal, report, preflight } = await passContent(workspace);
    const short = { ...report, receipts: report.receipts.slice(0, -1) };
    await expect(preflight.apply(proposal, seal(short), { verify: 'content' })).rejects.toMatchObject({
      code: 'PT_PREFLIGHT_NO_RECEIPT',
    });
    await preflight[Symbol.asyncDispose]();
  });

  it('refuses to write through a folder that became a link', { timeout: SLOW }, async () => {
    await using workspace = await createCargoWorkspace();
    const { proposal, report, preflight } = await passContent(workspace);
    const elsewhere = join(workspace.stateDir, 'elsewhere');
    mkdirSync(elsewhere, { recursive: true });
    renameSync(join(workspace.root, 'till/src'), join(workspace.stateDir, 'src'));
    symlinkSync(elsewhere, join(workspace.root, 'till/src'));
    await expect(preflight.apply(proposal, seal(report), { verify: 'content' })).rejects.toThrow();
    expect(existsSync(join(elsewhere, 'extra.rs'))).toBe(false);
    await preflight[Symbol.asyncDispose]();
  });

  it('refuses to replace a file that became a link or a folder', { timeout: SLOW }, async () => {
    await using workspace = await createCargoWorkspace();
    const { proposal, report, preflight } = await passContent(workspace);
    const victim = join(workspace.stateDir, 'victim');
    writeFileSync(victim, SHOP);
    rmSync(join(workspace.root, LIB));
    symlinkSync(victim, join(workspace.root, LIB));
    await expect(preflight.apply(proposal, seal(report), { verify: 'content' })).rejects.toThrow();
    rmSync(join(workspace.root, LIB));
    mkdirSync(join(workspace.root, LIB));
    await expect(preflight.apply(proposal, seal(report), { verify: 'content' })).rejects.toThrow();
    expect(readFileSync(victim, 'utf8')).toBe(SHOP);
    await preflight[Symbol.asyncDispose]();
  });
});

/** The report with a hash over its receipts. */
function seal(report: GateReport): GateReport {
  return { ...report, receipt_hash: hash(canonicalJson(report.receipts)) };
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
