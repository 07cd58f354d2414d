import { createHash } from 'node:crypto';
import type { Draft } from './draft-items.js';
import type { RustItem } from './syntax.js';

// A line that is only a comment; one inside a string changes no reference either.
const COMMENT_LINE = /^[ \t]*\/\/.*$/gm;
const SPACES = /\s+/g;

/**
 * Hash of what other files may see of a file: the rows with their keys, classes and predicates, and every text but bodies
 * of functions, without comment lines and whatever the spacing.
 */
export function hashInterface(items: readonly RustItem[], drafts: readonly Draft[], text: string): string {
  const hasher = createHash('sha1');
  items.forEach(({ chunk }, index) => {
    const draft = drafts[index];
    const isFunction = chunk.kind === 'function' || chunk.kind === 'method';
    const seen =
      isFunction && draft !== undefined ? text.slice(draft.start, draft.interfaceEnd) : chunk.current_code;
    const code = seen.includes('//') ? seen.replace(COMMENT_LINE, '') : seen;
    const plain = code.replace(SPACES, ' ');
    hasher.update(`${chunk.isgl1_key}\n${chunk.tdd_classification}\n${chunk.cfg ?? ''}\n${plain}\n`);
  });
  return hasher.digest('hex');
}
