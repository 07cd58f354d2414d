import { describe, expect, it } from 'vitest';
import { applyEdits, type Edit, formatKey, type RowKey } from '../src/index.js';
import { chunkTextSimply } from '../src/testing/index.js';

const PATH = 'src/lib.rs';
const HASH = 'a'.repeat(64);
const TEXT = `//! Café.\n\nfn one() -> u32 {\n    1\n}\n\n/// Adds.\nfn two(a: u32) -> u32 {\n    let b = a + 1;\n    b\n}\n\nfn three() {\n    call("é");\n    call("ü");\n}\n`;

const key = (name: string): RowKey => formatKey({ path: PATH, container: [], name });

function editOf(given: Partial<Edit>): Edit {
  return {
    target: { key: key('one') },
    base_hash: HASH,
    op: 'edit',
    format: 'whole_item',
    body: '',
    ...given,
  };
}

function run(edits: Partial<Edit>[], text: string | null = TEXT) {
  const rows = text === null ? [] : chunkTextSimply(PATH, text);
  return applyEdits({ path: PATH, text, hash: text === null ? null : HASH, rows, edits: edits.map(editOf) });
}

function textOf(result: ReturnType<typeof run>): string | null {
  if (result.status === 'refused') throw new Error(`${result.refusal.code}: ${result.refusal.message}`);
  return result.text;
}

function refusalOf(result: ReturnType<typeof run>) {
  if (result.status !== 'refused') throw new Error('expected a refusal');
  return result.refusal;
}

describe('applyEdits', () => {
  it('replaces whole items bottom-up and leaves every other byte alone', () => {
    const result = textOf(
      run([
        { body: 'fn one() -> u64 {\n    1_000\n}\n' },
        { target: { key: key('three') }, body: 'fn three() {}' },
      ]),
    );
    expect(result).toBe(
      TEXT.replace('u32 {\n    1\n', 'u64 {\n    1_000\n').replace(/fn three\(\) \{[^}]*\}/, 'fn three() {}'),
    );
  });

  it('does not take the end of a deeper line for a line of its own', () => {
    const text = 'fn one() {\n    if a {\n        b();\n    }\n    if c {\n        d();\n            }\n}\n';
    const search = '<<<<<<< SEARCH\n      }\n=======\n      e();\n>>>>>>> REPLACE\n';
    expect(refusalOf(run([{ format: 'search_replace', body: search }], text)).code).toBe('search_ambiguous');
  });

  it('brings a whole item to the indent of the one it replaces', () => {
    const text = 'mod m {\n    fn deep() {\n        1;\n    }\n}\n';
    const rows = chunkTextSimply(PATH, text);
    const file = rows[0];
    if (file === undefined) throw new Error('no file row');
    const deep = { ...file, isgl1_key: key('deep'), span: { start: 12, end: 40 } };
    const edit = editOf({ target: { key: key('deep') }, body: 'fn deep() {\n    2;\n}' });
    const result = applyEdits({ path: PATH, text, hash: HASH, rows: [file, deep], edits: [edit] });
    expect(textOf(result)).toBe('mod m {\n    fn deep() {\n        2;\n    }\n}\n');
  });

  it('finds a search block exactly, by indent, by white space and by anchors', () => {
    const block = (search: string, replacement: string): string =>
      `<<<<<<< SEARCH\n${search}\n=======\n${replacement}\n>>>>>>> REPLACE`;
    const cases: [string, string, string][] = [
      ['    let b = a + 1;', '    let b = a + 2;', 'exact'],
      ['let b = a + 1;\nb', 'let b = a + 2;\nb', 'uniform_indent'],
      ['    let  b = a  + 1;\n    b', '    let b = a + 2;\n    b', 'normalized_whitespace'],
      [
        'fn two(a: u32) -> u32 {\n    let b = a + 11;\n    b\n}',
        'fn two(a: u32) -> u32 {\n    let b = a + 2;\n    b\n}',
        'anchored_fuzzy',
      ],
    ];
    for (const [search, replacement, strategy] of cases) {
      const result = run([
        { target: { key: key('two') }, format: 'search_replace', body: block(search, replacement) },
      ]);
      expect(textOf(result), strategy).toBe(TEXT.replace('a + 1', 'a + 2'));
      expect(result.status === 'applied' && result.placed[0]?.strategy).toBe(strategy);
    }
  });

  it('refuses a second place, a missing place and a body of the wrong form', () => {
    const body = (search: string): string => `<<<<<<< SEARCH\n${search}\n=======\nx\n>>>>>>> REPLACE`;
    const at = { target: { key: key('three') }, format: 'search_replace' } as const;
    expect(refusalOf(run([{ ...at, body: body('call(') }]))).toMatchObject({ code: 'search_ambiguous' });
    const missing = refusalOf(run([{ ...at, body: body('    call("e");') }]));
    expect(missing).toMatchObject({ code: 'search_not_found' });
    expect(missing.candidates).toContain('    call("é");');
    expect(refusalOf(run([{ ...at, body: 'just do it' }]))).toMatchObject({ code: 'body_malformed' });
  });

  it('applies a unified diff by content and ignores its line numbers', () => {
    const body = `--- a/x\n+++ b/x\n@@ -900,3 +900,3 @@\n fn two(a: u32) -> u32 {\n-    let b = a + 1;\n+    let b = a + 2;\n     b\n`;
    expect(textOf(run([{ target: { path: PATH }, format: 'unified_diff', body }]))).toBe(
      TEXT.replace('a + 1', 'a + 2'),
    );
  });

  it('creates items after a row, at the end of the file, and new files', () => {
    const created = { target: { key: key('new') }, op: 'create', body: 'fn new() {}\n' } as const;
    expect(textOf(run([{ ...created, placement: { at: 'after', key: key('one') } }]))).toBe(
      TEXT.replace('1\n}\n', '1\n}\n\nfn new() {}\n'),
    );
    expect(
      textOf(
        run([
          {
            ...created,
            placement: { at: 'end_of', key: formatKey({ path: PATH, container: [], name: '_' }) },
          },
        ]),
      ),
    ).toBe(`${TEXT}\nfn new() {}\n`);
    expect(refusalOf(run([created])).code).toBe('placement_missing');
    const file = { target: { path: PATH }, op: 'create', body: 'pub fn x() {}\n', base_hash: null } as const;
    expect(textOf(run([file], null))).toBe('pub fn x() {}\n');
    expect(refusalOf(run([file])).code).toBe('target_exists');
  });

  it('deletes an item with its docs and one blank line, and whole files', () => {
    expect(textOf(run([{ target: { key: key('two') }, op: 'delete' }]))).toBe(
      TEXT.replace(/\/\/\/ Adds[^]*?\n}\n\n/, ''),
    );
    expect(textOf(run([{ target: { path: PATH }, op: 'delete' }]))).toBeNull();
  });

  it('refuses a changed base, an unknown row, an overlap, a rename and a path outside', () => {
    expect(refusalOf(run([{ base_hash: 'b'.repeat(64) }]))).toMatchObject({
      code: 'base_changed',
      current_text: TEXT,
    });
    expect(refusalOf(run([{ base_hash: null }])).message).toContain('base_hash has to be the sha-256');
    expect(refusalOf(run([{ target: { key: key('thre') }, body: 'x' }]))).toMatchObject({
      code: 'target_unknown',
      candidates: [key('three')],
    });
    expect(refusalOf(run([{ body: 'fn one() {}' }, { body: 'fn one() { }' }])).code).toBe('edits_overlap');
    expect(refusalOf(run([{ op: 'rename', body: 'uno' }])).code).toBe('unsupported');
    const outside = applyEdits({
      path: '../x.rs',
      text: null,
      hash: null,
      rows: [],
      edits: [editOf({ target: { path: '../x.rs' }, op: 'create', base_hash: null, body: 'x' })],
    });
    expect(outside.status === 'refused' && outside.refusal.code).toBe('path_outside');
  });

  it('keeps CRLF line ends', () => {
    const crlf = TEXT.replaceAll('\n', '\r\n');
    const result = textOf(
      run(
        [
          {
            target: { path: PATH },
            format: 'search_replace',
            body: '<<<<<<< SEARCH\n    let b = a + 1;\n    b\n=======\n    let b = a + 2;\n    b\n>>>>>>> REPLACE',
          },
        ],
        crlf,
      ),
    );
    expect(result).toBe(crlf.replace('a + 1', 'a + 2'));
  });
});
