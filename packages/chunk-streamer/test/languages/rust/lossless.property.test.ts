import { assembleFile, type Chunker, type FileChunks, parseKey } from '@parseltongue/isg-core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openChunker } from '../../../src/index.js';
import { FIXTURE_CASES, fixtureFiles, fixturePath, fixtureText } from '../../support/read-fixture.js';

const SEED = 20_260;
const TEXTS = FIXTURE_CASES.flatMap((name) =>
  fixtureFiles(name).map((path) => fixtureText(name, path)),
).filter((text) => text.length > 200);
const SNIPPETS = [
  '{',
  '}',
  '(',
  ')',
  '"',
  "'",
  '/*',
  '*/',
  '//',
  '///',
  '#[',
  ']',
  'fn ',
  'impl ',
  'mod x {',
  'r#"',
  '\r\n',
  '\u0000',
  'é',
  '🦀',
  '\ufeff',
  'unsafe extern "C" {',
  'macro m {',
  'pub macro n($x:expr) {',
  'trait A = B;',
  '#[cfg(',
  '<',
  '>',
  ';',
  '\ud83d',
];

interface Mutation {
  at: number;
  remove: number;
  insert: string;
}

const mutations = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    remove: fc.integer({ min: 0, max: 60 }),
    insert: fc.oneof(fc.constantFrom('', ...SNIPPETS), fc.string({ unit: 'binary', maxLength: 6 })),
  }),
  { minLength: 1, maxLength: 6 },
);

function mutate(text: string, changes: readonly Mutation[]): string {
  return changes.reduce((current, { at, remove, insert }) => {
    const start = Math.floor(at * current.length);
    return current.slice(0, start) + insert + current.slice(start + remove);
  }, text);
}

describe('any text', { timeout: 180_000 }, () => {
  let chunker: Chunker & AsyncDisposable;
  beforeAll(async () => {
    chunker = await openChunker(fixturePath('item-kinds', 'input'));
  });
  afterAll(() => chunker[Symbol.asyncDispose]());

  function expectLossless(text: string, { rows }: FileChunks): void {
    const assembled = assembleFile(rows);
    expect(assembled.text).toBe(text);
    for (const row of rows) expect(assembled.spans.get(row.isgl1_key)).toEqual(row.span);
  }

  it('is cut without a throw and assembles to itself, whatever was changed in it', async () => {
    const property = fc.asyncProperty(fc.constantFrom(...TEXTS), mutations, async (source, changes) => {
      const text = mutate(source, changes);
      const chunks = await chunker.chunkFile({ path: 'src/lib.rs', text });
      expectLossless(text, chunks);
      for (const { isgl1_key } of chunks.rows) parseKey(isgl1_key);
    });
    await fc.assert(property, { seed: SEED, numRuns: 400 });
  });

  it('never lets an item reach into its neighbor where brackets are missing', async () => {
    for (const cut of [20, 60, 150, 400]) {
      for (const source of TEXTS) {
        const text = source.slice(0, cut) + source.slice(cut + 9).replaceAll('}\n', '\n#[x]\n');
        expectLossless(text, await chunker.chunkFile({ path: 'src/lib.rs', text }));
      }
    }
  });

  it('of arbitrary characters is cut without a throw and assembles to itself', async () => {
    const property = fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), async (text) => {
      expectLossless(text, await chunker.chunkFile({ path: 'src/lib.rs', text }));
    });
    await fc.assert(property, { seed: SEED, numRuns: 300 });
  });

  it('keeps the keys of items before and after an edit inside one body', async () => {
    const before = fixtureText('item-kinds', 'src/lib.rs');
    const keysOf = async (text: string) =>
      (await chunker.chunkFile({ path: 'src/lib.rs', text })).rows.map((row) => row.isgl1_key);
    const keys = await keysOf(before);
    const line = fc.constantFrom('// note\n', '\n\n', 'let x = 1;\n', '/* é🦀 */', 'println!("{}", 1);\n');
    const place = fc.constantFrom('// a comment inside\n', 'second.first()', 'depth.min(LIMIT)');
    await fc.assert(
      fc.asyncProperty(line, place, async (inserted, anchor) => {
        expect(await keysOf(before.replace(anchor, inserted + anchor))).toEqual(keys);
      }),
      { seed: SEED, numRuns: 20 },
    );
  });
});
