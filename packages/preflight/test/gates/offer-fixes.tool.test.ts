import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { locateAnalyzer, openAnalyzerGate } from '../../src/index.js';
import { type CargoWorkspace, createCargoWorkspace } from '../support/cargo-workspace.js';

const SLOW = 240_000;
const DOUBLE = join(import.meta.dirname, '..', 'support', 'analyzer-double.mjs');
const LIB = 'src/lib.rs';
const TEXT = `pub struct Config {
    pub retries: u32,
    pub name: String,
}

pub fn start() -> Config {
    Config { retries: 3 }
}
`;

const environment = Object.fromEntries(
  Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
);
const found = await locateAnalyzer({ cwd: import.meta.dirname, env: environment });
let workspace: CargoWorkspace;

beforeAll(async () => {
  workspace = await createCargoWorkspace({
    'Cargo.toml': '[package]\nname = "tiny"\nversion = "0.1.0"\nedition = "2021"\n[workspace]\n',
    'Cargo.lock': 'version = 4\n\n[[package]]\nname = "tiny"\nversion = "0.1.0"\n',
    '.gitignore': 'target/\n',
    [LIB]: TEXT,
  });
}, SLOW);
afterAll(() => workspace[Symbol.asyncDispose]());

function commandOf(script: Record<string, unknown>): [string, ...string[]] {
  const path = join(workspace.root, '..', `scene-${JSON.stringify(script).length}.json`);
  writeFileSync(path, JSON.stringify(script));
  return [process.execPath, DOUBLE, path];
}

describe('quick fixes for a tree that does not build', { timeout: SLOW }, () => {
  it('are offered at the place of each diagnostic, in bytes', async () => {
    const analyzerGate = openAnalyzerGate({ command: commandOf({}) });
    await using preflight = await workspace.open({ analyzerGate });
    const { diagnostics } = await preflight.diagnose([]);
    const fixes = await preflight.offerFixes([], diagnostics);
    expect(diagnostics.map(({ code }) => code)).toContain('E0063');
    const at = diagnostics.findIndex(({ code }) => code === 'E0063');
    const span = diagnostics[at]?.spans.find(({ is_primary }) => is_primary);
    expect(fixes).toMatchObject({ status: 'ran', tool: expect.stringContaining('double') as string });
    expect(fixes.status === 'ran' ? fixes.offers[at] : []).toEqual([
      {
        message: 'Fix it',
        applicability: 'MaybeIncorrect',
        replacements: [{ path: LIB, start: span?.start, end: span?.end, replacement: 'fixed' }],
      },
    ]);
  });

  it('are not run, with the reason, where no analyzer was given or it keeps ending', async () => {
    await using bare = await workspace.open();
    const { diagnostics } = await bare.diagnose([]);
    expect(await bare.offerFixes([], diagnostics)).toMatchObject({ status: 'not_run' });
    const crashing = openAnalyzerGate({
      command: commandOf({ crashOn: 'textDocument/codeAction' }),
      limits: { restartDelayMs: 5 },
    });
    await using preflight = await workspace.open({ analyzerGate: crashing });
    const fixes = await preflight.offerFixes([], diagnostics);
    expect(fixes.status === 'not_run' ? fixes.reason : '').toContain('codeAction');
  });

  it.runIf(found.status === 'found')('name a value for every missing field, by the real one', async () => {
    await using preflight = await workspace.open({ analyzerGate: openAnalyzerGate() });
    const changes = [
      { path: LIB, before_hash: hashOf(), after: TEXT.replace('retries: 3', '/* äé */ retries: 3') },
    ];
    const { diagnostics } = await preflight.diagnose(changes);
    const fixes = await preflight.offerFixes(changes, diagnostics);
    const texts = fixes.status === 'ran' ? fixes.offers.flat() : [];
    const fill = texts.find(({ message }) => message === 'Fill struct fields');
    expect(fill?.replacements.map(({ replacement }) => replacement).join('')).toContain(
      'name: String::new()',
    );
    const at = Buffer.from(changes[0]?.after ?? '').subarray(0, fill?.replacements[0]?.start);
    expect(at.toString('utf8').endsWith('/* äé */ retries: 3')).toBe(true);
  });
});

function hashOf(): string {
  return createHash('sha256').update(TEXT).digest('hex');
}
