import { assembleFile, type Chunk } from '@parseltongue/isg-core';
import { describe, expect, it } from 'vitest';
import { openChunker } from '../../../src/index.js';
import { openRepository } from '../../support/temporary-repository.js';

async function chunk(text: string): Promise<Chunk[]> {
  using repository = openRepository();
  await using chunker = await openChunker(repository.root);
  const { rows } = await chunker.chunkFile({ path: 'src/lib.rs', text });
  const { text: assembled, spans } = assembleFile(rows);
  expect(assembled).toBe(text);
  const bytes = Buffer.from(text);
  const parents = new Set(rows.map((row) => row.parent_key));
  const wrong = rows.filter((row) => {
    const own = bytes.subarray(row.span.start, row.span.end).toString();
    const placed = spans.get(row.isgl1_key);
    const isLeaf = !parents.has(row.isgl1_key);
    return (
      placed?.start !== row.span.start || placed.end !== row.span.end || (isLeaf && own !== row.current_code)
    );
  });
  expect(wrong).toEqual([]);
  return rows;
}

const names = (rows: readonly Chunk[]) => rows.map((row) => row.name);

describe('text forms', () => {
  it.each([
    ['an empty file', '', ['_']],
    ['only a comment', '// nothing', ['_']],
    ['no final line break', 'fn a() {}', ['_', 'a']],
    ['CRLF', '/// Doc.\r\n#[inline]\r\nfn a() {\r\n}\r\n\r\nfn b() {}\r\n', ['_', 'a', 'b']],
    ['CR only', 'fn a() {}\rfn b() {}\r', ['_', 'a', 'b']],
    ['a byte order mark', '\ufefffn a() {}\n', ['_', 'a']],
    ['a shebang', '#!/usr/bin/env run\nfn a() {}\n', ['_', 'a']],
    [
      'accents and emoji',
      'const S: &str = "é🦀é";\n/// 🦀\nfn é() { "🦀" }\nfn b() {}\n',
      ['_', 'S', 'é', 'b'],
    ],
    ['raw strings with quotes', 'const A: &str = r##"fn x() { "# "##;\nfn b() {}', ['_', 'A', 'b']],
    ['nested block comments', '/* fn x() { /* } */ */ fn b() {}', ['_', 'b']],
    ['a NUL character', 'fn a() {}\0\nfn b() {}', ['_', 'a', 'b']],
  ])('reads %s', async (_, text, expected) => {
    expect(names(await chunk(text))).toEqual(expected);
  });

  it('finds items behind characters of four bytes at every place of the parser buffer', async () => {
    for (const shift of [0, 1, 2, 3]) {
      const text = `${' '.repeat(shift)}// ${'🦀'.repeat(9000)}\nfn a() {}\n// ${'𐲝'.repeat(7000)}\nfn b() { '𐲝' }\n`;
      expect(names(await chunk(text))).toEqual(['_', 'a', 'b']);
    }
  });

  it('takes attributes, doc comments and what stands between them with the item', async () => {
    const rows = await chunk(
      'fn a() {}\n\n// apart\n\n/// Doc.\n// between\n#[inline]\n/** More. */\npub fn b() {}\n',
    );
    expect(rows[2]?.current_code).toBe('/// Doc.\n// between\n#[inline]\n/** More. */\npub fn b() {}');
    expect(rows[2]?.doc).toBe('Doc.\nMore.');
    expect(rows[2]?.line).toBe(5);
    expect(rows[0]?.current_code).toBe('\n\n// apart\n\n\n');
  });

  it('leaves doc comments that document nothing with the row around them', async () => {
    const rows = await chunk(
      'mod m {\n    fn a() {}\n    /// Lost.\n}\n\n/// Also lost.\nuse std::fmt;\nfn b() {}\n',
    );
    expect(rows.map((row) => row.doc)).toEqual(['', '', '', '']);
    expect(rows[1]?.current_code).toBe('mod m {\n    \n    /// Lost.\n}');
  });

  it('survives 5,000 nested blocks and modules', async () => {
    const depth = 5000;
    const rows = await chunk(`fn a() ${'{'.repeat(depth)}${'}'.repeat(depth)}\nfn b() {}`);
    expect(names(rows)).toEqual(['_', 'a', 'b']);
    const modules = await chunk(`${'mod m {'.repeat(500)}${'}'.repeat(500)}`);
    expect(modules).toHaveLength(1 + 64); // deeper ones stay in the text of the last
  });

  it('reads a file of 100,000 lines', async () => {
    const text = Array.from(
      { length: 25_000 },
      (_, i) => `/// Number ${i}.\nfn f${i}() {\n    g();\n}\n`,
    ).join('');
    expect(await chunk(text)).toHaveLength(25_001);
  });
});
