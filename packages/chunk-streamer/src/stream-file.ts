import type { Edge, FileFacts, IndexRecord } from '@parseltongue/isg-core';
import type { ResolvableItem, RustFileSyntax } from './languages/rust/syntax.js';

/** The records of one parsed file: the file, its rows in byte order, its diagnostics. */
export function* streamFile(
  file: FileFacts,
  syntax: Pick<RustFileSyntax, 'items' | 'diagnostics'>,
): Generator<IndexRecord> {
  yield { type: 'file', file };
  for (const item of syntax.items) yield { type: 'row', row: item.chunk };
  for (const diagnostic of syntax.diagnostics) yield { type: 'diagnostic', diagnostic };
}

/** The edges from each row of a file to the rows inside it. */
export function* streamContains(
  items: readonly Pick<ResolvableItem, 'key' | 'parent'>[],
): Generator<IndexRecord> {
  for (const { key, parent } of items) {
    const around = items[parent];
    if (around === undefined) continue;
    const edge: Edge = {
      from: around.key,
      to: key,
      kind: 'contains',
      resolution: 'typed',
      reason: 'syntax',
      sites: [],
    };
    yield { type: 'edge', edge };
  }
}
