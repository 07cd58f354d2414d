import { describe, expect, it } from 'vitest';
import { openChunker } from '../src/index.js';
import { openRepository } from './support/temporary-repository.js';

describe('openChunker', () => {
  it('refuses paths outside the repository and languages it does not read', async () => {
    using repository = openRepository();
    await using chunker = await openChunker(repository.root);
    await expect(chunker.chunkFile({ path: '../a.rs', text: '' })).rejects.toMatchObject({
      code: 'PT_STREAM_PATH_INVALID',
    });
    await expect(chunker.chunkFile({ path: 'a.py', text: '' })).rejects.toMatchObject({
      code: 'PT_STREAM_LANGUAGE_UNSUPPORTED',
    });
  });

  it('refuses a root that is missing or a file', async () => {
    using repository = openRepository({ file: '' });
    await expect(openChunker(`${repository.root}/none`)).rejects.toMatchObject({
      code: 'PT_STREAM_ROOT_NOT_FOUND',
    });
    await expect(openChunker(`${repository.root}/file`)).rejects.toMatchObject({
      code: 'PT_STREAM_ROOT_NOT_DIRECTORY',
    });
  });

  it('refuses work once it is closed', async () => {
    using repository = openRepository();
    const chunker = await openChunker(repository.root);
    await chunker[Symbol.asyncDispose]();
    await expect(chunker.chunkFile({ path: 'a.rs', text: '' })).rejects.toMatchObject({
      code: 'PT_STREAM_CLOSED',
    });
  });

  it('classifies a text by where the repository declares its file', async () => {
    using repository = openRepository({
      'Cargo.toml': '[package]\nname = "demo"\n',
      'src/lib.rs': '#[cfg(test)]\nmod checks;\n',
      'src/checks.rs': '',
    });
    await using chunker = await openChunker(repository.root);
    const classOf = async (path: string) =>
      (await chunker.chunkFile({ path, text: 'fn a() {}' })).rows[1]?.tdd_classification;
    expect(await classOf('src/checks.rs')).toBe('TEST_IMPLEMENTATION');
    expect(await classOf('src/other.rs')).toBe('CODE_IMPLEMENTATION');
    expect(await classOf('tests/new.rs')).toBe('TEST_IMPLEMENTATION');
  });

  it('reports broken regions with their place', async () => {
    using repository = openRepository();
    await using chunker = await openChunker(repository.root);
    const { diagnostics } = await chunker.chunkFile({ path: 'a.rs', text: 'fn é() {}\nfn b( {}\n' });
    expect(diagnostics).not.toHaveLength(0);
    expect(diagnostics[0]).toMatchObject({ path: 'a.rs', line: 2, severity: 'error' });
    expect(diagnostics[0]?.span.start).toBeGreaterThan(10);
  });

  it('keeps the rows of a text whose brackets cannot be followed', async () => {
    using repository = openRepository();
    await using chunker = await openChunker(repository.root);
    const { rows, diagnostics } = await chunker.chunkFile({
      path: 'a.rs',
      text: 'fn a() {}\n#[cfg(\nfn b() {}\n',
    });
    expect(rows[1]?.name).toBe('a');
    expect(diagnostics).not.toHaveLength(0);
  });
});
