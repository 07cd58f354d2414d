import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ExactTier, streamChunks } from '@parseltongue/chunk-streamer';
import type { Edge, IndexRecord } from '@parseltongue/isg-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadExactTier, mergeExactRecords, saveExactTier } from '../src/composition/exact-edges.js';
import { createRepository, type TestRepository } from './support/tiny-workspace.js';

const LIB = 'shapes/src/lib.rs';
let repository: TestRepository;
let folder: string;

beforeAll(() => {
  repository = createRepository();
  folder = mkdtempSync(join(tmpdir(), 'parseltongue-exact-'));
});
afterAll(() => {
  repository.remove();
  rmSync(folder, { recursive: true, force: true });
});

async function collect(records: AsyncIterable<IndexRecord>): Promise<IndexRecord[]> {
  const all: IndexRecord[] = [];
  for await (const record of records) all.push(record);
  return all;
}

const edgesOf = (records: readonly IndexRecord[]): Edge[] =>
  records.flatMap((record) => (record.type === 'edge' ? [record.edge] : []));

/** A tier that confirms one call of the stream. */
async function tierOf(records: readonly IndexRecord[]): Promise<{ tier: ExactTier; call: Edge }> {
  const call = edgesOf(records).find(({ kind, to }) => kind === 'calls' && to === `${LIB}-_-total_area`);
  if (call === undefined) throw new Error('the fixture lost its call');
  const files = records.flatMap((record) =>
    record.type === 'file' ? [[record.file.path, record.file.hash]] : [],
  );
  const tier: ExactTier = {
    contract: 'pt.exact/1',
    status: 'read',
    tool: 'rust-analyzer',
    tool_version: '1.0.0',
    files: Object.fromEntries(files) as Record<string, string>,
    edges: [{ ...call, resolution: 'exact' }],
    elsewhere: {},
    facts: [],
    coverage: { documents: 2, unmatched_documents: [], references: 1, ambiguous_references: 0, ms: 1 },
  };
  return { tier, call };
}

describe('exact edges', () => {
  it('replace what they confirm, leave the rest typed and keep the order of records', async () => {
    const typed = await collect(streamChunks(repository.root));
    const { tier, call } = await tierOf(typed);
    let used: ExactTier | undefined;
    const merged = await collect(
      mergeExactRecords(streamChunks(repository.root), tier, (narrowed) => (used = narrowed)),
    );
    expect(edgesOf(merged).find(({ from, to }) => from === call.from && to === call.to)?.resolution).toBe(
      'exact',
    );
    expect(edgesOf(merged).filter(({ resolution }) => resolution === 'exact')).toHaveLength(1);
    expect(edgesOf(merged)).toHaveLength(edgesOf(typed).length);
    expect(merged.at(-1)?.type).toBe('ledger');
    expect(Object.keys(used?.files ?? {})).toContain(LIB);
  });

  it('are typed again where a file changed since, and are forgotten when every file did', async () => {
    const { tier } = await tierOf(await collect(streamChunks(repository.root)));
    const file = join(folder, 'exact.json');
    await saveExactTier(file, tier);
    expect((await loadExactTier(file))?.tool_version).toBe('1.0.0');
    const stale = { ...tier, files: { ...tier.files, [LIB]: '0'.repeat(64) } };
    let used: ExactTier | undefined;
    const merged = await collect(
      mergeExactRecords(streamChunks(repository.root), stale, (narrowed) => (used = narrowed)),
    );
    expect(edgesOf(merged).filter(({ resolution }) => resolution === 'exact')).toEqual([]);
    expect(used?.edges).toEqual([]);
    await saveExactTier(file, { ...tier, files: {} });
    expect(await loadExactTier(file)).toBeUndefined();
  });
});
