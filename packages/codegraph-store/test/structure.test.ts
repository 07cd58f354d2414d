import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CodeGraphStore, openStore } from '../src/index.js';
import { type Item, keyOf, makeDirectory, makeEdge, makeFile, makeRecords } from './graph-fixture.js';

const LIB = 'src/lib.rs';
const item = (name: string, code: string, over: Partial<Item> = {}): Item => ({
  name,
  code,
  visibility: 'private',
  ...over,
});
const lib = makeFile(LIB, [
  item('main', 'fn main() { start() }'),
  item('start', 'fn start() { ping() }'),
  item('ping', 'fn ping() { pong() }'),
  item('pong', 'fn pong() { ping() }'),
  item('again', 'fn again() { again() }'),
  item('lonely', 'fn lonely() { helped() }'),
  item('helped', 'fn helped() {}'),
  item('exported', '#[no_mangle] pub extern "C" fn exported() {}'),
  item('kept', '#[allow(dead_code)] fn kept() {}'),
  item('default_port', 'fn default_port() -> u16 { 1 }'),
  item('Config', '#[derive(Deserialize)] struct Config { #[serde(default = "default_port")] port: u16 }', {
    kind: 'struct',
  }),
  item('guessed', 'fn guessed() {}'),
  item('api', 'pub fn api() {}', { visibility: 'public' }),
  item('Show', 'trait Show { }', { kind: 'trait' }),
  item('Show@Config', 'impl Show for Config ', {
    members: [item('show', 'fn show(&self) {}')],
  }),
]);
const other = makeFile('src/other.rs', [item('back', 'fn back() { start() }')]);
const key = (name: string, container: string[] = []) => keyOf(LIB, name, container);
const back = keyOf('src/other.rs', 'back');
const edges = [
  makeEdge(key('main'), key('start')),
  makeEdge(key('start'), key('ping')),
  makeEdge(key('ping'), key('pong')),
  makeEdge(key('pong'), key('ping')),
  makeEdge(key('again'), key('again')),
  makeEdge(key('lonely'), key('helped')),
  makeEdge(key('main'), key('guessed'), { resolution: 'name' }),
  makeEdge(key('Show@Config'), key('Show'), { kind: 'implements', reason: 'impl-trait' }),
  makeEdge(key('Show@Config'), key('Config'), { kind: 'uses_type', reason: 'impl-self' }),
  makeEdge(key('main'), key('Config'), { kind: 'uses_type' }),
  makeEdge(key('pong'), back),
  makeEdge(back, key('start')),
];

describe('questions about structure', () => {
  const directory = makeDirectory();
  let store: CodeGraphStore;
  beforeAll(async () => {
    store = await openStore({ dir: directory.path });
    await store.ingest(makeRecords([lib, other], edges));
  });
  afterAll(async () => {
    await store[Symbol.asyncDispose]();
    directory[Symbol.dispose]();
  });
  const keysOf = (answer: { hits: readonly { key: string }[] }) => answer.hits.map((hit) => hit.key);

  it('lists what is inside a row in order of place', async () => {
    expect(keysOf(await store.childrenOf(key('Show@Config')))).toEqual([key('show', ['Show@Config'])]);
    const { hits, meta } = await store.childrenOf(keyOf(LIB, '_'), { tokenBudget: 300 });
    expect(hits[0]?.key).toBe(key('main'));
    expect(meta.total).toBe(15);
    expect(meta.next_offset).toBe(meta.shown);
  });

  it('pages on where a budget ended until the whole answer was shown', async () => {
    const root = keyOf(LIB, '_');
    const whole = keysOf(await store.childrenOf(root));
    const paged: string[] = [];
    for (let offset: number | null = 0; offset !== null; ) {
      const answer = await store.childrenOf(root, { tokenBudget: 200, offset });
      paged.push(...keysOf(answer));
      expect(answer.meta.token_cost).toBeLessThanOrEqual(200);
      offset = answer.meta.next_offset;
    }
    expect(paged).toEqual(whole);
  });

  it('finds the impls of a trait and of a type, and who uses them', async () => {
    expect(keysOf(await store.implementationsOf(key('Show')))).toEqual([key('Show@Config')]);
    expect(keysOf(await store.implementationsOf(key('Config')))).toEqual([key('Show@Config')]);
    expect(keysOf(await store.usersOf(key('Config')))).toEqual([key('Show@Config'), key('main')]);
    await expect(store.usersOf(key('gone'))).rejects.toMatchObject({ code: 'PT_STORE_ROW_UNKNOWN' });
  });

  it('finds the shortest path, and says when there is none', async () => {
    const found = await store.pathBetween(key('main'), key('pong'));
    expect(keysOf(found)).toEqual([key('start'), key('ping'), key('pong')]);
    expect(found.hits[0]?.via).toEqual({ key: key('main'), kind: 'calls', resolution: 'typed' });
    expect(await store.pathBetween(key('helped'), key('main'))).toMatchObject({ is_found: false, hits: [] });
    expect(await store.pathBetween(key('main'), key('pong'), { depth: 2 })).toMatchObject({
      is_found: false,
    });
    expect(await store.pathBetween(key('main'), key('main'))).toMatchObject({ is_found: true, hits: [] });
    const guess = await store.pathBetween(key('main'), key('guessed'), { tiers: ['name'] });
    expect(guess.is_found).toBe(true);
  });

  it('finds cycles of calls and of files, self calls included', async () => {
    const { cycles, meta } = await store.cycles();
    expect(cycles).toEqual([
      { members: [key('ping'), key('pong'), key('start'), back].sort(), edges: 5 },
      { members: [key('again')], edges: 1 },
    ]);
    expect(meta.total).toBe(2);
    expect((await store.cycles({ level: 'files' })).cycles).toEqual([
      { members: [LIB, 'src/other.rs'], edges: 2 },
    ]);
  });

  it('names dead code and keeps what is used without an edge', async () => {
    const { hits, exempt } = await store.deadCode();
    expect(hits.map((hit) => [hit.key, hit.reason])).toEqual([
      [key('again'), 'no_reference'],
      [key('lonely'), 'no_reference'],
      [key('helped'), 'only_dead_references'],
    ]);
    expect(exempt).toMatchObject({
      entry_point: 1,
      trait_item: 1,
      foreign_interface: 1,
      allowed: 1,
      serde: 1,
      name_candidate: 1,
      public_api: 1,
    });
    const whole = await store.deadCode({ includePublic: true });
    expect(keysOf(whole)).toContain(key('api'));
  });
});
