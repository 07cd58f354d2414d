import {
  diffRows,
  type Edge,
  fileKey,
  type IndexRecord,
  type Row,
  type RowKey,
  type Summary,
} from '@parseltongue/isg-core';
import type { ExpectStatic } from 'vitest';
import type { CodeGraphStore } from '../src/index.js';
import { containment, hashOf, keyOf, makeEdge, makeFile, makeRecords } from './graph-fixture.js';

/** What the suite needs of a runner and of an engine; it is the same for every engine. */
export interface StoreContract {
  it: (title: string, run: () => Promise<void>) => void;
  expect: ExpectStatic;
  /** An empty store. */
  open: () => Promise<CodeGraphStore>;
}

const LIB = makeFile('src/lib.rs', [
  { name: 'parse', code: 'pub fn parse() { read(); }' },
  { name: 'read', code: 'pub fn read() {}' },
  { name: 'Lexer', code: 'impl Lexer ', members: [{ name: 'next', code: 'fn next(&self) { read(); }' }] },
]);
const TESTS = makeFile('tests/it.rs', [
  { name: 'parses', code: '#[test] fn parses() { parse(); }', isTest: true },
]);
const parse = keyOf('src/lib.rs', 'parse');
const read = keyOf('src/lib.rs', 'read');
const next = keyOf('src/lib.rs', 'next', ['Lexer']);
const parses = keyOf('tests/it.rs', 'parses');
const EDGES = [makeEdge(parse, read), makeEdge(next, read, { resolution: 'exact' }), makeEdge(parses, parse)];
const RECORDS = makeRecords([LIB, TESTS], EDGES);
const SUMMARY: Summary = {
  text: 'Reads input',
  provenance: 'rule_based',
  content_hash: hashOf('pub fn read() {}'),
  model_sha: null,
  prompt_version: null,
  quality: 0.5,
};

/** Checks that a store keeps the contract of `RowStore`. */
export function runStoreContract(contract: StoreContract): void {
  checkReads(contract);
  checkIngest(contract);
  checkRefusals(contract);
  checkPlans(contract);
  checkPromotion(contract);
  checkRoundTrip(contract);
}

function checkReads({ it, expect, open }: StoreContract): void {
  it('reads back every column of every row, in byte order with the file first', async () => {
    await using store = await filled(open);
    const rows = await store.rowsOfFile('src/lib.rs');
    expect(rows.map(toChunk)).toEqual(LIB.chunks);
    expect(await store.getRow(next)).toEqual(rows.find((row) => row.isgl1_key === next));
    expect(await store.getRow(keyOf('src/lib.rs', 'absent'))).toBeUndefined();
    expect(await store.rowsOfFile('src/absent.rs')).toEqual([]);
  });

  it('filters and pages rows in key order and tells the total', async () => {
    await using store = await filled(open);
    const all = await store.findRows({});
    expect(all.rows.map((row) => row.isgl1_key)).toEqual(
      [...LIB.chunks, ...TESTS.chunks].map((row) => row.isgl1_key).sort(),
    );
    expect(await namesOf(store.findRows({ name: 'read' }))).toEqual(['read']);
    expect(await namesOf(store.findRows({ tddClass: 'TEST_IMPLEMENTATION' }))).toEqual(['parses']);
    expect(await namesOf(store.findRows({ kinds: ['method', 'impl'] }))).toEqual(
      ['next', 'Lexer'].sort((a, b) => (a < b ? 1 : -1)),
    );
    expect(await namesOf(store.findRows({ keyPrefix: 'tests/' }))).toEqual(['_', 'parses']);
    expect(await namesOf(store.findRows({ file: 'tests/it.rs', crate: 'demo' }))).toEqual(['_', 'parses']);
    const page = await store.findRows({}, { offset: 2, limit: 2 });
    expect(page).toEqual({ rows: all.rows.slice(2, 4), total: all.total });
  });

  it('reads edges from both ends and hides name candidates unless asked', async () => {
    await using store = await filled(open);
    await store.ingest([{ type: 'edge', edge: makeEdge(read, parse, { resolution: 'name' }) }]);
    expect(await store.edgesTo([read], { kinds: ['calls'] })).toEqual([EDGES[1], EDGES[0]]);
    expect(await store.edgesFrom([parse])).toEqual([EDGES[0]]);
    expect(await store.edgesFrom([read])).toEqual([]);
    expect(await store.edgesFrom([read], { tiers: ['name'] })).toHaveLength(1);
    expect(await store.edgesFrom([fileKey('tests/it.rs')], { kinds: ['contains'] })).toEqual(
      containment(TESTS),
    );
  });

  it('lists files and reference counts', async () => {
    await using store = await filled(open);
    const references = {
      key: parse,
      unresolved_count: 3,
      external: [{ crate: 'std', name: 'unwrap', count: 2 }],
    };
    await store.ingest([{ type: 'references', references }]);
    expect(await store.files()).toEqual([LIB.facts, TESTS.facts]);
    expect(await store.referencesOf([read, parse])).toEqual([references]);
  });
}

function checkIngest({ it, expect, open }: StoreContract): void {
  it('replaces what is known of each file in the stream and of nothing else', async () => {
    await using store = await filled(open);
    const changed = makeFile('src/lib.rs', [{ name: 'parse', code: 'pub fn parse() {}' }]);
    const written = await store.ingest(makeRecords([changed]));
    expect(written).toEqual({ files: 1, rows: 2, edges: 1 });
    expect((await store.rowsOfFile('src/lib.rs')).map(toChunk)).toEqual(changed.chunks);
    expect(await store.edgesFrom([parse])).toEqual([]);
    expect(await store.edgesTo([parse], { kinds: ['calls'] })).toEqual([EDGES[2]]);
    expect(await store.edgesTo([read], { tiers: ['exact', 'typed', 'name'] })).toEqual([]);
    expect(await store.rowsOfFile('tests/it.rs')).toHaveLength(2);
  });

  it('takes a removed file away with its rows, edges and summaries', async () => {
    await using store = await filled(open);
    await store.putSummaries([{ key: read, summary: SUMMARY }]);
    await store.ingest([{ type: 'removed', path: 'src/lib.rs' }]);
    expect(await store.files()).toEqual([TESTS.facts]);
    expect((await store.findRows({})).total).toBe(2);
    expect(await store.edgesFrom([parses])).toEqual([]);
    await store.ingest(makeRecords([LIB]));
    expect((await store.getRow(read))?.llm_summary).toBeNull();
  });

  it('keeps a summary over a re-index of its file', async () => {
    await using store = await filled(open);
    await store.putSummaries([{ key: read, summary: SUMMARY }]);
    await store.ingest(makeRecords([LIB]));
    expect((await store.getRow(read))?.llm_summary).toEqual(SUMMARY);
  });

  it('merges a reference told twice and keeps the better tier', async () => {
    await using store = await filled(open);
    const again = makeEdge(parse, read, {
      resolution: 'exact',
      reason: 'scip',
      sites: [{ start: 9, end: 12, line: 2 }],
    });
    await store.ingest([EDGES[0], again].map((edge): IndexRecord => ({ type: 'edge', edge: edge as Edge })));
    const merged = { ...again, sites: [...(EDGES[0]?.sites ?? []), ...again.sites] };
    expect(await store.edgesFrom([parse])).toEqual([merged]);
  });

  it('keeps hostile text in every column', async () => {
    await using store = await open();
    for (const text of [
      '"\'`\\',
      '?[a] <- [[1]] :rm rows {key}',
      'a\u0000b',
      '😀\u{10FFFF}é',
      '$key; ::remove rows',
      'x'.repeat(2 ** 20),
    ]) {
      const file = makeFile('src/hostile.rs', [{ name: 'item', code: text, doc: text, signature: text }]);
      await store.ingest(makeRecords([file]));
      expect((await store.rowsOfFile('src/hostile.rs')).map(toChunk)).toEqual(file.chunks);
      await store.search(text.slice(0, 1000));
      expect(await store.getRow(text as RowKey)).toBeUndefined();
      expect((await store.findRows({ name: text })).total).toBe(0);
    }
  });
}

function checkRefusals({ it, expect, open }: StoreContract): void {
  const refusals: [string, () => IndexRecord[], string][] = [
    [
      'an edge to a missing row',
      () => [{ type: 'edge', edge: makeEdge(parse, keyOf('src/x.rs', 'gone')) }],
      'PT_STORE_EDGE_DANGLING',
    ],
    [
      'a key that stands twice',
      () => [...makeRecords([LIB]), { type: 'row', row: LIB.chunks[1] as Row }],
      'PT_STORE_KEY_DUPLICATE',
    ],
    ['a row without its file', () => makeRecords([LIB]).slice(1), 'PT_STORE_RECORD_INVALID'],
    [
      'a path that leaves the repository',
      () => [{ type: 'removed', path: '../x.rs' }],
      'PT_STORE_RECORD_INVALID',
    ],
    [
      'counts that belong to no row',
      () => [
        { type: 'references', references: { key: keyOf('a.rs', 'b'), unresolved_count: 1, external: [] } },
      ],
      'PT_STORE_RECORD_INVALID',
    ],
    [
      'half a character',
      () => makeRecords([makeFile('src/a.rs', [{ name: 'a', code: 'fn a', doc: '\ud800' }])]),
      'PT_STORE_RECORD_INVALID',
    ],
    [
      'code beyond the limit',
      () => makeRecords([makeFile('src/a.rs', [{ name: 'a', code: 'x'.repeat(2 ** 24 + 1) }])]),
      'PT_STORE_ROW_TOO_LARGE',
    ],
  ];
  for (const [title, records, code] of refusals) {
    it(`refuses ${title} and leaves the graph as it was`, async () => {
      await using store = await filled(open);
      const before = await listRows(store);
      await expect(
        store.ingest([...makeRecords([makeFile('src/new.rs', [])]), ...records()]),
      ).rejects.toMatchObject({ code });
      expect(await listRows(store)).toEqual(before);
    });
  }

  it('leaves the graph as it was when the stream itself fails', async () => {
    await using store = await filled(open);
    async function* failing(): AsyncGenerator<IndexRecord> {
      yield* makeRecords([makeFile('src/lib.rs', [])]);
      await Promise.reject(new Error('source lost'));
    }
    await expect(store.ingest(failing())).rejects.toThrow('source lost');
    expect((await store.rowsOfFile('src/lib.rs')).map(toChunk)).toEqual(LIB.chunks);
  });

  it('refuses what names a row or plan that does not exist', async () => {
    await using store = await filled(open);
    const absent = keyOf('src/lib.rs', 'absent');
    await expect(store.callersOf(absent)).rejects.toMatchObject({
      code: 'PT_STORE_ROW_UNKNOWN',
      details: { key: absent },
    });
    await expect(store.blastRadius([absent])).rejects.toMatchObject({ code: 'PT_STORE_ROW_UNKNOWN' });
    await expect(store.putSummaries([{ key: absent, summary: SUMMARY }])).rejects.toMatchObject({
      code: 'PT_STORE_ROW_UNKNOWN',
    });
    await expect(store.promote('none')).rejects.toMatchObject({ code: 'PT_STORE_PLAN_UNKNOWN' });
    await expect(store.getRow(read, { at: { plan: 'none' } })).rejects.toMatchObject({
      code: 'PT_STORE_PLAN_UNKNOWN',
    });
    expect(await store.futureRows('none')).toEqual([]);
    await store.discard('none');
  });
}

const FUTURE = makeFile('src/lib.rs', [
  { name: 'parse', code: 'pub fn parse() { scan(); }\n// längerer Körper' },
  { name: 'scan', code: 'fn scan() {}' },
  { name: 'Lexer', code: 'impl Lexer ', members: [{ name: 'next', code: 'fn next(&self) { read(); }' }] },
]);
const CHANGES = diffRows(LIB.chunks, FUTURE.chunks);
const scan = keyOf('src/lib.rs', 'scan');

function checkPlans({ it, expect, open }: StoreContract): void {
  it('answers about a plan without changing the current graph', async () => {
    await using store = await filled(open);
    await store.propose('p', CHANGES);
    const at = { plan: 'p' };
    expect((await store.rowsOfFile('src/lib.rs', { at })).map(toChunk)).toEqual(FUTURE.chunks);
    expect((await store.rowsOfFile('src/lib.rs')).map(toChunk)).toEqual(LIB.chunks);
    expect(await store.getRow(read, { at })).toBeUndefined();
    expect(await store.getRow(scan)).toBeUndefined();
    expect((await store.getRow(scan, { at }))?.current_code).toBe('fn scan() {}');
    expect(await namesOf(store.findRows({ file: 'src/lib.rs', kinds: ['function'] }, {}, { at }))).toEqual([
      'parse',
      'scan',
    ]);
    expect(await store.edgesTo([read], { at })).toEqual([]);
    expect(await store.edgesTo([parse], { at, kinds: ['calls'] })).toEqual([EDGES[2]]);
    expect((await store.files({ at })).find((file) => file.path === 'src/lib.rs')?.hash).toBe(
      FUTURE.facts.hash,
    );
    const { hits, meta } = await store.callersOf(parse, { at });
    expect(hits.map((hit) => hit.key)).toEqual([parses]);
    expect(meta.rewritten).toBeGreaterThan(0);
  });

  it('shows the temporal columns of a plan in their legal states', async () => {
    await using store = await filled(open);
    await store.propose('p', CHANGES);
    const states = (await store.temporalRows('p')).map((row) => [
      row.name,
      row.current_ind,
      row.future_ind,
      row.future_action,
      row.future_code,
    ]);
    const edits = [['parse', 1, 1, 'Edit', 'pub fn parse() { scan(); }\n// längerer Körper']];
    expect(states).toEqual(
      expect.arrayContaining([
        ...edits,
        ['read', 1, 0, 'Delete', null],
        ['scan', 0, 1, 'Create', 'fn scan() {}'],
      ]),
    );
  });

  it('keeps several plans side by side and replaces a plan as a whole', async () => {
    await using store = await filled(open);
    await store.propose('p', CHANGES);
    await store.propose('q', []);
    expect(await store.plans()).toEqual(['p', 'q']);
    expect(await store.futureRows('p')).toEqual(CHANGES);
    expect((await store.rowsOfFile('src/lib.rs', { at: { plan: 'q' } })).map(toChunk)).toEqual(LIB.chunks);
    await store.propose('p', []);
    expect(await store.futureRows('p')).toEqual([]);
    await store.discard('p');
    expect(await store.plans()).toEqual(['q']);
  });

  it('refuses illegal transitions, unknown rows and plans that do not assemble', async () => {
    await using store = await filled(open);
    const row = FUTURE.chunks.find((chunk) => chunk.isgl1_key === scan) as Row;
    const edit = { key: scan, action: 'Edit' as const, row, layout: [] };
    await expect(store.propose('p', [edit])).rejects.toMatchObject({ code: 'PT_STORE_ROW_UNKNOWN' });
    const create = { key: read, action: 'Create' as const, row: LIB.chunks[2] as Row, layout: [] };
    await expect(store.propose('p', [create])).rejects.toMatchObject({
      code: 'PT_STORE_TRANSITION_ILLEGAL',
      details: { state: 'unchanged' },
    });
    const orphaning = { key: keyOf('src/lib.rs', 'Lexer'), action: 'Delete' as const, row: null };
    await expect(store.propose('p', [orphaning])).rejects.toMatchObject({ code: 'PT_STORE_PLAN_BROKEN' });
    await expect(store.propose('p', [orphaning, orphaning])).rejects.toMatchObject({
      code: 'PT_STORE_KEY_DUPLICATE',
    });
    expect(await store.plans()).toEqual([]);
  });
}

function checkPromotion({ it, expect, open }: StoreContract): void {
  it('makes the plan current and ends it', async () => {
    await using store = await filled(open);
    await store.putSummaries([{ key: read, summary: SUMMARY }]);
    await store.propose('p', CHANGES);
    const planned = await readAll(store, { plan: 'p' });
    await store.promote('p');
    expect(await readAll(store, 'current')).toEqual(planned);
    expect(await store.plans()).toEqual([]);
    expect((await store.getRow(scan))?.future_action).toBe('None');
  });

  it('creates and deletes whole files', async () => {
    await using store = await filled(open);
    const fresh = makeFile('src/new.rs', [{ name: 'fresh', code: 'fn fresh() {}' }]);
    await store.propose('p', [...diffRows([], fresh.chunks), ...diffRows(TESTS.chunks, [])]);
    await store.promote('p');
    expect((await store.rowsOfFile('src/new.rs')).map(toChunk)).toEqual(fresh.chunks);
    expect(await store.rowsOfFile('tests/it.rs')).toEqual([]);
    expect((await store.files()).map((file) => [file.path, file.hash])).toEqual([
      ['src/lib.rs', LIB.facts.hash],
      ['src/new.rs', fresh.facts.hash],
    ]);
    expect(await store.edgesTo([parse], { kinds: ['calls'] })).toEqual([]);
    expect(await store.edgesFrom([fileKey('src/new.rs')])).toEqual(containment(fresh));
  });

  it('refuses a plan whose rows have changed under it, but not one that is already applied', async () => {
    await using store = await filled(open);
    await store.propose('p', CHANGES);
    await store.ingest(makeRecords([FUTURE]));
    await store.promote('p');
    expect((await store.rowsOfFile('src/lib.rs')).map(toChunk)).toEqual(FUTURE.chunks);
    await store.propose('q', diffRows(FUTURE.chunks, LIB.chunks));
    await store.ingest(
      makeRecords([makeFile('src/lib.rs', [{ name: 'parse', code: 'fn parse() { other() }' }])]),
    );
    await expect(store.promote('q')).rejects.toMatchObject({ code: 'PT_STORE_PLAN_STALE' });
    expect(await store.plans()).toEqual(['q']);
  });
}

function checkRoundTrip({ it, expect, open }: StoreContract): void {
  it('exports rows that import to the same rows', async () => {
    await using source = await filled(open);
    await source.putSummaries([{ key: read, summary: SUMMARY }]);
    const facts = {
      tool: 'scip',
      tool_version: '1',
      file_hash: LIB.facts.hash,
      resolved_signature: null,
      docs: null,
      reference_count: 2,
    };
    const rows = (await listRows(source)).map((row) =>
      row.isgl1_key === read ? { ...row, lsp_meta_data: facts } : row,
    );
    await using target = await open();
    expect(await target.importRows(rows)).toEqual({ rows: rows.length });
    expect(await listRows(target)).toEqual(rows);
    const planned = { ...(rows[0] as Row), future_action: 'Edit' as const };
    await expect(target.importRows([planned])).rejects.toMatchObject({ code: 'PT_STORE_RECORD_INVALID' });
  });

  it('is empty after a reset', async () => {
    await using store = await filled(open);
    await store.propose('p', CHANGES);
    await store.reset();
    expect(await listRows(store)).toEqual([]);
    expect(await store.plans()).toEqual([]);
    expect(await store.status()).toMatchObject({ rows: 0, edges: 0, files: 0, plans: 0, indexed_at: null });
  });
}

async function filled(open: StoreContract['open']): Promise<CodeGraphStore> {
  const store = await open();
  await store.ingest(RECORDS);
  return store;
}

async function listRows(store: CodeGraphStore): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const row of store.exportRows()) rows.push(row);
  return rows;
}

async function namesOf(found: Promise<{ rows: Row[] }>): Promise<string[]> {
  return (await found).rows.map((row) => row.name);
}

async function readAll(store: CodeGraphStore, at: 'current' | { plan: string }) {
  const { rows } = await store.findRows({}, { limit: 1000 }, { at });
  const keys = rows.map((row) => row.isgl1_key);
  return {
    rows,
    edges: await store.edgesFrom(keys, { at }),
    incoming: await store.edgesTo(keys, { at }),
    files: await store.files({ at }),
  };
}

/** The chunk a row was made from. */
export function toChunk(row: Row) {
  const {
    contract: _c,
    current_ind: _i,
    future_ind: _f,
    future_action: _a,
    future_code: _t,
    lsp_meta_data: _l,
    llm_summary: _s,
    ...chunk
  } = row;
  return chunk;
}
