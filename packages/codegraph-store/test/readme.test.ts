import { mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { diffRows } from '@parseltongue/isg-core';
import { expect, it } from 'vitest';
import { openStore } from '../src/index.js';
import { keyOf, makeDirectory, makeEdge, makeFile, makeRecords } from './graph-fixture.js';

const lib = makeFile('src/lib.rs', [
  { name: 'parse_config', code: 'fn parse_config() {}' },
  { name: 'main', code: 'fn main() { parse_config() }' },
]);
const later = makeFile('src/lib.rs', [{ name: 'parse_config', code: 'fn parse_config() { 1 }' }]);

it('runs the example of the README', async () => {
  using directory = makeDirectory();
  mkdirSync(dirname(directory.path), { recursive: true });
  const before = process.cwd();
  process.chdir(dirname(directory.path));
  const key = keyOf('src/lib.rs', 'parse_config');
  const records = makeRecords([lib], [makeEdge(keyOf('src/lib.rs', 'main'), key)]);
  const current = lib.chunks;
  const future = later.chunks;
  try {
    // example
    await using store = await openStore({ dir: '.parseltongue' });
    await store.ingest(records); // what the chunk streamer emits
    const { hits, meta } = await store.callersOf(key, { depth: 3, tokenBudget: 2000 });
    const { levels } = await store.blastRadius([key]);
    const found = await store.search('parse config', { tddClass: 'CODE_IMPLEMENTATION' });
    await store.propose('rename', diffRows(current, future)); // a future no file holds yet
    const after = await store.callersOf(key, { at: { plan: 'rename' } });
    await store.promote('rename'); // the future is the current graph, in one transaction
    // end of example
    expect({ hits, meta, levels, found, after }).toMatchObject({
      hits: [{ key: keyOf('src/lib.rs', 'main') }],
      meta: { shown: 1 },
      levels: [{ depth: 1, code_total: 1 }],
      found: { hits: expect.arrayContaining([expect.objectContaining({ key })]) as unknown },
      after: { hits: [] },
    });
  } finally {
    process.chdir(before);
  }
});

it('shows in the README what the test above runs', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const shown = linesOf(/```ts\n([\s\S]*?)```/.exec(readme)?.[1]).filter(
    (line) => !line.startsWith('import'),
  );
  const own = readFileSync(new URL(import.meta.url), 'utf8');
  expect(shown).toEqual(linesOf(/\/\/ example\n([\s\S]*?)\/\/ end of example/.exec(own)?.[1]));
});

function linesOf(text = ''): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
