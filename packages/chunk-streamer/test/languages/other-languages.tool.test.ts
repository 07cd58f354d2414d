import { assembleFile, IndexRecordSchema } from '@parseltongue/isg-core';
import { describe, expect, it } from 'vitest';
import { openChunker, openIncrementalStream, streamChunks } from '../../src/index.js';
import { collectStream } from '../support/collect-stream.js';
import { openRepository } from '../support/temporary-repository.js';

const LANGUAGE = new URL('./tiny/sections.mjs', import.meta.url).href;
const TEXT = '# é head\n[one]\na = 1\n[two]\nb = 2\n';
const FILES = { 'a.rs': 'fn a() { b() }\nfn b() {}\n', 'conf/x.sections': TEXT };

describe('a second language', { timeout: 180_000 }, () => {
  it('is streamed by the workers beside Rust: rows, facts, ledger and contains edges', async () => {
    using repository = openRepository(FILES);
    const collected = await collectStream(
      streamChunks(repository.root, { workers: 1, languages: [LANGUAGE] }),
    );
    for (const record of collected.records) IndexRecordSchema.parse(record);
    const rows = collected.rows.get('conf/x.sections') ?? [];
    expect(rows.map((row) => row.name)).toEqual(['_', 'one', 'two']);
    expect(assembleFile(rows).text).toBe(TEXT);
    expect(collected.files.get('conf/x.sections')?.language).toBe('sections');
    expect(collected.ledger).toMatchObject({ seen: 2, indexed: 2 });
    const edges = collected.edges.map(({ kind, from, to }) => `${kind} ${from} ${to}`);
    expect(edges).toContain('contains conf/x.sections-_-_ conf/x.sections-_-two');
    expect(edges).toContain('calls a.rs-_-a a.rs-_-b');
  });

  it('is not seen without its module', async () => {
    using repository = openRepository(FILES);
    const { ledger } = await collectStream(streamChunks(repository.root, { workers: 1 }));
    expect(ledger.seen).toBe(1);
  });

  it('is chunked from texts and followed by an incremental stream', async () => {
    using repository = openRepository(FILES);
    await using chunker = await openChunker(repository.root, { languages: [LANGUAGE] });
    const { rows } = await chunker.chunkFile({ path: 'new.sections', text: '[x]\n' });
    expect(rows.map((row) => row.name)).toEqual(['_', 'x']);
    await using stream = await openIncrementalStream(repository.root, { workers: 1, languages: [LANGUAGE] });
    await collectStream(stream.update());
    await stream.accept();
    repository.write('conf/x.sections', `${TEXT}[three]\n`);
    const { files } = await collectStream(stream.update());
    expect([...files.keys()]).toEqual(['conf/x.sections']);
  });

  it('is refused when the module is no language', async () => {
    using repository = openRepository(FILES);
    const failure = (module: string) => streamChunks(repository.root, { languages: [module] }).next();
    const code = 'PT_STREAM_LANGUAGE_INVALID';
    await expect(failure('data:text/javascript,export default 1')).rejects.toMatchObject({ code });
    await expect(failure('file:///no/such/module.mjs')).rejects.toMatchObject({ code });
    const rust = "data:text/javascript,export default {id:'r',extensions:['.rs'],extract(){}}";
    await expect(failure(rust)).rejects.toMatchObject({ code });
  });
});
