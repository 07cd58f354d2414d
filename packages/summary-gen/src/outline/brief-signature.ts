import type { Chunk } from '@parseltongue/isg-core';
import { parseFunction, type Receiver } from '../syntax/parse-function.js';
import { findTopLevel } from '../syntax/split-top-level.js';

const RECEIVERS: Readonly<Record<Receiver, string[]>> = {
  none: [],
  shared: ['&'],
  exclusive: ['&mut'],
  owned: ['self'],
};

/** Formats a row's signature without what a reader of the whole can do without: names of parameters, lifetimes, bounds. */
export function formatBriefly(row: Chunk): string {
  const parsed =
    row.kind === 'function' || row.kind === 'method' ? parseFunction(row.interface_signature) : undefined;
  if (parsed === undefined) return shorten(dropBounds(row.interface_signature));
  const parameters = [...RECEIVERS[parsed.receiver], ...parsed.parameters.map(({ type }) => type)];
  const qualifiers = `${parsed.isUnsafe ? 'unsafe ' : ''}${parsed.isAsync ? 'async ' : ''}`;
  const returns = parsed.returns === null ? '' : `->${parsed.returns}`;
  return shorten(`${qualifiers}${row.name}(${parameters.join(',')})${returns}`);
}

/** A where clause repeats nothing that a reader of names and types needs; a body behind it stays. */
function dropBounds(signature: string): string {
  const text = signature.replace(/\s+/g, ' ');
  const where = findTopLevel(text, ' where ', 0);
  if (where < 0) return text;
  const body = findTopLevel(text, '{', where);
  return body < 0 ? text.slice(0, where) : `${text.slice(0, where)} ${text.slice(body)}`;
}

function shorten(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/\bpub(?:\([^)]*\))? /g, '')
    .replace(/<'\w+>/g, '')
    .replace(/'\w+(?: ?\+ ?| |, ?)/g, '')
    .replace(/\bcrate::/g, '')
    .replace(/ ?([,:{}]) /g, '$1')
    .replace(/ ([{}])/g, '$1')
    .replace(/,([}\])>])/g, '$1')
    .trim();
}
