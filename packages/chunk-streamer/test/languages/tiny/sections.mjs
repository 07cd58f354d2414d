// A tiny language for tests: a section begins at a line `[name]`. It reads texts by itself and has no grammar.
import { createHash } from 'node:crypto';
import { defineLanguage } from '../../../dist/index.js';

export default defineLanguage({
  id: 'sections',
  extensions: ['.sections'],
  extract({ path, text, place }) {
    const starts = [...text.matchAll(/^\[(\w+)\]$/gm)].map((match) => ({ at: match.index, name: match[1] }));
    const head = text.slice(0, starts[0]?.at ?? text.length);
    const rows = starts.map(({ at, name }, order) => {
      const code = text.slice(at, starts[order + 1]?.at ?? text.length);
      return createRow({
        path,
        text,
        place,
        at,
        name,
        order,
        code,
        key: `${path}-_-${name}`,
        parentOffset: head,
      });
    });
    const file = createRow({
      path,
      text,
      place,
      at: 0,
      name: '_',
      order: 0,
      code: head,
      key: `${path}-_-_`,
      parentOffset: null,
    });
    file.span.end = Buffer.byteLength(text);
    return { path, items: [file, ...rows].map((chunk) => ({ chunk })), diagnostics: [] };
  },
});

function createRow({ path, text, place, at, name, order, code, key, parentOffset }) {
  const start = Buffer.byteLength(text.slice(0, at));
  return {
    isgl1_key: key,
    kind: parentOffset === null ? 'file' : 'module',
    name,
    visibility: 'public',
    file: path,
    span: { start, end: start + Buffer.byteLength(code) },
    line: text.slice(0, at).split('\n').length,
    parent_key: parentOffset === null ? null : `${path}-_-_`,
    order,
    parent_offset: parentOffset === null ? 0 : Buffer.byteLength(parentOffset),
    current_code: code,
    interface_signature: parentOffset === null ? '' : `[${name}]`,
    doc: '',
    tdd_classification: 'CODE_IMPLEMENTATION',
    tdd_reason: 'no test marker',
    crate: place.crate,
    module_path: place.module_path,
    cfg: null,
    content_hash: createHash('sha256').update(code).digest('hex'),
    token_count: Math.ceil(Buffer.byteLength(code) / 3),
  };
}
