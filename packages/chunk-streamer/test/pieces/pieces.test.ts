import { type Chunk, estimateTokenCount } from '@parseltongue/isg-core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cutPieces, openChunker, type PieceOptions, streamPieces } from '../../src/index.js';
import { fixtureFiles, fixturePath, fixtureText } from '../support/read-fixture.js';

const TEXT = `//! File.
use std::fmt;

/// Adds.
fn add() {
    fn inner() {}
}

impl Parser {
    /// One.
    fn one() {}

    fn two() {}
}
const LAST: u8 = 1;
// the end
`;

describe('pieces', { timeout: 180_000 }, () => {
  let chunker: Awaited<ReturnType<typeof openChunker>>;
  beforeAll(async () => {
    chunker = await openChunker(fixturePath('item-kinds', 'input'));
  });
  afterAll(() => chunker[Symbol.asyncDispose]());

  const rowsOf = async (text: string): Promise<Chunk[]> =>
    (await chunker.chunkFile({ path: 'src/lib.rs', text })).rows;
  const cut = async (options: PieceOptions) =>
    cutPieces(await rowsOf(TEXT), options).map((piece) => piece.text);

  it('are leaf items by default, each with what stands before it and the end of what ends with it', async () => {
    expect(await cut({})).toEqual([
      '//! File.\nuse std::fmt;\n\n/// Adds.\nfn add() {\n    fn inner() {}\n}\n',
      '\nimpl Parser {\n    /// One.\n    fn one() {}\n',
      '\n    fn two() {}\n}\n',
      'const LAST: u8 = 1;\n// the end\n',
    ]);
  });

  it('are items of the root or whole files on request', async () => {
    expect((await cut({ granularity: 'container' })).map((text) => text.trim().split('\n').at(-1))).toEqual([
      '}',
      '}',
      '// the end',
    ]);
    expect(await cut({ granularity: 'file' })).toEqual([TEXT]);
  });

  it('name the rows that begin in them and where they stand', async () => {
    const pieces = cutPieces(await rowsOf(TEXT), { granularity: 'container' });
    expect(
      pieces.map(({ keys, line }) => [line, keys.map((key) => key.slice('src/lib.rs-'.length))]),
    ).toEqual([
      [1, ['_-_', '_-add', 'add-inner']],
      [8, ['_-@Parser', 'Parser-one', 'Parser-two']],
      [15, ['_-LAST']],
    ]);
    const bytes = Buffer.from(TEXT);
    for (const { span, text } of pieces) expect(bytes.toString('utf8', span.start, span.end)).toBe(text);
  });

  it('keep a budget and give the text back whatever the granularity', async () => {
    const texts = fixtureFiles('item-kinds').map((path) => fixtureText('item-kinds', path));
    texts.push(`fn long() { "${'é🦀x'.repeat(400)}"; }\n`.repeat(2), TEXT, '');
    const granularity = fc.constantFrom('item' as const, 'container' as const, 'file' as const);
    const property = fc.asyncProperty(
      fc.constantFrom(...texts),
      granularity,
      fc.integer({ min: 8, max: 400 }),
      async (text, by, maxTokens) => {
        const rows = await rowsOf(text);
        const pieces = cutPieces(rows, { granularity: by, maxTokens });
        expect(pieces.map((piece) => piece.text).join('')).toBe(text);
        expect(pieces.flatMap((piece) => piece.keys)).toEqual(rows.map((row) => row.isgl1_key));
        pieces.forEach((piece, index) => {
          expect(piece.token_count).toBeLessThanOrEqual(maxTokens);
          const both = piece.text + (pieces[index + 1]?.text ?? '');
          if (index < pieces.length - 1) expect(estimateTokenCount(both)).toBeGreaterThan(maxTokens);
        });
      },
    );
    await fc.assert(property, { seed: 7, numRuns: 60 });
  });

  it('stream a repository without changing its rows', async () => {
    const texts = new Map<string, string>();
    for await (const { file, text } of streamPieces(fixturePath('item-kinds', 'input'), {
      workers: 1,
      maxTokens: 100,
    }))
      texts.set(file, (texts.get(file) ?? '') + text);
    for (const path of fixtureFiles('item-kinds'))
      expect(texts.get(path)).toBe(fixtureText('item-kinds', path));
  });

  it('refuse options that make no sense', async () => {
    const rows = await rowsOf(TEXT);
    const code = 'PT_STREAM_OPTION_INVALID';
    expect(() => cutPieces(rows, { maxTokens: 2 })).toThrow(expect.objectContaining({ code }));
    expect(() => cutPieces(rows, { granularity: 'line' as 'item' })).toThrow(
      expect.objectContaining({ code }),
    );
  });
});
