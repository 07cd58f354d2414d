// A third-party language for the chunk streamer: files `*.sections`, in which a row begins at a line `[name]`.
// Use: streamChunks(root, { languages: [new URL('./sections-language.mjs', import.meta.url).href] })
import { createHash } from 'node:crypto';
import { defineLanguage } from '@parseltongue/chunk-streamer';

export default defineLanguage({
  id: 'sections',
  extensions: ['.sections'],
  // Never throws, whatever the text. The texts of the rows, put together in order, are the text of the file.
  extract(source) {
    const starts = [...source.text.matchAll(/^\[(\w+)\]$/gm)];
    const cut = (i) => source.text.slice(starts[i].index, starts[i + 1]?.index);
    const head = source.text.slice(0, starts[0]?.index);
    const file = { ...createRow(source, { name: '_', at: 0, code: head }), kind: 'file', parent_key: null };
    file.span = { start: 0, end: Buffer.byteLength(source.text) };
    const rows = starts.map((match, order) => ({
      ...createRow(source, { name: match[1], at: match.index, code: cut(order) }),
      order,
      parent_offset: Buffer.byteLength(head),
      interface_signature: match[0],
    }));
    return { path: source.path, items: [file, ...rows].map((chunk) => ({ chunk })), diagnostics: [] };
  },
});

function createRow({ path, text, place }, { name, at, code }) {
  const start = Buffer.byteLength(text.slice(0, at));
  return {
    isgl1_key: `${path}-_-${name}`,
    kind: 'module',
    name,
    visibility: 'public',
    file: path,
    span: { start, end: start + Buffer.byteLength(code) },
    line: text.slice(0, at).split('\n').length,
    parent_key: `${path}-_-_`,
    order: 0,
    parent_offset: 0,
    current_code: code,
    interface_signature: '',
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
