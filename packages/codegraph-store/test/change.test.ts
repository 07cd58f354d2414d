import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { assembleFile, diffRows, fileKey } from '@parseltongue/isg-core';
import { describe, expect, it } from 'vitest';
import { type CodeGraphStore, type GraphRecord, openStore } from '../src/index.js';
import {
  type FixtureFile,
  hashOf,
  keyOf,
  makeDirectory,
  makeEdge,
  makeFile,
  makeRecords,
} from './graph-fixture.js';

const LIB = 'src/lib.rs';
const lib = makeFile(LIB, [
  { name: 'parse', code: 'pub fn parse() {\n    read();\n    // body\n}' },
  { name: 'read', code: 'pub fn read() {\n    open();\n}' },
  { name: 'open', code: 'fn open() {}' },
  { name: 'close', code: 'fn close() {}' },
]);
const tests = makeFile('tests/it.rs', [{ name: 'parses', code: '#[test] fn parses() {}', isTest: true }]);
const [parse, read, open, close] = ['parse', 'read', 'open', 'close'].map((name) => keyOf(LIB, name)) as [
  ReturnType<typeof keyOf>,
  ReturnType<typeof keyOf>,
  ReturnType<typeof keyOf>,
  ReturnType<typeof keyOf>,
];
const parses = keyOf('tests/it.rs', 'parses');
const edges = [makeEdge(parse, read), makeEdge(read, open), makeEdge(parses, parse)];
const records = makeRecords([lib, tests], edges);

async function openFilled(dir: string): Promise<CodeGraphStore> {
  const store = await openStore({ dir });
  await store.ingest(records);
  return store;
}

function textOf(file: FixtureFile): string {
  return assembleFile(file.chunks).text;
}

/** What git says of two texts of one file. */
function diffTexts(dir: string, before: string, after: string): string {
  for (const [side, text] of [
    ['a', before],
    ['b', after],
  ] as const) {
    mkdirSync(join(dir, side, 'src'), { recursive: true });
    writeFileSync(join(dir, side, LIB), text);
  }
  try {
    return execFileSync('git', ['diff', '--no-index', '--no-prefix', '-U1', 'a', 'b'], {
      cwd: dir,
      encoding: 'utf8',
    });
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

describe('impact of a diff', () => {
  it('goes from changed lines to rows, to their users and tests, on the side the graph holds', async () => {
    using directory = makeDirectory();
    await using store = await openFilled(directory.path);
    const before = textOf(lib);
    const diff = diffTexts(
      dirname(directory.path),
      before,
      before.replace('    open();', '    open(); close();'),
    );
    const impact = await store.impactOfDiff(diff);
    expect(impact.files).toEqual([{ path: LIB, status: 'matched', side: 'before' }]);
    expect(impact.rows.map((row) => row.key)).toEqual([read]);
    expect(impact.levels.map((level) => [level.depth, level.code_total, level.tests_total])).toEqual([
      [1, 1, 0],
      [2, 0, 1],
    ]);
    expect(impact.tests.map((test) => test.key)).toEqual([parses]);
    const reversed = diffTexts(dirname(directory.path), before.replace('// body', '// other'), before);
    const after = await store.impactOfDiff(reversed);
    expect(after.files[0]).toMatchObject({ side: 'after' });
    expect(after.rows.map((row) => row.key)).toEqual([parse]);
  });

  it('says of a file that it does not know it, or knows other text', async () => {
    using directory = makeDirectory();
    await using store = await openFilled(directory.path);
    const hunk = '@@ -1,1 +1,1 @@\n-nothing\n+something\n';
    const diff = `diff --git a/src/lib.rs b/src/lib.rs\n--- a/src/lib.rs\n+++ b/src/lib.rs\n${hunk}diff --git "a/src/\\303\\251.rs" "b/src/\\303\\251.rs"\n--- "a/src/\\303\\251.rs"\n+++ "b/src/\\303\\251.rs"\n${hunk}`;
    expect((await store.impactOfDiff(diff)).files).toEqual([
      { path: LIB, status: 'stale', side: null },
      { path: 'src/é.rs', status: 'unknown', side: null },
    ]);
    expect(await store.impactOfDiff('')).toMatchObject({ files: [], rows: [], tests: [] });
    await expect(store.impactOfDiff('--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n x\n')).rejects.toMatchObject({
      code: 'PT_STORE_OPTION_INVALID',
    });
  });
});

describe('review of a plan', () => {
  it('names dangling callers, duplicates, orphans and the blast radius', async () => {
    using directory = makeDirectory();
    await using store = await openFilled(directory.path);
    const future = makeFile(LIB, [
      { name: 'parse', code: 'pub fn parse() {\n    read();\n    // body\n}' },
      { name: 'close', code: 'fn close() {}' },
      { name: 'shut', code: 'fn close() {}' },
    ]);
    await store.propose('cut', diffRows(lib.chunks, future.chunks));
    const review = await store.reviewPlan('cut');
    expect(review.dangling.map((hit) => [hit.key, hit.missing, hit.lines])).toEqual([[parse, read, [1]]]);
    expect(review.duplicates.map((hit) => [hit.key, hit.duplicate_of, hit.reason])).toEqual([
      [keyOf(LIB, 'shut'), close, 'same_text'],
    ]);
    expect(review.orphans.map((hit) => hit.key)).toContain(keyOf(LIB, 'shut'));
    expect(review.levels[0]?.code.map((hit) => hit.key)).toContain(parse);
    await expect(store.reviewPlan('none')).rejects.toMatchObject({ code: 'PT_STORE_PLAN_UNKNOWN' });
    const small = await store.reviewPlan('cut', { tokenBudget: 60 });
    expect(small.meta.token_cost).toBeLessThanOrEqual(60);
    expect(small.meta.total).toBe(review.meta.total);
  });
});

describe('states of the graph', () => {
  it('tells what differs between now, a plan and a checkpoint', async () => {
    using directory = makeDirectory();
    await using store = await openFilled(directory.path);
    const kept = await store.createCheckpoint('before');
    expect(await store.checkpoints()).toEqual([kept]);
    const next = makeFile(LIB, [
      { name: 'parse', code: 'pub fn parse() {\n    read();\n    // other\n}' },
      { name: 'read', code: 'pub fn read() {\n    open();\n}', signature: 'pub fn read(fast: bool)' },
      { name: 'fresh', code: 'fn fresh() {}' },
    ]);
    const moved = makeFile('src/io.rs', [{ name: 'open', code: 'fn open() {}' }]);
    await store.propose('next', diffRows(lib.chunks, next.chunks));
    const planned = await store.diffGraphs('current', { plan: 'next' });
    expect(planned.counts).toEqual({ added: 1, removed: 2, moved: 0, interface: 1, code: 2, place: 0 });
    await store.ingest(makeRecords([next, moved]));
    const diff = await store.diffGraphs({ checkpoint: 'before' }, 'current');
    expect(diff.counts).toEqual({ added: 2, removed: 1, moved: 1, interface: 1, code: 2, place: 0 });
    expect(diff.rows.find((row) => row.change === 'moved')).toMatchObject({
      key: keyOf('src/io.rs', 'open'),
      previous_key: open,
    });
    expect(diff.files).toEqual({ added: 1, removed: 0, changed: 1 });
    expect((await store.diffGraphs('current', 'current')).meta.total).toBe(0);
    await expect(store.diffGraphs('current', { checkpoint: 'none' })).rejects.toMatchObject({
      code: 'PT_STORE_CHECKPOINT_UNKNOWN',
    });
  });

  it('restores a checkpoint in one step, plans included, and keeps it over a reopening', async () => {
    using directory = makeDirectory();
    let before: GraphRecord[];
    {
      await using store = await openFilled(directory.path);
      await store.propose('p', diffRows(tests.chunks, []));
      await store.createCheckpoint('mark');
      before = await collect(store.exportGraph());
      await store.reset();
      await store.ingest(makeRecords([makeFile('src/x.rs', [])]));
      expect((await store.search('parse')).hits).toEqual([]);
      await store.restoreCheckpoint('mark');
      expect(await collect(store.exportGraph())).toEqual(before);
      expect((await store.callersOf(read)).hits.map((hit) => hit.key)).toEqual([parse]);
      expect((await store.search('parse')).hits.map((hit) => hit.key)).toContain(parse);
      expect((await store.runQuery('?[count(key)] := *rows{key}')).rows).toEqual([[7]]);
    }
    await using store = await openStore({ dir: directory.path });
    expect(await collect(store.exportGraph())).toEqual(before);
    await store.createCheckpoint('mark');
    expect(await store.checkpoints()).toHaveLength(1);
    await store.dropCheckpoint('mark');
    expect(await store.checkpoints()).toEqual([]);
    await expect(store.restoreCheckpoint('mark')).rejects.toMatchObject({
      code: 'PT_STORE_CHECKPOINT_UNKNOWN',
    });
    await expect(store.createCheckpoint('../x')).rejects.toMatchObject({ code: 'PT_STORE_OPTION_INVALID' });
  });

  it('detects a damaged checkpoint and leaves the graph as it was', async () => {
    using directory = makeDirectory();
    await using store = await openFilled(directory.path);
    await store.createCheckpoint('mark');
    await store.ingest(makeRecords([makeFile('src/x.rs', [])]));
    await store.createCheckpoint('later');
    const [later] = await store.checkpoints();
    const file = join(directory.path, 'checkpoints', `later@${Date.parse(later?.created_at ?? '')}.snapshot`);
    const bytes = readFileSync(file);
    bytes[Math.floor(bytes.length / 2)] = (bytes[Math.floor(bytes.length / 2)] ?? 0) ^ 4;
    // A new file: the old one is also the graph's own snapshot.
    execFileSync('rm', [file]);
    writeFileSync(file, bytes);
    await expect(store.restoreCheckpoint('later')).rejects.toMatchObject({ code: 'PT_STORE_CORRUPT' });
    expect((await store.files()).map((known) => known.path)).toContain('src/x.rs');
  });
});

describe('an exact copy of the graph', () => {
  it('imports what it exports: rows, edges, counts, accounts, plans and what was learned', async () => {
    using one = makeDirectory();
    using two = makeDirectory();
    await using source = await openFilled(one.path);
    await source.ingest([
      { type: 'references', references: { key: read, unresolved_count: 2, external: [] } },
      { type: 'skipped', skipped: { path: 'a.bin', reason: 'binary' } },
      { type: 'skipped', skipped: { path: 'b.rs', reason: 'too_large', detail: '9 MB' } },
      {
        type: 'diagnostic',
        diagnostic: { path: LIB, span: { start: 1, end: 2 }, line: 1, severity: 'error', message: 'odd' },
      },
    ]);
    const summary = {
      text: 'Reads',
      provenance: 'rule_based' as const,
      content_hash: hashOf(''),
      model_sha: null,
      prompt_version: null,
      quality: 1,
    };
    await source.putSummaries([{ key: read, summary }]);
    await source.propose('p', diffRows(tests.chunks, []));
    const exported = await collect(source.exportGraph());
    await using target = await openStore({ dir: two.path });
    await target.ingest(makeRecords([makeFile('src/old.rs', [])]));
    expect(await target.importGraph(exported)).toEqual({ files: 2, rows: 7, edges: edges.length + 5 });
    expect(await collect(target.exportGraph())).toEqual(exported);
    expect(await target.callersOf(open, { depth: 3 })).toEqual(await source.callersOf(open, { depth: 3 }));
    expect(await target.futureRows('p')).toEqual(await source.futureRows('p'));
  });

  it('refuses a copy that does not hold together and leaves the graph as it was', async () => {
    using directory = makeDirectory();
    await using store = await openFilled(directory.path);
    const exported = await collect(store.exportGraph());
    const without = (type: GraphRecord['type'], drop: (record: GraphRecord) => boolean = () => true) =>
      exported.filter((record) => record.type !== type || !drop(record));
    const broken: [GraphRecord[], string][] = [
      [without('file'), 'PT_STORE_RECORD_INVALID'],
      [
        without('row', (record) => record.type === 'row' && record.row.isgl1_key === open),
        'PT_STORE_EDGE_DANGLING',
      ],
      [
        without('row', (record) => record.type === 'row' && record.row.isgl1_key === fileKey(LIB)),
        'PT_STORE_RECORD_INVALID',
      ],
      [[...exported, ...exported.filter((record) => record.type === 'row')], 'PT_STORE_KEY_DUPLICATE'],
    ];
    for (const [copy, code] of broken) await expect(store.importGraph(copy)).rejects.toMatchObject({ code });
    expect(await collect(store.exportGraph())).toEqual(exported);
  });
});

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
