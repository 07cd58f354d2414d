import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  assembleFile,
  assembleRow,
  createRow,
  diffRows,
  fileKey,
  formatKey,
  overlayRows,
  utf8Length,
} from '../src/index.js';
import { buildChunk, chunkTextSimply } from '../src/testing/index.js';

const body = fc.stringMatching(/^[a-z +é😀]{0,12}$/u);
const source = fc
  .uniqueArray(fc.stringMatching(/^[a-z]{1,4}$/), { maxLength: 5 })
  .chain((names) =>
    fc.tuple(
      fc.constant(names),
      fc.array(body, { minLength: 5, maxLength: 5 }),
      fc.constantFrom('\n', '\n\n', '\n// ü\n'),
    ),
  )
  .map(
    ([names, bodies, gap]) =>
      `//! head\n${names.map((name, i) => `fn ${name}() {\n    ${bodies[i] ?? ''}\n}`).join(gap)}\n`,
  );

describe('assembleFile', () => {
  it('gives back every byte and the span of every row', () => {
    fc.assert(
      fc.property(source, (text) => {
        const rows = chunkTextSimply('src/lib.rs', text);
        const { text: assembled, spans } = assembleFile([...rows].reverse());
        expect(assembled).toBe(text);
        for (const row of rows) expect(spans.get(row.isgl1_key)).toEqual(row.span);
      }),
      { seed: 7, numRuns: 300 },
    );
  });

  it('turns planned changes back into the future text', () => {
    fc.assert(
      fc.property(source, source, (before, after) => {
        const current = chunkTextSimply('src/lib.rs', before);
        const future = chunkTextSimply('src/lib.rs', after);
        const changes = diffRows(current, future);
        expect(assembleFile(overlayRows(current.map(createRow), changes)).text).toBe(after);
        expect(diffRows(current, current)).toEqual([]);
      }),
      { seed: 11, numRuns: 500 },
    );
  });

  it('plans only what changed: siblings that move stay out of the plan', () => {
    const before = chunkTextSimply('a.rs', 'fn a() {\n}\nfn b() {\n}\nfn c() {\n}\n');
    const after = chunkTextSimply('a.rs', 'fn a() {\n    1;\n}\nfn b() {\n}\nfn c() {\n}\n');
    expect(diffRows(before, after).map(({ key, action }) => [key, action])).toEqual([['a.rs-_-a', 'Edit']]);
  });

  it('refuses rows that lost their parent, share a key or cut a character', () => {
    const root = buildChunk({ isgl1_key: fileKey('a.rs'), kind: 'file', current_code: 'é' });
    const child = buildChunk({
      isgl1_key: formatKey({ path: 'a.rs', container: [], name: 'x' }),
      parent_key: root.isgl1_key,
      parent_offset: 1,
    });
    expect(() => assembleFile([root, child])).toThrow(/inside a character/);
    expect(() =>
      assembleFile([
        root,
        { ...child, parent_key: formatKey({ path: 'a.rs', container: [], name: 'gone' }) },
      ]),
    ).toThrow(/hangs on a parent/);
    expect(() => assembleFile([child])).toThrow(/0 rows without a parent/);
    expect(() => assembleRow(root.isgl1_key, [root, root])).toThrow(/two rows share one key/);
  });

  it('counts UTF-8 bytes as the encoder does, lone surrogates included', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(utf8Length(text)).toBe(new TextEncoder().encode(text).length);
      }),
      { seed: 3, numRuns: 300 },
    );
    expect(utf8Length('\ud800a')).toBe(new TextEncoder().encode('\ud800a').length);
  });
});
