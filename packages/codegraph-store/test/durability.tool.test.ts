import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { diffRows } from '@parseltongue/isg-core';
import { describe, expect, it } from 'vitest';
import { type CodeGraphStore, openStore } from '../src/index.js';
import { keyOf, makeDirectory, makeFile, makeRecords } from './graph-fixture.js';
import { toChunk } from './store-contract.js';
import { type ExpectedGraph, expectAfter, fileOf, recordsOf } from './support/crash-script.js';
import { forkStore, forkStoreWithLimit, type StoreProcess } from './support/store-process.js';
import { frameOf } from './support/write-old-format.js';

const ROUNDS = 24;

function callOf(step: number): [string, ...unknown[]] {
  const before = expectAfter(step);
  const after = expectAfter(step + 1);
  const path = Object.keys(after.versions).find((file) => after.versions[file] !== before.versions[file]);
  if (before.planned !== null) return ['promote', 'plan'];
  if (path !== undefined) return ['ingest', recordsOf(path, after.versions[path] ?? 0)];
  const current = fileOf('src/a.rs', before.versions['src/a.rs'] ?? 0);
  return ['propose', 'plan', diffRows(current.chunks, fileOf('src/a.rs', step).chunks)];
}

async function matches(store: CodeGraphStore, graph: ExpectedGraph): Promise<boolean> {
  const files = (await store.files()).map((file) => [file.path, file.hash]);
  const expected = Object.entries(graph.versions).map(([path, version]) => [
    path,
    fileOf(path, version).facts.hash,
  ]);
  if (JSON.stringify(files) !== JSON.stringify(expected.sort())) return false;
  return JSON.stringify(await store.plans()) === JSON.stringify(graph.planned === null ? [] : ['plan']);
}

async function checkContent(store: CodeGraphStore, graph: ExpectedGraph): Promise<void> {
  for (const [path, version] of Object.entries(graph.versions)) {
    const { chunks } = fileOf(path, version);
    expect((await store.rowsOfFile(path)).map(toChunk)).toEqual(chunks);
    expect(await store.edgesFrom([keyOf(path, 'item0')])).toHaveLength(1);
    if (path !== 'src/a.rs' || graph.planned === null) continue;
    expect(await store.futureRows('plan')).toEqual(diffRows(chunks, fileOf(path, graph.planned).chunks));
  }
}

async function killDuringWrites(child: StoreProcess, start: number, round: number): Promise<number> {
  let acknowledged = start;
  const stopAfter = start + (round % 6);
  for (let step = start; ; step += 1) {
    // From the chosen step on, the blow falls somewhere in the next write: 0 to 23 ms after it was sent.
    if (step === stopAfter) setTimeout(() => child.child.kill('SIGKILL'), round);
    const reply = await child.call(...callOf(step));
    if (reply === undefined) return acknowledged;
    expect(reply).toMatchObject({ ok: true });
    acknowledged += 1;
  }
}

describe('the graph on disk', () => {
  it(`loses no acknowledged write when the process is killed at ${ROUNDS} points`, {
    timeout: 600_000,
  }, async () => {
    using directory = makeDirectory();
    let steps = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const child = forkStore(directory.path);
      expect(await child.next()).toMatchObject({ ok: true });
      const acknowledged = await killDuringWrites(child, steps, round);
      await using store = await openStore({ dir: directory.path });
      const isOneMore = !(await matches(store, expectAfter(acknowledged)));
      steps = acknowledged + (isOneMore ? 1 : 0);
      expect(await matches(store, expectAfter(steps)), `after ${steps} writes, round ${round}`).toBe(true);
      if (round % 6 === 5) await checkContent(store, expectAfter(steps));
    }
  });

  it('names the owner to a second process and takes over from a dead one', async () => {
    using directory = makeDirectory();
    const child = forkStore(directory.path);
    await child.next();
    await expect(openStore({ dir: directory.path })).rejects.toMatchObject({
      code: 'PT_STORE_LOCKED',
      details: { pid: child.child.pid },
    });
    await using reader = await openStore({ dir: directory.path, readOnly: true });
    await expect(reader.reset()).rejects.toMatchObject({ code: 'PT_STORE_READ_ONLY' });
    await child.kill();
    expect(existsSync(join(directory.path, 'lock'))).toBe(true);
    await using store = await openStore({ dir: directory.path });
    expect(await store.plans()).toEqual([]);
    await expect(openStore({ dir: directory.path })).rejects.toMatchObject({
      code: 'PT_STORE_LOCKED',
      details: { pid: process.pid },
    });
  });

  it('does not take a reused process id for the owner', async () => {
    using directory = makeDirectory();
    mkdirSync(directory.path, { recursive: true });
    const owner = { pid: process.pid, started: '1', since: '2020-01-01T00:00:00.000Z', token: 'old' };
    writeFileSync(join(directory.path, 'lock'), JSON.stringify(owner));
    await using store = await openStore({ dir: directory.path });
    expect((await store.status()).rows).toBe(0);
  });

  it('cuts a torn tail, says so, and keeps every whole record', async () => {
    using directory = makeDirectory();
    await writeSmallGraph(directory.path);
    const journal = join(directory.path, 'graph.journal');
    const whole = readFileSync(journal);
    for (const tail of [whole.subarray(100, 110), whole.subarray(77, 300), Buffer.alloc(500)]) {
      writeFileSync(journal, Buffer.concat([whole, tail]));
      await using store = await openStore({ dir: directory.path });
      expect(await store.status()).toMatchObject({ rows: 3, recovered_bytes: tail.length });
      expect(statSync(journal).size).toBe(whole.length);
    }
    truncateSync(journal, whole.length - 1);
    await using store = await openStore({ dir: directory.path });
    expect((await store.status()).rows).toBe(0);
  });

  it('detects a flipped bit anywhere in the journal and the snapshot', { timeout: 120_000 }, async () => {
    using directory = makeDirectory();
    await writeSmallGraph(directory.path);
    await expectFlipsDetected(directory.path, 'graph.journal', 20);
    await writeLargeGraph(directory.path);
    expect(existsSync(join(directory.path, 'graph.snapshot'))).toBe(true);
    await expectFlipsDetected(directory.path, 'graph.snapshot', 12);
    truncateSync(join(directory.path, 'graph.snapshot'), 5_000_000);
    await expect(openStore({ dir: directory.path })).rejects.toMatchObject({ code: 'PT_STORE_CORRUPT' });
  });

  it('refuses a format from the future and a missing half', async () => {
    using directory = makeDirectory();
    await writeLargeGraph(directory.path);
    const journal = join(directory.path, 'graph.journal');
    const before = readFileSync(journal);
    writeFileSync(journal, frameOf('{"magic":"parseltongue-graph","format":3,"seq":0}'));
    await expect(openStore({ dir: directory.path })).rejects.toMatchObject({
      code: 'PT_STORE_VERSION_UNKNOWN',
      details: { format: 3, supported: 2 },
    });
    writeFileSync(journal, frameOf('{"magic":"parseltongue-graph","format":1,"seq":99}'));
    await expect(openStore({ dir: directory.path })).rejects.toMatchObject({ code: 'PT_STORE_CORRUPT' });
    writeFileSync(journal, before);
    await using store = await openStore({ dir: directory.path });
    expect((await store.status()).rows).toBe(14);
  });

  it('forgets a journal that is older than the snapshot: a crash came between the two', async () => {
    using directory = makeDirectory();
    const journal = join(directory.path, 'graph.journal');
    {
      await using store = await openStore({ dir: directory.path });
      await store.ingest(recordsOf('src/a.rs', 1));
      const before = readFileSync(journal);
      await store.ingest([...recordsOf('src/a.rs', 2), ...recordsOf('src/big.rs', 2)]);
      expect((await store.status()).snapshot_bytes).toBeGreaterThan(0);
      writeFileSync(journal, before);
    }
    for (const version of [3, 4]) {
      await using store = await openStore({ dir: directory.path });
      await checkContent(store, { versions: { 'src/a.rs': version - 1, 'src/big.rs': 2 }, planned: null });
      await store.ingest(recordsOf('src/a.rs', version));
    }
  });

  it('answers a full disk with an error and keeps the graph as it was, in memory and on disk', async () => {
    using directory = makeDirectory();
    const child = forkStoreWithLimit(directory.path, 64);
    expect(await child.next()).toMatchObject({ ok: true });
    expect(await child.call('ingest', recordsOf('src/a.rs', 1))).toMatchObject({ ok: true });
    const tooMuch = [
      makeFile('src/wide.rs', [{ name: 'wide', code: 'x'.repeat(200_000) }]),
      fileOf('src/big.rs', 1),
    ];
    for (const file of tooMuch) {
      expect(await child.call('ingest', makeRecords([file]))).toMatchObject({
        ok: false,
        code: 'PT_STORE_DISK_FULL',
      });
      expect(await child.call('status')).toMatchObject({ ok: true, value: { rows: 3, files: 1 } });
    }
    expect(await child.call('ingest', recordsOf('src/a.rs', 2))).toMatchObject({ ok: true });
    await child.kill();
    await using store = await openStore({ dir: directory.path });
    await checkContent(store, { versions: { 'src/a.rs': 2 }, planned: null });
  });

  it('compacts the journal into a snapshot and reads the same graph from it', async () => {
    using directory = makeDirectory();
    {
      await using store = await openStore({ dir: directory.path });
      const wide = (version: number) =>
        makeFile('src/w.rs', [{ name: 'w', code: `// ${version}${'y'.repeat(150_000)}` }]);
      for (let version = 0; version < 9; version += 1) await store.ingest(makeRecords([wide(version)]));
      const status = await store.status();
      expect(status.snapshot_bytes).toBeGreaterThan(0);
      expect(status.journal_bytes).toBeLessThan(1_000_000);
    }
    await using store = await openStore({ dir: directory.path });
    expect((await store.rowsOfFile('src/w.rs'))[1]?.current_code.startsWith('// 8y')).toBe(true);
  });

  it('keeps its directory out of version control and says when it cannot write', async () => {
    using directory = makeDirectory();
    await writeSmallGraph(directory.path);
    expect(readFileSync(join(directory.path, '.gitignore'), 'utf8')).toBe('*\n');
    await expect(openStore({ dir: join(directory.path, 'none'), readOnly: true })).rejects.toMatchObject({
      code: 'PT_STORE_NOT_FOUND',
    });
    await expect(openStore({ dir: join(directory.path, '.gitignore', 'x') })).rejects.toMatchObject({
      code: 'PT_STORE_IO_FAILED',
    });
    const child = process.getuid?.() === 0 ? openAsNobody(directory.path) : openUnwritable(directory.path);
    expect(await child.next()).toMatchObject({ ok: false, code: 'PT_STORE_READ_ONLY' });
    if (child.child.exitCode === null) await once(child.child, 'exit');
    chmodSync(directory.path, 0o755);
  });
});

function openAsNobody(dir: string): StoreProcess {
  chmodSync(join(dir, '..'), 0o755);
  chmodSync(dir, 0o555);
  return forkStore(dir, 65534);
}

function openUnwritable(dir: string): StoreProcess {
  chmodSync(dir, 0o555);
  return forkStore(dir);
}

async function writeSmallGraph(dir: string): Promise<void> {
  await using store = await openStore({ dir });
  await store.ingest(recordsOf('src/a.rs', 7));
}

async function writeLargeGraph(dir: string): Promise<void> {
  await using store = await openStore({ dir });
  await store.reset();
  await store.ingest(recordsOf('src/big.rs', 7));
  await store.ingest(makeRecords([makeFile('src/s.rs', [])]));
}

/** Flips one bit at places spread over the file; each must be told when opening or leave every answer right. */
async function expectFlipsDetected(dir: string, file: string, count: number): Promise<void> {
  const path = join(dir, file);
  const whole = readFileSync(path);
  for (let i = 0; i < count; i += 1) {
    const flipped = Buffer.from(whole);
    const at = Math.floor(((i + 0.5) / count) * whole.length);
    flipped[at] = (flipped[at] ?? 0) ^ (1 << (i % 8));
    writeFileSync(path, flipped);
    await expect(openStore({ dir }), `bit ${i % 8} of byte ${at}`).rejects.toMatchObject({
      code: 'PT_STORE_CORRUPT',
      details: { file },
    });
  }
  writeFileSync(path, whole);
}
