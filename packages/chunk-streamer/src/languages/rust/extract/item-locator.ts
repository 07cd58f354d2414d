import { entryAt } from '../indexed.js';
import type { RustItem } from '../syntax.js';
import type { ItemLocator } from './reader.js';

/** Width of `r#`, which a row's identifier holds and ours does not. */
const RAW_PREFIX_BYTES = 2;

/** Finds rows by byte offset. Positions of `around` ascend on average, so the search starts from the last hit. */
export function createItemLocator(items: readonly RustItem[]): ItemLocator {
  const byName = new Map<number, number>();
  const byStart = new Map<number, number>();
  items.forEach((item, index) => {
    const { node, nameSpan } = item;
    if (nameSpan) byName.set(nameSpan.start, index);
    else if (item.chunk.kind === 'impl' && node !== undefined) byStart.set(node.start, index);
  });
  return {
    named: (pos) => byName.get(pos) ?? byName.get(pos - RAW_PREFIX_BYTES) ?? -1,
    starting: (pos) => byStart.get(pos) ?? -1,
    around: (pos) => findAround(items, pos),
  };
}

/** Rows stand in byte order, parents first: the last one that starts before `pos` or one of its parents. */
function findAround(items: readonly RustItem[], pos: number): number {
  let low = 0;
  let high = items.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (entryAt(items, middle).chunk.span.start <= pos) low = middle;
    else high = middle - 1;
  }
  let index = low;
  while (
    index > 0 &&
    !(entryAt(items, index).chunk.span.start <= pos && pos < entryAt(items, index).chunk.span.end)
  ) {
    index = entryAt(items, index).parent;
  }
  return Math.max(0, index);
}
