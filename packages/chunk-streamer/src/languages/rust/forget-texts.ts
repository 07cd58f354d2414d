import type { RustFileSyntax, RustItem } from './syntax.js';

/**
 * The syntax of a file without the texts of its rows: what resolving needs and all that is kept of a file once its rows are
 * handed out. Equal strings of the rows become one: each came over from its worker as a copy of its own.
 */
export function forgetTexts(syntax: RustFileSyntax): RustFileSyntax {
  const { path, items, facts } = syntax;
  const known = new Map<string, string>();
  const share: ShareText = (text) => {
    const first = known.get(text);
    if (first !== undefined) return first as typeof text;
    known.set(text, text);
    return text;
  };
  return {
    ...syntax,
    path: share(path),
    items: items.map((item) => forgetText(item, share)),
    facts,
    diagnostics: [],
  };
}

/** The first string that was equal. */
type ShareText = <T extends string>(text: T) => T;

function forgetText(item: RustItem, share: ShareText): RustItem {
  const { chunk } = item;
  const key = share(item.key);
  const shareOptional = <T extends string>(text: T | null): T | null => (text === null ? null : share(text));
  return {
    ...item,
    key,
    chunk: {
      ...chunk,
      isgl1_key: key,
      parent_key: shareOptional(chunk.parent_key),
      file: share(chunk.file),
      name: share(chunk.name),
      tdd_reason: share(chunk.tdd_reason),
      crate: shareOptional(chunk.crate),
      module_path: shareOptional(chunk.module_path),
      cfg: shareOptional(chunk.cfg),
      current_code: '',
      doc: '',
      interface_signature: '',
      content_hash: '',
    },
  };
}
