import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GateReceipt } from '@parseltongue/isg-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AnalyzerLimits, locateAnalyzer, openAnalyzerGate, renameItem } from '../../src/index.js';
import { type CargoWorkspace, createCargoWorkspace } from '../support/cargo-workspace.js';

const LIB = 'shop/src/lib.rs';
const SLOW = 120_000;
const DOUBLE = join(import.meta.dirname, '..', 'support', 'analyzer-double.mjs');

let workspace: CargoWorkspace;
let scenes = 0;

beforeAll(async () => {
  workspace = await createCargoWorkspace();
}, SLOW);

afterAll(() => workspace[Symbol.asyncDispose]());

interface Scene {
  script: Record<string, unknown>;
  limits?: AnalyzerLimits;
  isTrusted?: boolean;
}

/** Judges texts one after the other with one server that follows a script. */
async function judge(scene: Scene, ...changes: Record<string, string | null>[]): Promise<GateReceipt[]> {
  const command = writeScene(scene.script);
  const { limits = {}, isTrusted = true } = scene;
  const gate = openAnalyzerGate({ command, isTrusted, limits: { restartDelayMs: 5, ...limits } });
  await using preflight = await workspace.open({ analyzerGate: gate });
  const receipts: GateReceipt[] = [];
  for (const change of changes) {
    const report = await preflight.verify(await workspace.propose(change), { gates: ['T2'] });
    receipts.push(...report.receipts);
  }
  return receipts;
}

function writeScene(script: Record<string, unknown>): [string, ...string[]] {
  scenes += 1;
  const path = join(workspace.root, '..', `scene-${scenes}.json`);
  writeFileSync(path, JSON.stringify(script));
  return [process.execPath, DOUBLE, path];
}

function append(text: string): Record<string, string> {
  return { [LIB]: `${workspace.read(LIB)}${text}` };
}

const GOOD = '\npub fn more() -> u32 {\n    1\n}\n';
const BAD = '\npub fn more() -> u32 { "x" }\n';

describe('T2 and the ways of a language server', { timeout: SLOW }, () => {
  it('rejects what is new and passes what is not, with one server for both', async () => {
    const log = join(workspace.root, '..', 'methods.log');
    const [bad, good] = await judge({ script: { log } }, append(BAD), append(GOOD));
    expect([bad?.verdict, good?.verdict]).toEqual(['failed', 'passed']);
    expect(bad?.new_diagnostics).toMatchObject([
      { tool: 'rust-analyzer', level: 'error', code: 'E0308', row_key: 'shop/src/lib.rs-_-more' },
    ]);
    expect(bad?.reason).toContain(`${LIB}:`);
    const methods = readFileSync(log, 'utf8').split('\n');
    expect(methods.filter((method) => method === 'initialize')).toHaveLength(1);
    expect(methods.at(-2)).toBe('shutdown');
  });

  it('asks again what a server said of nothing while it loaded a new file', async () => {
    const [receipt] = await judge(
      { script: { reloadsForNewFiles: true } },
      { 'shop/src/tax.rs': BAD.trimStart() },
    );
    expect([receipt?.verdict, receipt?.new_diagnostics[0]?.code]).toEqual(['failed', 'E0308']);
  });

  it('counts characters as the server does', async () => {
    for (const encoding of ['utf-8', 'utf-16']) {
      const text = '\npub fn more() -> u32 { /* äé😀 */ "x" }\n';
      const [receipt] = await judge({ script: { encoding } }, append(text));
      const [span] = receipt?.new_diagnostics[0]?.spans ?? [];
      const after = Buffer.from(append(text)[LIB] ?? '');
      expect(after.toString('utf8', span?.start, span?.end)).toBe('"x"');
    }
  });

  it('blames a proposal for no fault the untouched tree has', async () => {
    const before = workspace.read(LIB);
    workspace.write(LIB, `${before}${BAD.replace('more', 'older')}`);
    const [receipt] = await judge({ script: {} }, append(GOOD));
    workspace.write(LIB, before);
    expect([receipt?.verdict, receipt?.new_diagnostics]).toEqual(['passed', []]);
  });

  it('asks again when the server says that the content changed', async () => {
    const [receipt] = await judge({ script: { modified: 5 } }, append(BAD));
    expect(receipt?.verdict).toBe('failed');
  });

  it('hands the fixes of the server out as suggestions in bytes', async () => {
    const [receipt] = await judge({ script: {} }, append(BAD));
    const [diagnostic] = receipt?.new_diagnostics ?? [];
    const [span] = diagnostic?.spans ?? [];
    expect(diagnostic?.suggestions).toEqual([
      {
        message: 'Fix it',
        applicability: 'MaybeIncorrect',
        replacements: [{ path: LIB, start: span?.start, end: span?.end, replacement: 'fixed' }],
      },
    ]);
  });

  it('waits for a server that loads slowly', async () => {
    const [receipt] = await judge({ script: { startDelayMs: 1500 } }, append(BAD));
    expect(receipt?.verdict).toBe('failed');
  });

  it('only advises when the probe is not answered as it must be', async () => {
    const [receipt] = await judge({ script: { deaf: true } }, append(BAD));
    expect(receipt?.verdict).toBe('not_run');
    expect(receipt?.reason).toContain('canary in shop/src/lib.rs: expected E0308 E0425, heard nothing');
  });

  it('only advises when the server says that it could not load what it needs', async () => {
    const script = { health: 'warning', message: 'Failed to load the proc-macro server' };
    const [receipt] = await judge({ script }, append(BAD));
    expect(receipt?.verdict).toBe('not_run');
    expect(receipt?.new_diagnostics).toMatchObject([{ level: 'warning', code: 'E0308' }]);
  });

  it('trusts a server whose trouble is with a package the change does not touch', async () => {
    const script = { health: 'warning', message: 'build script of till ended with 1' };
    const [receipt] = await judge({ script }, append(BAD));
    expect(receipt?.verdict).toBe('failed');
  });

  it('only advises when build scripts and macros may not run', async () => {
    const [receipt] = await judge({ script: {}, isTrusted: false }, append(BAD));
    expect([receipt?.verdict, receipt?.reason]).toEqual(['not_run', expect.stringContaining('not run')]);
  });

  it('starts a server that crashed again and judges', async () => {
    const script = { crashOn: 'textDocument/diagnostic', crashOnce: true };
    const [receipt] = await judge({ script }, append(BAD));
    expect(receipt?.verdict).toBe('failed');
  });

  it('gives a server up that crashes each time, and says so', async () => {
    const script = { crashOn: 'textDocument/diagnostic' };
    const [first, second] = await judge({ script }, append(BAD), append(BAD));
    expect([first?.verdict, second?.verdict]).toEqual(['not_run', 'not_run']);
    expect(first?.reason).toContain('exit code 3');
    expect(second?.reason).toContain('in a row');
  });

  it('kills a server that does not answer in time', async () => {
    const script = { hangOn: 'textDocument/diagnostic' };
    const [receipt] = await judge({ script, limits: { requestTimeoutMs: 300 } }, append(BAD));
    expect(receipt?.verdict).toBe('not_run');
    expect(receipt?.reason).toContain('within 300 ms');
  });

  it('kills a server that never finishes loading', async () => {
    const script = { neverQuiescent: true };
    const [receipt] = await judge({ script, limits: { startTimeoutMs: 1500 } }, append(BAD));
    expect(receipt?.reason).toContain('not loaded within 1500 ms');
  });

  it('kills a server that takes more memory than it may', async () => {
    const limits = { maxResidentBytes: 200 * 2 ** 20, memoryPollMs: 20 };
    const [receipt] = await judge({ script: { hogMiB: 400, neverQuiescent: true }, limits }, append(BAD));
    expect(receipt?.verdict).toBe('not_run');
    expect(receipt?.reason).toContain('may take 200 MiB');
  });

  it('ends at once when the caller gives up', async () => {
    const gate = openAnalyzerGate({ command: writeScene({ hangOn: 'textDocument/diagnostic' }) });
    await using preflight = await workspace.open({ analyzerGate: gate });
    const proposal = await workspace.propose(append(BAD));
    const signal = AbortSignal.timeout(1500);
    await expect(preflight.verify(proposal, { gates: ['T2'], signal })).rejects.toThrow(/abort|time/i);
  });

  it('says how to get an analyzer where there is none', async () => {
    await using preflight = await workspace.open({
      analyzerGate: openAnalyzerGate({ command: [join(workspace.root, 'no-such-program')] }),
    });
    const report = await preflight.verify(await workspace.propose(append(BAD)), { gates: ['T2'] });
    expect(report.receipts[0]).toMatchObject({ verdict: 'not_run', new_diagnostics: [] });
    expect(report.receipts[0]?.reason).toContain('rustup component add rust-analyzer rust-src');
  });
});

describe('renameItem', { timeout: SLOW }, () => {
  it('answers every place of the name in bytes and leaves the tree alone', async () => {
    const before = workspace.read(LIB);
    const replacements = await renameItem({
      treeDir: workspace.root,
      workDir: join(workspace.root, '..', 'rename'),
      env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' },
      command: writeScene({}),
      path: LIB,
      offset: before.indexOf('discount'),
      newName: 'rebate',
    });
    const bytes = Buffer.from(before);
    const old = replacements?.map(({ start, end }) => bytes.toString('utf8', start, end));
    expect(new Set(old)).toEqual(new Set(['discount']));
    expect(old).toHaveLength(before.match(/\bdiscount\b/g)?.length ?? 0);
    expect(workspace.read(LIB)).toBe(before);
  });
});

describe('locateAnalyzer', { timeout: SLOW }, () => {
  it('runs what it finds and takes no name for a proof', async () => {
    const command = writeScene({ version: '1.2.3 (abc 2026-01-01)' });
    const env = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' };
    const found = await locateAnalyzer({ cwd: workspace.root, env, command });
    expect(found).toMatchObject({ status: 'found', version: '1.2.3' });
    const liar = await locateAnalyzer({ cwd: workspace.root, env, command: [process.execPath] });
    expect(liar.status).toBe('absent');
  });

  it("leaves the user's tree alone", () => {
    expect(existsSync(join(workspace.root, 'target'))).toBe(false);
  });
});
