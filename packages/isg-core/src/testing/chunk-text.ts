import { fileKey, formatKey } from '../key.js';
import type { Chunk } from '../row.js';
import { estimateTokenCount, utf8Length } from '../tokens.js';

/** Builds a chunk for tests; everything not given has a plain, valid value. */
export function buildChunk(given: Partial<Chunk> & Pick<Chunk, 'isgl1_key'>): Chunk {
  const code = given.current_code ?? '';
  return {
    kind: 'function',
    name: '_',
    visibility: 'private',
    file: 'src/lib.rs',
    span: { start: 0, end: utf8Length(code) },
    line: 1,
    parent_key: null,
    order: 0,
    parent_offset: 0,
    current_code: code,
    interface_signature: '',
    doc: '',
    tdd_classification: 'CODE_IMPLEMENTATION',
    tdd_reason: 'no test attribute',
    crate: null,
    module_path: null,
    cfg: null,
    content_hash: hashText(code),
    token_count: estimateTokenCount(code),
    ...given,
  };
}

const ITEM = /(?:^[ \t]*(?:#\[[^\]]*\]|\/\/\/[^\n]*)\n)*^[ \t]*(?:pub )?fn (\w+)[^{;]*\{[^]*?^\}/gm;

/**
 * Cuts a text into a file row and one row for each function at the left margin: enough structure for tests of other stages
 * without a parser. Lossless like the real chunker.
 */
export function chunkTextSimply(path: string, text: string): Chunk[] {
  const root = fileKey(path);
  const items = [...text.matchAll(ITEM)].map((match) => ({
    name: match[1] ?? '',
    code: match[0],
    at: match.index,
  }));
  const rows: Chunk[] = [];
  let own = '';
  let cursor = 0;
  items.forEach(({ name, code, at }, order) => {
    own += text.slice(cursor, at);
    cursor = at + code.length;
    const start = utf8Length(text.slice(0, at));
    rows.push(
      buildChunk({
        isgl1_key: formatKey({ path, container: [], name }),
        name,
        file: path,
        current_code: code,
        interface_signature: code.slice(code.indexOf('fn '), code.indexOf('{')).trim(),
        span: { start, end: start + utf8Length(code) },
        line: text.slice(0, at).split('\n').length,
        parent_key: root,
        order,
        parent_offset: utf8Length(own),
        tdd_classification: code.includes('#[test]') ? 'TEST_IMPLEMENTATION' : 'CODE_IMPLEMENTATION',
      }),
    );
  });
  own += text.slice(cursor);
  const file = buildChunk({
    isgl1_key: root,
    kind: 'file',
    file: path,
    current_code: own,
    span: { start: 0, end: utf8Length(text) },
  });
  return [file, ...rows];
}

/** A stable stand-in for sha-256 in tests: 64 hex digits from FNV-1a, four lanes. */
function hashText(text: string): string {
  return [1, 2, 3, 4, 5, 6, 7, 8]
    .map((lane) => fnv1a(`${lane}${text}`).toString(16).padStart(8, '0'))
    .join('');
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
}
