import { createHash } from 'node:crypto';
import type { CompilerDiagnostic, FileChange } from '@parseltongue/isg-core';
import { CompilerDiagnosticSchema } from '@parseltongue/isg-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Preflight } from '../../src/index.js';
import { type CargoWorkspace, createCargoWorkspace, SHOP_FILES } from '../support/cargo-workspace.js';

const LIB = 'till/src/lib.rs';
const SLOW = 120_000;
const BEFORE = SHOP_FILES[LIB] ?? '';

let workspace: CargoWorkspace;
let preflight: Preflight;

beforeAll(async () => {
  workspace = await createCargoWorkspace();
  preflight = await workspace.open();
});

afterAll(async () => {
  await preflight[Symbol.asyncDispose]();
  await workspace[Symbol.asyncDispose]();
});

function change(after: string): FileChange[] {
  return [{ path: LIB, before_hash: createHash('sha256').update(BEFORE).digest('hex'), after }];
}

/** The text after each alternative of a diagnostic was applied on its own. */
function applySuggestions(text: string, diagnostic: CompilerDiagnostic | undefined): string[] {
  return (diagnostic?.suggestions ?? []).map((suggestion) => {
    const parts = [...suggestion.replacements].sort((a, b) => b.start - a.start);
    return parts
      .reduce(
        (bytes, part) =>
          Buffer.concat([
            bytes.subarray(0, part.start),
            Buffer.from(part.replacement),
            bytes.subarray(part.end),
          ]),
        Buffer.from(text),
      )
      .toString();
  });
}

async function diagnose(after: string): Promise<CompilerDiagnostic[]> {
  const report = await preflight.diagnose(change(after));
  for (const diagnostic of report.diagnostics) CompilerDiagnosticSchema.parse(diagnostic);
  return report.diagnostics;
}

describe('diagnose', () => {
  it('says what ran on a tree that builds', { timeout: SLOW }, async () => {
    const report = await preflight.diagnose([]);
    expect(report).toMatchObject({
      build_ok: true,
      diagnostics: [],
      environment_problem: null,
      clippy: { status: 'not_run' },
    });
    expect(report.ran).toEqual([
      [
        'cargo',
        'check',
        '--workspace',
        '--tests',
        '--examples',
        '--keep-going',
        '--message-format=json',
        '--offline',
        '--locked',
      ],
    ]);
    expect(report.toolchain).toMatch(/^rustc [\s\S]*\ncargo /);
  });

  it('splits alternatives of one help, each applying cleanly', { timeout: SLOW }, async () => {
    const text = `${BEFORE}\npub fn first() -> Ordering {\n    todo!()\n}\n`;
    const [error] = await diagnose(text);
    expect(error).toMatchObject({
      code: 'E0425',
      tool: 'rustc',
      row_key: `${LIB}-_-first`,
      package_name: 'till',
    });
    const results = applySuggestions(text, error);
    expect(results).toContain(`use std::cmp::Ordering;\n\n${text}`);
    expect(results).toContain(`use std::sync::atomic::Ordering;\n\n${text}`);
  });

  it('keeps the parts of one suggestion together and counts lib and lib test once', {
    timeout: SLOW,
  }, async () => {
    const text = `// Grüße\n${BEFORE}\npub fn pair() -> (u32) {\n    let mut five = 5;\n    five\n}\n`;
    const found = await diagnose(text);
    expect(found.map((diagnostic) => diagnostic.code)).toEqual(['unused_parens', 'unused_mut']);
    expect(applySuggestions(text, found[0])).toEqual([text.replace('(u32)', 'u32')]);
    expect(applySuggestions(text, found[1])).toEqual([text.replace('let mut five', 'let five')]);
    expect(found[1]?.suggestions[0]?.applicability).toBe('MachineApplicable');
  });

  it('places an error made by a macro of another crate at the call', { timeout: SLOW }, async () => {
    const text = `${BEFORE}\npub fn check() {\n    assert_eq!(1, "one");\n}\n`;
    const [error] = await diagnose(text);
    expect(error?.row_key).toBe(`${LIB}-_-check`);
    expect(Buffer.from(text).subarray(error?.spans[0]?.start, error?.spans[0]?.end).toString()).toContain(
      'assert_eq!',
    );
    expect(error?.suggestions).toEqual([]);
  });

  it('asks clippy on request', { timeout: SLOW }, async () => {
    const report = await preflight.diagnose(
      change(`${BEFORE}\npub fn yes(a: bool) -> bool {\n    if a { true } else { false }\n}\n`),
      { clippy: true },
    );
    expect(report.clippy).toEqual({ status: 'ran', reason: null });
    expect(report.diagnostics.map((diagnostic) => [diagnostic.tool, diagnostic.code])).toEqual([
      ['clippy', 'clippy::needless_bool'],
    ]);
  });

  it('reports a broken manifest as an environment problem, not as a compile error', {
    timeout: SLOW,
  }, async () => {
    const manifest = workspace.read('till/Cargo.toml');
    const hash = createHash('sha256').update(manifest).digest('hex');
    const report = await preflight.diagnose([
      { path: 'till/Cargo.toml', before_hash: hash, after: `${manifest}\n[broken` },
    ]);
    expect(report).toMatchObject({ build_ok: false, diagnostics: [] });
    expect(report.environment_problem).toContain('till/Cargo.toml');
  });

  it('brings an outdated lock file up to date in the shadow only', { timeout: SLOW }, async () => {
    await using other = await createCargoWorkspace({ ...SHOP_FILES, 'Cargo.lock': 'version = 4\n' });
    await using opened = await other.open();
    const report = await opened.diagnose([]);
    expect([report.build_ok, report.environment_problem]).toEqual([true, null]);
    expect(other.read('Cargo.lock')).toBe('version = 4\n');
  });

  it('refuses to open without a manifest or outside git', async () => {
    await using other = await createCargoWorkspace({ 'readme.txt': 'nothing here' });
    await expect(other.open()).rejects.toMatchObject({ code: 'PT_PREFLIGHT_NO_MANIFEST' });
    other.write('../plain/Cargo.toml', '[workspace]\n');
    await expect(other.open({ root: `${other.root}/../plain` })).rejects.toMatchObject({
      code: 'PT_PREFLIGHT_NOT_GIT',
    });
    other.write('Cargo.toml', '[workspace]\n');
    const env = { PATH: '/usr/bin:/bin', HOME: '/nonexistent' };
    await expect(other.open({ env })).rejects.toMatchObject({ code: 'PT_PREFLIGHT_TOOL_MISSING' });
  });
});
