import type { Chunk, FileChunks } from '@parseltongue/isg-core';
import { describe, expect, it } from 'vitest';
import { openChunker } from '../../../src/index.js';
import { FIXTURE_CASES, fixtureFiles, fixtureText } from '../../support/read-fixture.js';
import { openRepository } from '../../support/temporary-repository.js';

async function chunk(texts: readonly string[]): Promise<FileChunks[]> {
  using repository = openRepository();
  await using chunker = await openChunker(repository.root);
  const chunks: FileChunks[] = [];
  for (const text of texts) chunks.push(await chunker.chunkFile({ path: 'src/a.rs', text }));
  return chunks;
}

// Nothing but the parser with error recovery reads an identifier outside ASCII; it stands last and changes no other row.
const BY_THE_PARSER = '\nfn größe() {}\n';

function itemsOf(chunks: FileChunks | undefined): Chunk[] {
  return (chunks?.rows ?? []).slice(1).filter(({ name }) => name !== 'größe');
}

describe('a text without an error', () => {
  it.each(FIXTURE_CASES)('has the rows that its syntax tree has: fixture %s', async (name) => {
    for (const path of fixtureFiles(name)) {
      const text = fixtureText(name, path);
      const [plain, parsed] = await chunk([text, text + BY_THE_PARSER]);
      if ((plain?.diagnostics.length ?? 0) > 0) continue;
      expect(itemsOf(plain)).toEqual(itemsOf(parsed));
    }
  });
});

describe('a text with an error', () => {
  it.each([
    ['a keyword for a value', 'fn f() { fn }'],
    ['an attribute that starts with no path', '#[*/cfg(test)]\nfn f() {}'],
    ['an inner attribute without a path at the start', '#![*/cfg(test)]\nfn f() {}'],
    ['an attribute that goes on with anything', '#[cfg > (test)]\nfn f() {}'],
    ['a quote of its own', "impl<T> Clone for Iter<'> {}"],
    ['an escape that is none', "const A: char = '\\u{///f4f}';"],
    ['a byte of two characters', "const A: u8 = b'\"0';"],
    ['an escape without its digits', 'const A: &str = "\\x1i";'],
    ['a number that goes on as a word', 'fn f() { a(1Relaxed) }'],
    ['a macro variable outside of macros', 'fn f() { $ a = 1; }'],
    ['a rule without its arrow', 'macro_rules! m { ($a:tt) = fn { $a } }'],
    ['a macro variable of no kind', "macro_rules! m { ($a:'meta) => { $a } }"],
    ['a bracket that closes another', 'fn f() { (1] }'],
    ['a string without end', 'const A: &str = "a'],
    ['a comment without end', 'fn f() {} /* a'],
    ['a character of no language', 'fn f() { a \\ b }'],
  ])('is told: %s', async (_, text) => {
    const [chunks] = await chunk([text]);
    expect(chunks?.diagnostics).not.toEqual([]);
  });
});
