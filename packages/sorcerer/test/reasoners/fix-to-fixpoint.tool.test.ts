import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Diagnosis,
  FIX_POLICIES,
  type FixPolicy,
  type FixWorld,
  fixToFixpoint,
} from '../../src/index.js';
import { type RustcMessage, readRustcCase, toDiagnostic } from '../fakes/rustc-diagnostics.js';

let dir = '';
const [sure] = FIX_POLICIES as [FixPolicy];

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'fixpoint-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** A crate on disk; every diagnosis compiles a copy of it with the changes on top. */
function openCrate(name: string, files: Record<string, string>): FixWorld & { builds: () => number } {
  const root = join(dir, name);
  const target = join(dir, `${name}-target`);
  const manifest = '[package]\nname = "tiny"\nversion = "0.1.0"\nedition = "2021"\n[workspace]\n';
  for (const [path, text] of Object.entries({ 'Cargo.toml': manifest, ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  let builds = 0;
  return {
    builds: () => builds,
    readText(path) {
      const text = readFileSync(join(root, path), 'utf8');
      return Promise.resolve({ text, hash: createHash('sha256').update(text).digest('hex') });
    },
    diagnose(changes, { clippy }) {
      builds += 1;
      const shadow = join(dir, `${name}-shadow`);
      rmSync(shadow, { recursive: true, force: true });
      cpSync(root, shadow, { recursive: true });
      for (const { path, after } of changes) writeFileSync(join(shadow, path), after ?? '');
      return Promise.resolve(runCargo(shadow, target, clippy));
    },
  };
}

function runCargo(cwd: string, target: string, clippy: boolean): Diagnosis {
  const args = [clippy ? 'clippy' : 'check', '--offline', '--message-format=json', '--target-dir', target];
  const { stdout, status } = spawnSync('cargo', args, { cwd, encoding: 'utf8' });
  const messages = stdout
    .split('\n')
    .filter((line) => line.includes('"compiler-message"'))
    .map((line) => (JSON.parse(line) as { message: RustcMessage }).message)
    .filter(({ level }) => level === 'error' || level === 'warning');
  const diagnostics = messages.map((message) => toDiagnostic(message, clippy ? 'clippy' : 'rustc'));
  return { build_ok: status === 0, diagnostics, environment_problem: null };
}

describe('fixToFixpoint with the real compiler', () => {
  it('repairs faults that hide one another, round after round', { timeout: 120_000 }, async () => {
    const names = ['e0432', 'e0027', 'e0599', 'e0308', 'e0170', 'unused', 'e0507', 'two_imports'];
    const files = Object.fromEntries(
      names.map((name) => [
        `src/${name}.rs`,
        readRustcCase(name).source.replaceAll('crate::shapes', 'crate::e0432::shapes'),
      ]),
    );
    const crate = openCrate('many', {
      ...files,
      'src/lib.rs': names.map((name) => `pub mod ${name};\n`).join(''),
    });
    const result = await fixToFixpoint(crate, { policy: sure, clippy: false });
    expect(result).toMatchObject({ status: 'fixed', remaining: [] });
    const after = new Map(result.files.map((file) => [file.path, file.after]));
    expect(after.get('src/e0432.rs')).toContain('pub fn area(c: &Circle)');
    expect(after.get('src/e0027.rs')).toContain('let P { x, y, z: _ } = p;');
    expect(after.get('src/e0170.rs')).toContain('Dir::Up => "up"');
    expect(after.get('src/unused.rs')).toContain('let a = 1;');
    expect((await crate.diagnose(result.files, { clippy: false })).build_ok).toBe(true);
    expect(result.rounds).toBeLessThanOrEqual(8);
  });

  it('takes back a suggestion whose own text does not resolve', { timeout: 60_000 }, async () => {
    const wrong = {
      message: 'there is a method with a similar name',
      applicability: 'MachineApplicable' as const,
      replacements: [{ path: 'src/lib.rs', start: 19, end: 20, replacement: 'nowhere::x()' }],
    };
    const crate = openCrate('wrong', { 'src/lib.rs': 'pub fn f() -> u8 { y }\n' });
    const misled: FixWorld = {
      readText: (path) => crate.readText(path),
      diagnose: async (changes, options) => {
        const said = await crate.diagnose(changes, options);
        if (changes.length > 0) return said;
        return {
          ...said,
          diagnostics: said.diagnostics.map((error) => ({ ...error, suggestions: [wrong] })),
        };
      },
    };
    const result = await fixToFixpoint(misled, { policy: sure, clippy: false });
    expect(result).toMatchObject({ status: 'none_found', files: [], fixes: [] });
    expect(result.notes[0]).toContain('Took back');
  });

  it('picks the import after which the code compiles', { timeout: 60_000 }, async () => {
    const crate = openCrate('choice', { 'src/lib.rs': readRustcCase('rc_or_arc').source });
    const result = await fixToFixpoint(crate, { policy: sure, clippy: false });
    expect(result.files[0]?.after).toMatch(/^use crate::b::Thing;/);
    expect(result).toMatchObject({ status: 'fixed', remaining: [] });
  });

  it('asks clippy only when told to and only once the build is clean', { timeout: 60_000 }, async () => {
    const source = readRustcCase('swapped').source;
    const plain = await fixToFixpoint(openCrate('plain', { 'src/lib.rs': source }), {
      policy: sure,
      clippy: false,
    });
    expect(plain.status).toBe('none_needed');
    const linted = await fixToFixpoint(openCrate('linted', { 'src/lib.rs': source }), {
      policy: sure,
      clippy: true,
    });
    expect(linted.files[0]?.after).toContain('std::mem::swap(&mut a, &mut b);');
  });

  it('says so when nothing applies', { timeout: 60_000 }, async () => {
    const crate = openCrate('hopeless', { 'src/lib.rs': readRustcCase('e0004').source });
    const result = await fixToFixpoint(crate, { policy: sure, clippy: true });
    expect(result).toMatchObject({ status: 'none_found', files: [], remaining: [{ code: 'E0004' }] });
    expect(crate.builds()).toBe(1);
  });
});
