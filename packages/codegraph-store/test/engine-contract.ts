import { diffRows } from '@parseltongue/isg-core';
import type { CodeGraphStore } from '../src/index.js';
import { keyOf, makeEdge, makeFile, makeRecords } from './graph-fixture.js';
import type { StoreContract } from './store-contract.js';

const HOSTILE = '"; ::remove code; \' }] \\ 🦀 \u0001';
const FILE = makeFile('src/lib.rs', [
  { name: 'serve', code: 'pub fn serve() { read(); }' },
  { name: 'read', code: 'pub fn read() {}' },
  { name: 'hostile', code: `fn hostile() { "${HOSTILE}" }` },
]);
const serve = keyOf('src/lib.rs', 'serve');
const read = keyOf('src/lib.rs', 'read');
const hostile = keyOf('src/lib.rs', 'hostile');
const RECORDS = makeRecords([FILE], [makeEdge(serve, read)]);
const TARGETS = '?[to] := *edges{from: $from, to}';
const ENDLESS = 'n[x] := x = 0\nn[y] := n[x], y = x + 1\n?[max(x)] := n[x]';
const PAGE_RANK =
  'links[from, to] := *edges{from, to}\n?[key, rank] <~ PageRank(links[from, to])\n:order -rank';

/** Checks that raw CozoScript is answered alike by every engine, as its capabilities say. */
export function runEngineContract(contract: StoreContract): void {
  checkAnswers(contract);
  checkLimits(contract);
}

function checkAnswers({ it, expect, open }: StoreContract): void {
  it('answers CozoScript with bound parameters, and tells how much it left out', async () => {
    await using store = await filled(open);
    expect(await store.runQuery(TARGETS, { from: serve })).toMatchObject({
      headers: ['to'],
      rows: [[read]],
      is_truncated: false,
    });
    expect(await store.runQuery('?[key] := *rows{key}', {}, { limit: 2 })).toMatchObject({
      total: 4,
      is_truncated: true,
    });
    expect((await store.runQuery('?[count(path)] := *files{path}')).rows).toEqual([[1]]);
  });

  it('keeps hostile text as it is, in columns and in parameters', async () => {
    await using store = await filled(open);
    const script = '?[current_code] := *code{key: $key, current_code}, current_code != $other';
    const { rows } = await store.runQuery(script, { key: hostile, other: HOSTILE });
    expect(rows).toEqual([[`fn hostile() { "${HOSTILE}" }`]]);
    expect((await store.runQuery('?[x] := x = $x', { x: HOSTILE })).rows).toEqual([[HOSTILE]]);
  });

  it('sees every write made before the question: journaled, promoted and removed', async () => {
    await using store = await filled(open);
    await store.ingest([{ type: 'edge', edge: makeEdge(hostile, read) }]);
    expect((await store.runQuery(TARGETS, { from: hostile })).rows).toEqual([[read]]);
    const after = makeFile('src/lib.rs', [{ name: 'serve', code: 'pub fn serve() {}' }]);
    await store.propose('p', diffRows(FILE.chunks, after.chunks));
    expect((await store.runQuery('?[count(key)] := *future{key}')).rows).not.toEqual([[0]]);
    await store.promote('p');
    const names = await store.runQuery('?[name] := *rows{name, kind}, kind != "file"');
    expect(names.rows).toEqual([['serve']]);
    expect((await store.runQuery(TARGETS, { from: hostile })).rows).toEqual([]);
  });

  it('has graph algorithms where its status says so', async () => {
    await using store = await filled(open);
    const { has_graph_algorithms: hasGraphAlgorithms } = await store.status();
    const ranked = store.runQuery(PAGE_RANK);
    if (hasGraphAlgorithms) expect((await ranked).rows[0]?.[0]).toBe(read);
    else await expect(ranked).rejects.toMatchObject({ code: 'PT_STORE_QUERY_INVALID' });
  });
}

function checkLimits({ it, expect, open }: StoreContract): void {
  it('refuses scripts that write or mean nothing, and stays as it was', async () => {
    await using store = await filled(open);
    const writing = [
      '?[key, current_code] <- [["a", "b"]] :put code {key => current_code}',
      '::remove code',
      ':create x {a}',
    ];
    for (const script of writing)
      await expect(store.runQuery(script)).rejects.toMatchObject({ code: 'PT_STORE_QUERY_WRITES' });
    await expect(store.runQuery('?[a :=')).rejects.toMatchObject({ code: 'PT_STORE_QUERY_INVALID' });
    expect((await store.runQuery('?[count(key)] := *code{key}')).rows).toEqual([[4]]);
  });

  it('ends a script that never ends, and answers the next one', async () => {
    await using store = await filled(open);
    await expect(store.runQuery(ENDLESS, {}, { timeoutMs: 300 })).rejects.toMatchObject({
      code: 'PT_STORE_QUERY_TIMEOUT',
    });
    expect((await store.getRow(read))?.name).toBe('read');
    expect((await store.runQuery(TARGETS, { from: serve })).rows).toEqual([[read]]);
  });
}

async function filled(open: StoreContract['open']): Promise<CodeGraphStore> {
  const store = await open();
  await store.ingest(RECORDS);
  return store;
}
