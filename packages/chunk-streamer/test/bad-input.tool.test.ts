import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { assembleFile, type Chunk, IndexRecordSchema } from '@parseltongue/isg-core';
import { describe, expect, it } from 'vitest';
import { openChunker, openIncrementalStream, streamChunks } from '../src/index.js';
import { collectStream } from './support/collect-stream.js';
import { openRepository } from './support/temporary-repository.js';

const GENEROUS_MS = 120_000;

async function chunk(text: string): Promise<{ rows: Chunk[]; messages: string[] }> {
  using repository = openRepository();
  await using chunker = await openChunker(repository.root);
  const { rows, diagnostics } = await chunker.chunkFile({ path: 'src/lib.rs', text });
  expect(assembleFile(rows).text).toBe(text);
  expect(new Set(rows.map((row) => row.isgl1_key)).size).toBe(rows.length);
  return { rows, messages: diagnostics.map((found) => found.message) };
}

const names = (rows: readonly Chunk[]) => rows.slice(1).map((row) => row.name);

/** Streams a repository and checks what holds for every stream. */
async function stream(root: string) {
  const collected = await collectStream(streamChunks(root, { workers: 1 }));
  for (const record of collected.records) IndexRecordSchema.parse(record);
  const keys = new Set([...collected.rows.values()].flat().map((row) => row.isgl1_key));
  for (const { from, to } of collected.edges) expect([keys.has(from), keys.has(to)]).toEqual([true, true]);
  return collected;
}

describe('bad input', { timeout: 180_000 }, () => {
  it('with carriage returns alone as line ends is cut into items', async () => {
    const { rows } = await chunk('fn a() {}\rstruct B;\rimpl B {\r  fn c() {}\r}\r');
    expect(names(rows)).toEqual(['a', 'B', '@B', 'c']);
  });

  it('with a shebang and a byte order mark keeps both in the file row', async () => {
    const { rows } = await chunk('\ufeff#!/usr/bin/env run-cargo-script\n//! Doc.\nfn main() {}\n');
    expect(names(rows)).toEqual(['main']);
    expect(rows[0]?.current_code).toContain('#!/usr/bin/env');
  });

  it('with raw strings full of quotes and items sees the items of the code alone', async () => {
    const text =
      'const A: &str = r##"fn no() {} "# }"##;\nfn yes() { let s = r#""} fn also_no() {"#; }\nfn last() {}\n';
    const { rows } = await chunk(text);
    expect(names(rows)).toEqual(['A', 'yes', 'last']);
  });

  it('of one hundred thousand lines is cut into a row an item', { timeout: GENEROUS_MS }, async () => {
    const items = Array.from(
      { length: 20_000 },
      (_, i) => `/// Number ${i}.\nfn f${i}() {\n    f0();\n}\n\n`,
    );
    const { rows } = await chunk(items.join(''));
    expect(rows).toHaveLength(20_001);
  });

  it.each([
    ['braces', '{', '}'],
    ['parentheses', '(', ')'],
    ['brackets', '[', ']'],
    ['modules', 'mod m {', '}'],
    ['type arguments', 'A<', '>'],
    ['negations', '!', ''],
  ])('with five thousand nested %s never fails', { timeout: GENEROUS_MS }, async (_, open, close) => {
    const depth = 5000;
    const nested = `${open.repeat(depth)}${close.repeat(depth)}`;
    const isItems = open.startsWith('mod');
    const { rows } = await chunk(
      isItems ? `${nested}\nfn after() {}\n` : `fn deep() { let x = ${nested}; }\nfn after() {}\n`,
    );
    expect(rows.length).toBeLessThan(70);
    expect(rows[0]?.kind).toBe('file');
  });

  it('that is nothing but macros keeps every call and definition apart', async () => {
    const calls = Array.from({ length: 300 }, (_, i) => `make! { $ ${i} => { fn g${i}() {} } @ # }\n`).join(
      '',
    );
    const { rows } = await chunk(`macro_rules! make { ($($t:tt)*) => { $($t)* }; }\n${calls}`);
    expect(rows.filter((row) => row.kind === 'macro_call')).toHaveLength(300);
  });

  it('with missing and cyclic modules resolves the rest', async () => {
    using repository = openRepository({
      'Cargo.toml': '[package]\nname = "p"\nversion = "0.1.0"\n',
      'src/lib.rs': 'mod gone;\nmod a;\n#[path = "lib.rs"]\nmod again;\npub fn run() { a::one(); }\n',
      'src/a.rs': '#[path = "b.rs"]\nmod b;\npub fn one() { b::two(); }\n',
      'src/b.rs': '#[path = "a.rs"]\nmod a;\npub fn two() { a::one(); }\n',
    });
    const { edges } = await stream(repository.root);
    const calls = edges.filter((edge) => edge.kind === 'calls').map((edge) => `${edge.from} ${edge.to}`);
    expect(calls).toContain('src/lib.rs-_-run src/a.rs-_-one');
    expect(calls).toContain('src/a.rs-_-one src/b.rs-_-two');
  });

  it('of two crates with one name keeps their edges apart', async () => {
    const manifest = '[package]\nname = "same"\nversion = "0.1.0"\n';
    using repository = openRepository({
      'x/Cargo.toml': manifest,
      'x/src/lib.rs': 'pub fn f() { g() }\nfn g() {}\n',
      'y/Cargo.toml': manifest,
      'y/src/lib.rs': 'pub fn f() { g() }\nfn g() {}\n',
      'z/Cargo.toml': '[package]\nname = "z"\nversion = "0.1.0"\n[dependencies]\nsame = { path = "../y" }\n',
      'z/src/lib.rs': 'pub fn h() { same::f() }\n',
    });
    const { edges } = await stream(repository.root);
    const calls = edges.filter((edge) => edge.kind === 'calls').map((edge) => `${edge.from} ${edge.to}`);
    expect(calls.sort()).toEqual([
      'x/src/lib.rs-_-f x/src/lib.rs-_-g',
      'y/src/lib.rs-_-f y/src/lib.rs-_-g',
      'z/src/lib.rs-_-h y/src/lib.rs-_-f',
    ]);
  });

  it('of a workspace with five hundred members is streamed whole', { timeout: GENEROUS_MS }, async () => {
    const files: Record<string, string> = { 'Cargo.toml': '[workspace]\nmembers = ["m*"]\n' };
    for (let i = 0; i < 500; i += 1) {
      const before = i === 0 ? '' : `[dependencies]\nm${i - 1} = { path = "../m${i - 1}" }\n`;
      files[`m${i}/Cargo.toml`] = `[package]\nname = "m${i}"\nversion = "0.1.0"\n${before}`;
      files[`m${i}/src/lib.rs`] = `pub fn f${i}() { ${i === 0 ? '' : `m${i - 1}::f${i - 1}()`} }\n`;
    }
    using repository = openRepository(files);
    const { ledger, edges } = await stream(repository.root);
    expect(ledger.indexed).toBe(500);
    expect(edges.filter((edge) => edge.kind === 'calls')).toHaveLength(499);
  });

  it('that is written while it is read gives rows and a hash of one and the same text', {
    timeout: GENEROUS_MS,
  }, async () => {
    using repository = openRepository({ 'a.rs': 'fn a() {}\n' });
    const script = `
      const { writeFileSync } = require('node:fs');
      const texts = [1, 2, 3].map((n) => ('fn a' + n + '() { ' + 'x(); '.repeat(n * 20000) + '}\\n').repeat(n));
      process.stdout.write('ready');
      for (let i = 0; ; i += 1) writeFileSync(process.argv[1], texts[i % 3]);`;
    const writer = spawn(process.execPath, ['--eval', script, join(repository.root, 'a.rs')]);
    await using incremental = await openIncrementalStream(repository.root, { workers: 1 });
    try {
      await once(writer.stdout, 'data');
      for (let round = 0; round < 6; round += 1) {
        const { files, rows, ledger } = await collectStream(incremental.update());
        expect(ledger.seen).toBe(1);
        const file = files.get('a.rs');
        if (file === undefined) continue;
        const { text } = assembleFile(rows.get('a.rs') ?? []);
        expect(createHash('sha256').update(text).digest('hex')).toBe(file.hash);
      }
    } finally {
      writer.kill('SIGKILL');
      await once(writer, 'close');
    }
    repository.write('a.rs', 'fn done() {}\n');
    const { rows } = await collectStream(incremental.update());
    expect(names(rows.get('a.rs') ?? [])).toEqual(['done']);
  });
});
