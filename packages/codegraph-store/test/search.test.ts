import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Embedder, Reranker } from '@parseltongue/isg-core';
import { describe, expect, it } from 'vitest';
import { openStore } from '../src/index.js';
import { keyOf, makeDirectory, makeEdge, makeFile, makeRecords } from './graph-fixture.js';

const car = makeFile('src/car.rs', [
  { name: 'drive', code: 'fn drive() { automobile_engine() }' },
  { name: 'park', code: 'fn park() { stop() }' },
]);
const boat = makeFile('src/boat.rs', [
  { name: 'sail', code: 'fn sail() { wind() }' },
  { name: 'wheel', code: 'fn wheel() { turn_left(1) }' },
  { name: 'wheel_again', code: 'fn wheel() { turn_left(1) }' },
  { name: 'rudder', code: 'fn rudder() {}' },
]);
const drive = keyOf('src/car.rs', 'drive');
const sail = keyOf('src/boat.rs', 'sail');
const wheel = keyOf('src/boat.rs', 'wheel');
const rudder = keyOf('src/boat.rs', 'rudder');
const records = makeRecords([car, boat], [makeEdge(wheel, rudder)]);

/** Knows one synonym and nothing else: enough to tell whether vectors take part. */
function createEmbedder(calls: string[][] = []): Embedder {
  return {
    id: 'synonyms',
    dimension: 8,
    embed: (texts) => {
      calls.push([...texts]);
      const vectorOf = (text: string) =>
        Float32Array.from(
          ['automobile|vehicle', 'sail', 'wheel', 'park', 'rudder', 'a', 'e', 'x'],
          (words) => (new RegExp(words).test(text) ? 1 : 0),
        ).map((value, i) => (i < 5 ? value * 3 : value * 0.1));
      return Promise.resolve(texts.map(vectorOf));
    },
  };
}

describe('search', () => {
  it('ranks by words alone when there is no embedder, and says so', async () => {
    using directory = makeDirectory();
    await using store = await openStore({ dir: directory.path });
    await store.ingest(records);
    const answer = await store.search('vehicle', { useGraph: false });
    expect(answer).toMatchObject({ stages: ['bm25', 'dedupe'], hits: [], files: [] });
    await expect(store.embedRows()).rejects.toMatchObject({ code: 'PT_STORE_OPTION_INVALID' });
  });

  it('puts the row that bears the words as its name before one that only talks of them', async () => {
    using directory = makeDirectory();
    await using store = await openStore({ dir: directory.path });
    const talk = 'let recipe = parse(recipe); check(recipe); parse(recipe);';
    await store.ingest(
      makeRecords([
        makeFile('src/set.rs', [{ name: 'parse_set', code: `fn parse_set() { ${talk.repeat(4)} }` }]),
        makeFile('src/book.rs', [{ name: 'parse_recipe', code: 'fn parse_recipe() { cut() }' }]),
      ]),
    );
    const { hits } = await store.search('parse recipe', { useGraph: false });
    expect(hits[0]?.key).toBe(keyOf('src/book.rs', 'parse_recipe'));
  });

  it('finds by meaning with an embedder, keeps vectors over a reopening and embeds a text once', async () => {
    using directory = makeDirectory();
    const calls: string[][] = [];
    const embedder = createEmbedder(calls);
    {
      await using store = await openStore({ dir: directory.path, embedder });
      await store.ingest(records);
      const before = await store.search('vehicle', { useGraph: false });
      expect(before.stages).not.toContain('vectors');
      expect(await store.embedRows({ batchSize: 2 })).toEqual({ embedded: 7, cached: 0 });
      expect(await store.embedRows()).toEqual({ embedded: 0, cached: 7 });
      const found = await store.search('vehicle', { useGraph: false, limit: 1 });
      expect(found.stages).toEqual(['bm25', 'vectors', 'dedupe']);
      expect(found.hits[0]?.key).toBe(drive);
      const ranked = await store.search('vehicle', { fusion: 'rrf', useGraph: false, limit: 1 });
      expect(ranked.hits[0]?.key).toBe(drive);
    }
    calls.length = 0;
    await using store = await openStore({ dir: directory.path, embedder });
    expect((await store.search('vehicle', { limit: 1 })).hits[0]?.key).toBe(drive);
    await store.ingest(
      makeRecords([makeFile('src/new.rs', [{ name: 'park', code: 'fn park() { stop() }' }])]),
    );
    expect((await store.embedRows()).embedded).toBe(1);
    expect(calls.flat()).toEqual(['vehicle', '\n']);
  });

  it('leaves a damaged vector out and makes it again', async () => {
    using directory = makeDirectory();
    const embedder = createEmbedder();
    const folder = join(directory.path, 'vectors');
    {
      await using store = await openStore({ dir: directory.path, embedder });
      await store.ingest(records);
      await store.embedRows();
    }
    const file = join(folder, readdirSync(folder)[0] ?? '');
    const bytes = readFileSync(file);
    bytes[40] = (bytes[40] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    truncateSync(file, bytes.length - 5);
    await using store = await openStore({ dir: directory.path, embedder });
    expect(await store.embedRows()).toEqual({ embedded: 2, cached: 5 });
    expect((await store.search('vehicle', { limit: 1 })).hits[0]?.key).toBe(drive);
  });

  it('refuses vectors that are not what the embedder promises', async () => {
    using directory = makeDirectory();
    const broken: Embedder = { ...createEmbedder(), embed: () => Promise.resolve([new Float32Array(3)]) };
    await using store = await openStore({ dir: directory.path, embedder: broken });
    await store.ingest(records);
    await expect(store.search('vehicle')).rejects.toMatchObject({ code: 'PT_STORE_OPTION_INVALID' });
    await using aborted = await openStore({ dir: join(directory.path, 'b'), embedder: createEmbedder() });
    await aborted.ingest(records);
    await expect(aborted.embedRows({ signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'PT_STORE_ABORTED',
    });
  });

  it('lets a reranker order the best hits', async () => {
    using directory = makeDirectory();
    const reranker: Reranker = {
      id: 'backwards',
      rerank: (_, documents) => Promise.resolve(documents.map((_text, i) => i)),
    };
    await using plain = await openStore({ dir: directory.path });
    await plain.ingest(records);
    const order = (await plain.search('wheel sail', { useGraph: false })).hits.map((hit) => hit.key);
    await plain[Symbol.asyncDispose]();
    await using store = await openStore({ dir: directory.path, reranker });
    const answer = await store.search('wheel sail', { useGraph: false });
    expect(answer.hits.map((hit) => hit.key)).toEqual([...order].reverse());
    expect(answer.stages).toContain('rerank');
  });

  it('shows one of several rows with nearly the same text', async () => {
    using directory = makeDirectory();
    await using store = await openStore({ dir: directory.path });
    await store.ingest(records);
    const { hits, duplicates } = await store.search('turn left', { useGraph: false });
    expect(hits.map((hit) => hit.key)).toEqual([wheel]);
    expect(duplicates).toBe(1);
  });

  it('lifts rows near good rows in the graph', async () => {
    using directory = makeDirectory();
    await using store = await openStore({ dir: directory.path });
    await store.ingest(records);
    const keys = async (useGraph: boolean) =>
      (await store.search('turn left', { useGraph })).hits.map((hit) => hit.key);
    expect(await keys(false)).not.toContain(rudder);
    expect(await keys(true)).toContain(rudder);
  });

  it('filters by class, path and size of file, and pages', async () => {
    using directory = makeDirectory();
    await using store = await openStore({ dir: directory.path });
    await store.ingest(records);
    const keys = async (options: object) =>
      (await store.search('fn drive sail wheel', options)).hits.map((hit) => hit.key);
    expect(await keys({ pathPrefix: 'src/car' })).not.toContain(sail);
    expect(await keys({ fileSizeBytes: { max: 70 } })).not.toContain(sail);
    expect(await keys({ fileSizeBytes: { min: 70 } })).not.toContain(drive);
    const all = await keys({ limit: 5 });
    expect([...(await keys({ limit: 2 })), ...(await keys({ limit: 3, offset: 2 }))]).toEqual(all);
  });
});
