import type { RustFileSyntax, RustItem } from './syntax.js';

/**
 * The syntax of a file without the texts of its rows: what resolving needs and all that is kept of a file once its rows are
 * handed out. Holding every text of a repository would make memory follow its size.
 */
export function forgetTexts(syntax: RustFileSyntax): RustFileSyntax {
  return { ...syntax, items: syntax.items.map(forgetText), diagnostics: [] };
}

function forgetText(item: RustItem): RustItem {
  const chunk = { ...item.chunk, current_code: '', doc: '', interface_signature: '', content_hash: '' };
  return { ...item, chunk };
}
