import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assembleFile, IndexRecordSchema, type Progress } from '@parseltongue/isg-core';
import { describe, expect, it } from 'vitest';
import { openChunker, streamChunks } from '../src/index.js';
import { collectStream } from './support/collect-stream.js';
import { fixtureFiles, fixturePath, fixtureText } from './support/read-fixture.js';
import { openRepository } from './support/temporary-repository.js';

describe('streamChunks', () => {
  it('streams records that keep the contract: files with their rows, edges behind what they name, the ledger', async () => {
    const { records } = await collectStream(streamChunks(fixturePath('test-classes', 'input')));
    const types = records.map((record) => IndexRecordSchema.parse(record).type);
    expect(types[0]).toBe('file');
    expect(types.at(-1)).toBe('ledger');
    const known = new Set<string>();
    let file = '';
    for (const record of records) {
      if (record.type === 'row') known.add(record.row.isgl1_key);
      if (record.type === 'edge')
        expect([record.edge.from, record.edge.to].every((key) => known.has(key))).toBe(true);
      if (record.type === 'references') expect(known).toContain(record.references.key);
      if (record.type === 'file') {
        expect(record.file.path > file).toBe(true);
        file = record.file.path;
      }
      if (record.type === 'row') expect(record.row.file).toBe(file);
    }
  });

  it('gives the rows the chunker gives, whatever the number of workers', async () => {
    const root = fixturePath('test-classes', 'input');
    await using chunker = await openChunker(root);
    for (const workers of [1, 3]) {
      const { rows } = await collectStream(streamChunks(root, { workers }));
      expect([...rows.keys()]).toEqual(fixtureFiles('test-classes'));
      for (const [path, streamed] of rows) {
        const { rows: chunked } = await chunker.chunkFile({ path, text: fixtureText('test-classes', path) });
        expect(streamed).toEqual(chunked);
      }
    }
  });

  it('hashes the bytes it parsed and assembles to them', async () => {
    const text = '\ufeff// é🦀\r\nfn a() {}\r\nmod m {\r\n  fn b() {}\r\n}';
    using repository = openRepository({ 'a.rs': text });
    const { files, rows } = await collectStream(streamChunks(repository.root));
    expect(files.get('a.rs')).toMatchObject({
      hash: createHash('sha256').update(text).digest('hex'),
      size_bytes: Buffer.byteLength(text),
      line_count: 5,
      language: 'rust',
    });
    expect(assembleFile(rows.get('a.rs') ?? []).text).toBe(text);
  });

  it('has one contains edge for every row but the file rows', async () => {
    const { edges, rows } = await collectStream(streamChunks(fixturePath('twins', 'input')));
    const contains = edges
      .filter((edge) => edge.kind === 'contains')
      .map((edge) => `${edge.from} ${edge.to}`);
    const expected = [...rows.values()].flat().filter((row) => row.parent_key !== null);
    expect(contains).toEqual(expected.map((row) => `${row.parent_key} ${row.isgl1_key}`));
  });

  it('resolves packages that know nothing of each other while others are read, in the same order with any workers', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const files = names.flatMap((name) => [
      [`${name}/Cargo.toml`, `[package]\nname = "${name}"\nversion = "0.0.1"\n`],
      [`${name}/src/lib.rs`, `pub fn one() {}\npub fn two() { one() }\n`],
    ]);
    using repository = openRepository(Object.fromEntries(files) as Record<string, string>);
    const tellOrder = async (workers: number) => {
      const { records } = await collectStream(streamChunks(repository.root, { workers }));
      return records.flatMap((record) => {
        if (record.type === 'file') return record.file.path;
        return record.type === 'edge' && record.edge.kind === 'calls' ? record.edge.to : [];
      });
    };
    const order = await tellOrder(1);
    expect(await tellOrder(3)).toEqual(order);
    expect(order.filter((told) => told.endsWith('one'))).toHaveLength(names.length);
    expect(order.findIndex((told) => told.endsWith('one'))).toBeLessThan(order.indexOf('g/src/lib.rs'));
  });

  it('leaves references out on request', async () => {
    const root = fixturePath('twins', 'input');
    const whole = await collectStream(streamChunks(root));
    const { rows, edges, records } = await collectStream(streamChunks(root, { references: false }));
    expect(rows).toEqual(whole.rows);
    expect(edges).toEqual(whole.edges.filter(({ kind }) => kind === 'contains'));
    expect(records.some(({ type }) => type === 'references')).toBe(false);
    expect(records.at(-1)).toEqual(whole.records.at(-1));
  });

  it('announces known files that are gone', async () => {
    using repository = openRepository({ 'a.rs': '', 'b.rs': '' });
    const known = [...(await collectStream(streamChunks(repository.root))).files.values()];
    rmSync(join(repository.root, 'a.rs'));
    const { records } = await collectStream(streamChunks(repository.root, { known }));
    expect(records.filter((record) => record.type === 'removed')).toEqual([
      { type: 'removed', path: 'a.rs' },
    ]);
  });

  it('reports progress of every stage up to its total', async () => {
    const last = new Map<string, Progress>();
    const onProgress = (progress: Progress) => {
      last.set(progress.stage, progress);
    };
    await collectStream(streamChunks(fixturePath('twins', 'input'), { onProgress }));
    expect([...last.keys()]).toEqual(['walk', 'parse', 'resolve']);
    for (const { done, total } of last.values()) expect(done).toBe(total);
  });

  it('ends with the reason of its signal, before and while it streams', async () => {
    const reason = new Error('enough');
    const root = fixturePath('test-classes', 'input');
    await expect(collectStream(streamChunks(root, { signal: AbortSignal.abort(reason) }))).rejects.toBe(
      reason,
    );
    const controller = new AbortController();
    const seen: string[] = [];
    const stream = async () => {
      for await (const record of streamChunks(root, { signal: controller.signal })) {
        seen.push(record.type);
        if (record.type === 'row') controller.abort(reason);
      }
    };
    await expect(stream()).rejects.toBe(reason);
    expect(seen).not.toContain('ledger');
  });

  it('stops its workers when the consumer leaves early or aborts, so that the process can end', () => {
    const index = new URL('../dist/index.js', import.meta.url).href;
    const root = JSON.stringify(fixturePath('test-classes', 'input'));
    const script = `
      import { streamChunks } from '${index}';
      for await (const record of streamChunks(${root}, { workers: 2 })) if (record.type === 'row') break;
      const controller = new AbortController();
      try {
        for await (const record of streamChunks(${root}, { workers: 2, signal: controller.signal })) controller.abort('x');
      } catch (reason) {
        process.stdout.write(reason);
      }`;
    const args = ['--input-type=module', '--eval', script];
    const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 20_000 });
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'x' });
  });

  it('refuses roots and options that make no sense', async () => {
    using repository = openRepository();
    writeFileSync(join(repository.root, 'file'), '');
    const failure = (root: string, workers?: number) =>
      collectStream(streamChunks(root, workers === undefined ? {} : { workers }));
    await expect(failure(join(repository.root, 'none'))).rejects.toMatchObject({
      code: 'PT_STREAM_ROOT_NOT_FOUND',
    });
    await expect(failure(join(repository.root, 'file'))).rejects.toMatchObject({
      code: 'PT_STREAM_ROOT_NOT_DIRECTORY',
    });
    await expect(failure(repository.root, 0)).rejects.toMatchObject({ code: 'PT_STREAM_OPTION_INVALID' });
    await expect(failure(repository.root, 1.5)).rejects.toMatchObject({ code: 'PT_STREAM_OPTION_INVALID' });
  });
});
