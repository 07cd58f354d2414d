import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { diffRows } from '@parseltongue/isg-core';
import { describe, expect, it } from 'vitest';
import { type CodeGraphStore, type GraphRecord, openStore } from '../src/index.js';
import { keyOf, makeDirectory, makeEdge, makeFile, makeRecords } from './graph-fixture.js';
import { readFormat, rewriteAsFormat1 } from './support/write-old-format.js';

const LIB = makeFile('src/lib.rs', [
  { name: 'open', code: 'fn open() { read(); }\n// line\n\n"a\\nb"' },
  { name: 'read', code: 'fn read() { "🦀 \u2028 \\u0000" }' },
]);
const LATER = makeFile('src/later.rs', [{ name: 'later', code: 'fn later() {}' }]);
const open = keyOf('src/lib.rs', 'open');
const read = keyOf('src/lib.rs', 'read');

async function readGraph(store: CodeGraphStore): Promise<GraphRecord[]> {
  const records: GraphRecord[] = [];
  for await (const record of store.exportGraph()) records.push(record);
  return records;
}

/** A graph of format 1: part of it in the snapshot, a plan and a later file in the journal. */
async function writeOldGraph(dir: string): Promise<GraphRecord[]> {
  await using store = await openStore({ dir });
  await store.ingest(makeRecords([LIB], [makeEdge(open, read)]));
  await store.importGraph(await readGraph(store));
  await store.ingest(makeRecords([LATER]));
  const after = makeFile('src/lib.rs', [{ name: 'read', code: 'fn read() {}' }]);
  await store.propose('p', diffRows(LIB.chunks, after.chunks));
  const graph = await readGraph(store);
  await store[Symbol.asyncDispose]();
  rewriteAsFormat1(dir);
  return graph;
}

describe('a graph of format 1', () => {
  it('answers as before and becomes format 2 when it is opened for writing', async () => {
    using directory = makeDirectory();
    const snapshot = join(directory.path, 'graph.snapshot');
    const graph = await writeOldGraph(directory.path);
    expect(readFormat(snapshot)).toBe(1);
    {
      await using store = await openStore({ dir: directory.path });
      expect(await readGraph(store)).toEqual(graph);
      expect((await store.callersOf(read)).hits.map((hit) => hit.key)).toEqual([open]);
      expect((await store.search('later')).hits[0]?.key).toBe(keyOf('src/later.rs', 'later'));
      expect((await store.runQuery('?[count(key)] := *rows{key}')).rows).toEqual([[5]]);
    }
    expect(readFormat(snapshot)).toBe(2);
    expect(readFormat(join(directory.path, 'graph.journal'))).toBe(2);
    await using again = await openStore({ dir: directory.path });
    expect(await readGraph(again)).toEqual(graph);
    await again.promote('p');
    expect(await again.callersOf(read)).toMatchObject({ hits: [] });
  });

  it('is read by a reader without being changed', async () => {
    using directory = makeDirectory();
    const snapshot = join(directory.path, 'graph.snapshot');
    const graph = await writeOldGraph(directory.path);
    const before = readFileSync(snapshot);
    await using reader = await openStore({ dir: directory.path, readOnly: true });
    expect(await readGraph(reader)).toEqual(graph);
    expect((await reader.getRow(read))?.current_code).toContain('🦀');
    expect(readFileSync(snapshot).equals(before)).toBe(true);
  });
});
