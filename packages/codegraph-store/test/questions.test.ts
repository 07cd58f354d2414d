import { diffRows, estimateTokenCount } from '@parseltongue/isg-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CodeGraphStore, openStore } from '../src/index.js';
import { hashOf, keyOf, makeDirectory, makeEdge, makeFile, makeRecords } from './graph-fixture.js';

const LIB = 'src/lib.rs';
const lib = makeFile(LIB, [
  {
    name: 'read_config',
    code: 'pub fn read_config() { open_file() }',
    doc: 'Loads the settings of the program.',
  },
  { name: 'open_file', code: 'fn open_file() {}' },
  {
    name: 'HttpServer',
    code: 'impl HttpServer ',
    members: [{ name: 'serve', code: 'fn serve(&self) { read_config() }' }],
  },
  { name: 'unused', code: 'fn unused() {}' },
]);
const tests = makeFile('tests/it.rs', [
  { name: 'serves', code: '#[test] fn serves() {}', isTest: true },
  { name: 'reads', code: '#[test] fn reads() {}', isTest: true },
]);
const read = keyOf(LIB, 'read_config');
const open = keyOf(LIB, 'open_file');
const serve = keyOf(LIB, 'serve', ['HttpServer']);
const unused = keyOf(LIB, 'unused');
const serves = keyOf('tests/it.rs', 'serves');
const reads = keyOf('tests/it.rs', 'reads');
const edges = [
  makeEdge(read, open),
  makeEdge(serve, read, { resolution: 'exact' }),
  makeEdge(serves, serve),
  makeEdge(reads, read),
  makeEdge(unused, open, { resolution: 'name' }),
];

describe('questions about the graph', () => {
  const directory = makeDirectory();
  let store: CodeGraphStore;
  beforeAll(async () => {
    store = await openStore({ dir: directory.path });
    await store.ingest(makeRecords([lib, tests], edges));
    await store.ingest([
      { type: 'references', references: { key: read, unresolved_count: 4, external: [] } },
    ]);
  });
  afterAll(async () => {
    await store[Symbol.asyncDispose]();
    directory[Symbol.dispose]();
  });

  it('walks callers by distance and states what it followed', async () => {
    const { hits, meta } = await store.callersOf(open, { depth: 3 });
    expect(hits.map((hit) => [hit.key, hit.depth])).toEqual([
      [read, 1],
      [serve, 2],
      [reads, 2],
      [serves, 3],
    ]);
    expect(hits[1]?.via).toEqual({ key: read, kind: 'calls', resolution: 'exact' });
    expect(meta).toMatchObject({
      tiers: ['exact', 'typed'],
      total: 4,
      shown: 4,
      level: 'signatures',
      unresolved_share: 0.5,
    });
    expect(meta.indexed_at).toMatch(/^\d{4}-/);
    expect((await store.callersOf(open)).hits.map((hit) => hit.key)).toEqual([read]);
    expect((await store.callersOf(open, { tiers: ['name'] })).hits.map((hit) => hit.key)).toEqual([unused]);
  });

  it('walks callees and takes only what it visited as the scope of its share', async () => {
    const direct = await store.calleesOf(serve);
    expect(direct.hits.map((hit) => hit.key)).toEqual([read]);
    expect(direct.meta.unresolved_share).toBe(0);
    const far = await store.calleesOf(serve, { depth: 2 });
    expect(far.hits.map((hit) => hit.key)).toEqual([read, open]);
    expect(far.meta.unresolved_share).toBe(0.6667);
  });

  it('splits tests out of a blast radius and lets a container speak for its members', async () => {
    const blast = await store.blastRadius([open]);
    expect(
      blast.levels.map((level) => [
        level.depth,
        level.code.map((hit) => hit.key),
        level.tests.map((hit) => hit.key),
      ]),
    ).toEqual([
      [1, [read], []],
      [2, [serve], [reads]],
      [3, [], [serves]],
    ]);
    const container = await store.blastRadius([keyOf(LIB, 'HttpServer')]);
    expect(container.seeds).toContain(serve);
    expect(container.levels[0]?.tests.map((hit) => hit.key)).toEqual([serves]);
  });

  it('orders affected tests by distance', async () => {
    const { tests: affected } = await store.affectedTests([open]);
    expect(affected.map((test) => [test.key, test.distance])).toEqual([
      [reads, 2],
      [serves, 3],
    ]);
    expect((await store.affectedTests([unused])).tests).toEqual([]);
  });

  it('asks the same of a plan', async () => {
    const future = makeFile(LIB, [{ name: 'open_file', code: 'fn open_file() {}' }]);
    await store.propose('cut', diffRows(lib.chunks, future.chunks));
    const { hits } = await store.callersOf(open, { depth: 9, at: { plan: 'cut' } });
    expect(hits).toEqual([]);
    expect((await store.search('config', { at: { plan: 'cut' } })).hits).toEqual([]);
    expect((await store.search('config')).hits[0]?.key).toBe(read);
    await store.discard('cut');
  });

  it('finds rows by parts of names, docs and paths, and by summary', async () => {
    const keys = async (query: string) =>
      (await store.search(query, { useGraph: false })).hits.map((hit) => hit.key);
    expect(await keys('settings')).toEqual([read]);
    expect((await keys('http servers'))[0]).toBe(keyOf(LIB, 'HttpServer'));
    expect((await keys('readConfig'))[0]).toBe(read);
    expect(await keys('confg')).toContain(read);
    expect(await keys('qqqq')).toEqual([]);
    const summary = {
      text: 'Touches the filesystem',
      provenance: 'rule_based' as const,
      content_hash: hashOf(''),
      model_sha: null,
      prompt_version: null,
      quality: 1,
    };
    await store.putSummaries([{ key: open, summary }]);
    expect((await store.search('filesystem', { useGraph: false })).hits).toMatchObject([
      { key: open, summary: 'Touches the filesystem' },
    ]);
  });

  it('filters a search by class and path and shows bodies when asked', async () => {
    const { hits } = await store.search('reads serves config', { tddClass: 'TEST_IMPLEMENTATION' });
    expect(hits.map((hit) => hit.key).sort()).toEqual([reads, serves]);
    const bodies = await store.search('settings', { detail: 'bodies', pathPrefix: 'src/' });
    expect(bodies.hits[0]?.code).toBe('pub fn read_config() { open_file() }');
    expect((await store.search('settings', { pathPrefix: 'tests/' })).hits).toEqual([]);
  });

  it('goes from bodies to signatures to keys to counts as the budget shrinks', async () => {
    const levels = new Set<string>();
    for (let tokenBudget = 900; tokenBudget >= 0; tokenBudget -= 3) {
      const { hits, meta } = await store.search('read open serve', { detail: 'bodies', tokenBudget });
      const cost = hits.length === 0 ? 0 : estimateTokenCount(JSON.stringify(hits));
      expect(meta.token_cost).toBe(cost);
      expect(cost).toBeLessThanOrEqual(tokenBudget);
      expect(meta.shown).toBe(hits.length);
      levels.add(meta.level);
    }
    expect([...levels]).toEqual(['bodies', 'signatures', 'keys', 'counts']);
  });

  it('never exceeds the token budget of any answer', async () => {
    for (let tokenBudget = 0; tokenBudget < 300; tokenBudget += 7) {
      const walk = await store.callersOf(open, { depth: 3, tokenBudget });
      expect(walk.hits.length === 0 ? 0 : estimateTokenCount(JSON.stringify(walk.hits))).toBeLessThanOrEqual(
        tokenBudget,
      );
      expect(walk.meta.total).toBe(4);
      const blast = await store.blastRadius([open], { tokenBudget });
      const shown = blast.levels.flatMap((level) => [...level.code, ...level.tests]);
      expect(shown.length === 0 ? 0 : estimateTokenCount(JSON.stringify(shown))).toBeLessThanOrEqual(
        tokenBudget,
      );
      expect(blast.levels.reduce((sum, level) => sum + level.code_total + level.tests_total, 0)).toBe(4);
      const map = await store.repoMap({ tokenBudget });
      expect(estimateTokenCount(map.text)).toBe(map.meta.token_cost);
      expect(map.meta.token_cost).toBeLessThanOrEqual(tokenBudget);
    }
  });

  it('ranks what is used most first, around a focus when there is one', async () => {
    const map = await store.repoMap({ tokenBudget: 1000 });
    expect(map.rows.map((row) => row.key).slice(0, 2)).toEqual([open, read]);
    expect(map.text.startsWith(`${LIB}\n`)).toBe(true);
    expect(map.text).not.toContain('serves');
    expect(await store.repoMap({ tokenBudget: 1000 })).toEqual(map);
    const focused = await store.repoMap({ tokenBudget: 1000, focus: [unused] });
    expect(focused.rows[0]?.key).toBe(unused);
  });

  it('counts what it holds', async () => {
    const analytics = await store.analytics();
    expect(analytics.rows).toEqual({
      total: 9,
      by_kind: { file: 2, function: 5, impl: 1, method: 1 },
      by_class: { TEST_IMPLEMENTATION: 2, CODE_IMPLEMENTATION: 7 },
      by_crate: { demo: 9 },
    });
    expect(analytics.edges).toEqual({
      total: 12,
      by_kind: { calls: 5, contains: 7 },
      by_resolution: { exact: 1, typed: 10, name: 1 },
    });
    expect(analytics.hot_spots[0]).toEqual({ key: read, callers: 2 });
    expect(analytics.test_ratio).toBe(0.3333);
    expect(analytics.unresolved_share).toBe(0.5);
  });

  it('refuses options that mean nothing', async () => {
    const refusals = [
      store.callersOf(open, { depth: 0 }),
      store.search('x', { limit: 0 }),
      store.search('read', { tokenBudget: -1 }),
      store.repoMap({ tokenBudget: 1.5 }),
      store.findRows({}, { offset: -1 }),
      store.propose('', []),
    ];
    for (const refusal of refusals)
      await expect(refusal).rejects.toMatchObject({ code: 'PT_STORE_OPTION_INVALID' });
  });

  it('refuses every call once it is closed, and an aborted opening', async () => {
    using other = makeDirectory();
    const closed = await openStore({ dir: other.path });
    await closed[Symbol.asyncDispose]();
    await expect(closed.plans()).rejects.toMatchObject({ code: 'PT_STORE_CLOSED' });
    await expect(openStore({ dir: other.path, signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'PT_STORE_ABORTED',
    });
    const controller = new AbortController();
    await using store2 = await openStore({ dir: other.path, signal: controller.signal });
    async function* aborting() {
      yield* makeRecords([lib]);
      controller.abort();
      await Promise.resolve();
      yield* makeRecords([tests]);
    }
    await expect(store2.ingest(aborting())).rejects.toMatchObject({ code: 'PT_STORE_ABORTED' });
    expect(await store2.files()).toEqual([]);
  });
});
