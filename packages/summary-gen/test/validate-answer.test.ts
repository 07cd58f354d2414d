import { describe, expect, it } from 'vitest';
import { collectNeighbours, collectVocabulary, isClosedWord, isStale, validateAnswer } from '../src/index.js';
import { buildRow } from './build-row.js';

const row = buildRow({
  kind: 'function',
  name: 'parse_cfg',
  code: 'fn parse_cfg(text: &str) -> Cfg { tokenize(text) }',
});
const vocabulary = collectVocabulary(row);

describe('validateAnswer', () => {
  it.each([
    ['Parses text into Cfg', 'Parses text into Cfg'],
    ['"Tokenizing parser of text."', 'Tokenizing parser of text'],
    ['  Summary: Tokenizes the text  ', 'Tokenizes the text'],
    ['Creates a new Cfg from the parsed text', 'Creates a new Cfg from the parsed text'],
  ])('accepts %j', (answer, text) => {
    expect(validateAnswer(answer, vocabulary)).toEqual({ ok: true, text });
  });

  it('names every problem of form at once and checks words only then', () => {
    const answer = `Here is it:\n\`\`\`${'x'.repeat(200)}`;
    expect(validateAnswer(answer, vocabulary)).toEqual({
      ok: false,
      problems: ['multi_line', 'code_fence', 'chatter', 'too_long'],
    });
  });
});

describe('vocabulary', () => {
  it('knows the whole and the parts of identifiers, and singulars', () => {
    expect([
      ...collectVocabulary(buildRow({ kind: 'struct', name: 'HttpCaches', code: 'struct HttpCaches;' })),
    ]).toEqual(expect.arrayContaining(['httpcaches', 'http', 'caches', 'cache', 'src', 'lib']));
  });

  it('keeps content out of the closed list', () => {
    const content = ['password', 'parse', 'server', 'user', 'delete', 'error', 'buffer'];
    expect(content.filter(isClosedWord)).toEqual([]);
  });
});

describe('neighbours of an index stream', () => {
  it('come from vouched calls and implemented traits', () => {
    const edge = { reason: 'r', sites: [], resolution: 'exact' as const };
    const trait = buildRow({ kind: 'trait', name: 'Source', code: 'trait Source {}' }).isgl1_key;
    const impl = buildRow({ kind: 'impl', name: 'Source@Cfg', code: 'impl Source for Cfg {}' }).isgl1_key;
    const around = collectNeighbours([
      { ...edge, from: impl, to: trait, kind: 'implements' },
      { ...edge, from: impl, to: row.isgl1_key, kind: 'calls' },
      { ...edge, from: trait, to: row.isgl1_key, kind: 'calls', resolution: 'name' },
      { ...edge, from: trait, to: row.isgl1_key, kind: 'contains' },
    ]);
    expect([...around]).toEqual([
      [impl, { callers: [], callees: ['parse_cfg'], implemented: 'Source' }],
      [row.isgl1_key, { callers: ['Source@Cfg'], callees: [] }],
    ]);
  });
});

describe('isStale', () => {
  it('holds when the content changed', () => {
    const summary = {
      text: 'x',
      provenance: 'rule_based',
      model_sha: null,
      prompt_version: null,
      quality: 1,
    } as const;
    expect(isStale({ ...summary, content_hash: row.content_hash }, row)).toBe(false);
    expect(isStale({ ...summary, content_hash: 'other' }, row)).toBe(true);
  });
});
