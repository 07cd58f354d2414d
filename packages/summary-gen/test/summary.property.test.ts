import { type Chunk, type RowKind, RowKindSchema, SummarySchema } from '@parseltongue/isg-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collectVocabulary, findInventedWords, summarizeRow } from '../src/index.js';
import { buildRow } from './build-row.js';

const word = fc.constantFrom(
  'parse',
  'get',
  'cfg',
  'is',
  'with',
  'herb',
  'Mortar',
  'x',
  'to',
  'mut',
  'HTTP',
  'größe',
  '粉',
  'test',
);
const identifier = fc.oneof(
  fc.array(word, { minLength: 1, maxLength: 6 }).map((words) => words.join('_')),
  fc.stringMatching(/^[a-zA-Z_]\w{0,200}$/),
  fc.constantFrom('_', 'r#type', 'fmt', 'new', 'main', 'drop!'),
);
const type = fc.constantFrom(
  'u8',
  '&str',
  "&'a mut [T]",
  'Result<(), E>',
  'io::Result<Vec<Herb>>',
  'Option<Box<dyn Fn(A) -> B + Send>>',
  "impl Iterator<Item = (usize, &'static str)> + '_",
  'Self',
  'bool',
  '<T as Into<U>>::Out',
  'fn(u8) -> [u8; { 4 + 4 }]',
  '!',
);
const prose = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 400 }),
  fc.lorem({ maxCount: 4, mode: 'sentences' }),
  fc
    .array(
      fc.constantFrom(
        '`a.b()`',
        '[x](y)',
        '**bold**',
        '# Head',
        '```',
        '\n\n',
        '- item',
        'e.g.',
        'Returns',
        '<div>',
        '\u202e',
        'word',
      ),
      { maxLength: 30 },
    )
    .map((parts) => parts.join(' ')),
);
const code = fc.oneof(
  fc
    .record({
      name: identifier,
      params: fc.array(fc.tuple(identifier, type), { maxLength: 6 }),
      out: fc.option(type),
    })
    .map(
      ({ name, params, out }) =>
        `#[must_use]\npub async fn ${name}<'a, T: Fn() -> u8>(&mut self, ${params.map(([key, of]) => `${key}: ${of}`).join(', ')})${out === null ? '' : ` -> ${out}`} where T: Copy { call_${name}(1); "s" }`,
    ),
  fc
    .tuple(identifier, fc.array(fc.tuple(identifier, type)))
    .map(
      ([name, fields]) => `pub struct ${name} { ${fields.map(([key, of]) => `${key}: ${of}`).join(', ')} }`,
    ),
  fc
    .tuple(identifier, fc.array(identifier))
    .map(([name, variants]) => `enum ${name} { ${variants.join(', ')} }`),
  fc.tuple(type, type).map(([trait, self]) => `impl<T> ${trait} for ${self} {}`),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.constant(''),
);
const container = fc.array(
  fc.oneof(
    identifier,
    fc.tuple(type, type).map(([trait, self]) => `${trait}@${self}`),
  ),
  { maxLength: 2 },
);
const row: fc.Arbitrary<Chunk> = fc
  .record({
    kind: fc.constantFrom<RowKind[]>(...RowKindSchema.options),
    name: identifier,
    code,
    doc: fc.oneof(fc.constant(''), prose),
    container,
    test: fc.constantFrom('', '#[test]', 'cfg(test)'),
    interface_signature: fc.option(code, { nil: undefined }),
  })
  .map(({ test, interface_signature, ...spec }) =>
    buildRow({
      ...spec,
      ...(test === '' ? {} : { test }),
      ...(interface_signature === undefined ? {} : { interface_signature }),
    }),
  );

const neighbours = fc.record({
  callers: fc.array(identifier),
  callees: fc.array(identifier),
  implemented: identifier,
});

describe('summarizeRow', () => {
  it('gives every row one line of at most 120 characters in words the row knows', () => {
    fc.assert(
      fc.property(row, fc.array(row, { maxLength: 6 }), neighbours, (given, children, around) => {
        const summary = summarizeRow(given, { children, neighbours: around });
        expect(() => SummarySchema.parse(summary)).not.toThrow();
        expect(summary.text).toBe(summary.text.trim());
        expect(summary.text).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029\ufffd]| {2}/u);
        expect(
          findInventedWords(summary.text, collectVocabulary(given, { children, neighbours: around })),
        ).toEqual([]);
      }),
      { seed: 20_26, numRuns: 1500 },
    );
  });

  it('says the same of the same row', () => {
    fc.assert(
      fc.property(row, (given) => {
        expect(summarizeRow(structuredClone(given))).toEqual(summarizeRow(given));
      }),
      { seed: 7, numRuns: 200 },
    );
  });

  it('cuts only behind a word', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 30, maxLength: 60 }), (words) => {
        const given = buildRow({
          kind: 'struct',
          name: 'Zz',
          code: 'struct Zz;',
          doc: `Zz keeps ${words.join(' ')}`,
        });
        const { text } = summarizeRow(given);
        const kept = text
          .replace(/ \.\.\.$/, '')
          .split(' ')
          .slice(2);
        expect(kept).toEqual(words.slice(0, kept.length));
      }),
      { seed: 11, numRuns: 300 },
    );
  });
});

describe('findInventedWords', () => {
  it('knows a word whose stem alone is marked up as its reader does', () => {
    const given = buildRow({
      kind: 'function',
      name: 'wake',
      code: 'fn wake() {}',
      doc: 'Must be `poll`ed, or x<sup>2</sup> is lost.',
    });
    expect(findInventedWords('Must be polled, or x2 is lost', collectVocabulary(given))).toEqual([]);
  });

  it('names words that stand nowhere in the row', () => {
    const given = buildRow({
      kind: 'function',
      name: 'parse_cfg',
      code: 'fn parse_cfg(text: &str) -> Cfg { read(text) }',
    });
    expect(
      findInventedWords('Parses the Cfg from text and uploads passwords', collectVocabulary(given)),
    ).toEqual(['uploads', 'passwords']);
  });
});
