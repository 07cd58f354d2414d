import { fileKey, formatKey } from '@parseltongue/isg-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keepRows, readKeptRows } from '../../src/graph/kept-rows.js';
import { type FileGraph, packGraph, unpackGraph } from '../../src/graph/pack-graph.js';

const key = fc
  .tuple(
    fc.constantFrom('src/lib.rs', 'größe/a-b.rs'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }),
  )
  .map(([path, name]) => formatKey({ path, container: [], name }));
const count = fc.nat({ max: 0x7fffffff });
const site = fc.record({ start: count, end: count, line: count });
const edge = fc.record({
  from: key,
  to: key,
  kind: fc.constantFrom('calls' as const, 'imports' as const),
  resolution: fc.constant('typed' as const),
  reason: fc.constantFrom('method', 'use-map'),
  sites: fc.array(site, { maxLength: 3 }),
});
const external = fc.record({
  crate: fc.constantFrom('std', 'serde'),
  name: fc.constantFrom('', 'Größe'),
  count,
});
const references = fc.record({
  key,
  unresolved_count: count,
  external: fc.array(external, { maxLength: 3 }),
});
const graph: fc.Arbitrary<FileGraph> = fc.record({
  edges: fc.array(edge, { maxLength: 8 }),
  references: fc.array(references, { maxLength: 8 }),
});

describe('a packed graph', () => {
  it('holds what it was made of', () => {
    fc.assert(
      fc.property(graph, (value) => {
        expect(unpackGraph(packGraph(value))).toEqual(value);
      }),
      { seed: 7, numRuns: 100 },
    );
  });
});

describe('kept rows', () => {
  it('hold the keys and parents they were made of', () => {
    const path = 'größe/a-b.rs';
    const rows = [
      { key: fileKey(path), parent: -1 },
      { key: formatKey({ path, container: ['A.b', '-'], name: 'Ünicode\nbreak' }), parent: 0 },
    ];
    expect(readKeptRows(keepRows(path, rows))).toEqual(rows);
  });
});
