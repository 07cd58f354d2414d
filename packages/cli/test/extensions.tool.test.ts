import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { openAnalyzer, openChunker, streamChunks } from '@parseltongue/chunk-streamer';
import { openStore } from '@parseltongue/codegraph-store';
import { assembleFile, type Chunk, type Embedder, type RowKey } from '@parseltongue/isg-core';
import { type AnalyzerGate, openPreflight } from '@parseltongue/preflight';
import type { Reasoner, ReasonerRequest } from '@parseltongue/sorcerer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWorkspace } from '../src/compose.js';
import { createContext } from './support/screen.js';
import { createRepository, type TestRepository } from './support/tiny-workspace.js';

const EXAMPLES = fileURLToPath(new URL('../../../examples/extensions', import.meta.url));
const PACKAGES = new URL('../../', import.meta.url).href;
const LIB = 'shapes/src/lib.rs';
const AREA = `${LIB}-_-total_area` as RowKey;
const LONG_MS = 120_000;
let repository: TestRepository;
let folder: string;

beforeAll(() => {
  repository = createRepository();
  folder = mkdtempSync(join(tmpdir(), 'parseltongue-extensions-'));
  for (const name of readdirSync(EXAMPLES).filter((file) => file.endsWith('.mjs'))) {
    const text = readFileSync(join(EXAMPLES, name), 'utf8');
    // built packages by address, as if installed: here the names lead to their sources
    writeFileSync(
      join(folder, name),
      text.replace(/'@parseltongue\/([\w-]+)'/g, `'${PACKAGES}$1/dist/index.js'`),
    );
  }
});
afterAll(() => {
  repository.remove();
  rmSync(folder, { recursive: true, force: true });
});

const urlOf = (name: string): string => pathToFileURL(join(folder, name)).href;
const load = async <T>(name: string): Promise<T> => (await import(urlOf(name))) as T;

describe('the worked extensions', () => {
  it('a language: its files become rows that assemble to their bytes', async () => {
    const text = '# head\n[one]\na = 1\n[two]\nb = 2\n';
    repository.write('notes.sections', text);
    const rows: Chunk[] = [];
    const options = { languages: [urlOf('sections-language.mjs')], workers: 1 };
    for await (const record of streamChunks(repository.root, options))
      if (record.type === 'row' && record.row.file === 'notes.sections') rows.push(record.row);
    rmSync(join(repository.root, 'notes.sections'));
    expect(rows.map(({ name }) => name)).toEqual(['_', 'one', 'two']);
    expect(assembleFile(rows).text).toBe(text);
  });

  it('an engine: the store searches with its vectors beside words and graph', async () => {
    const { createTrigramEmbedder } = await load<{ createTrigramEmbedder: () => Embedder }>(
      'trigram-embedder.mjs',
    );
    const dir = join(repository.root, '..', 'vectors');
    await using store = await openStore({ dir, embedder: createTrigramEmbedder() });
    await store.ingest(streamChunks(repository.root));
    expect((await store.embedRows()).embedded).toBeGreaterThan(5);
    const answer = await store.search('totalarea');
    expect(answer.stages).toContain('vectors');
    expect(answer.hits.map(({ key }) => key)).toContain(`${LIB}-_-total_area`);
  });

  it('a reasoner: its answer is read as edits, and what it cannot do is a question', async () => {
    const { createTemplateReasoner } = await load<{ createTemplateReasoner: () => Reasoner }>(
      'template-reasoner.mjs',
    );
    const reasoner = createTemplateReasoner();
    const ask = (request: string) => reasoner.propose(createRequest(request), {});
    const { edits, problems } = await ask(`Add a constant CORNERS = 4 after ${LIB}-_-Rect`);
    expect(problems).toEqual([]);
    expect(edits).toMatchObject([{ op: 'create', body: 'pub const CORNERS: u32 = 4;\n' }]);
    expect((await ask('Do something')).questions).toHaveLength(1);
  });

  it(
    'a gate: it rejects a proposal in the seat of T2, before anything is compiled',
    async () => {
      const { createNoUnwrapGate } = await load<{ createNoUnwrapGate: () => AnalyzerGate }>(
        'no-unwrap-gate.mjs',
      );
      const { context } = createContext({ cwd: repository.root, env: repository.env });
      const globals = { cwd: repository.root, analyzer: false, confine: false, allowNetwork: false };
      await using workspace = await openWorkspace({ context, globals, onProgress: () => undefined });
      const body = 'pub fn first(shapes: &[Rect]) -> u32 {\n    shapes.first().unwrap().width\n}';
      const { file_hash } = (await workspace.index({}), await workspace.showRow(AREA));
      const proposal = await workspace.propose({
        title: 'Take the first',
        edits: [
          {
            target: { key: `${LIB}-_-first` as RowKey },
            placement: { at: 'after', key: AREA },
            base_hash: file_hash,
            op: 'create',
            format: 'whole_item',
            body,
          },
        ],
      });
      await using chunker = await openChunker(repository.root);
      await using analyzer = await openAnalyzer(repository.root);
      await using preflight = await openPreflight({
        root: repository.root,
        stateDir: join(repository.root, '..', 'cache', 'gates'),
        chunker,
        analyzer,
        graph: await workspace.openStore(),
        analyzerGate: createNoUnwrapGate(),
        env: repository.env,
      });
      const { verdict, receipts } = await preflight.verify(proposal, { stopAtFirst: true });
      expect(verdict).toBe('failed');
      expect(receipts.at(-1)).toMatchObject({
        gate: 'T2',
        verdict: 'failed',
        reason: `more unwrap() than before in ${LIB}`,
      });
      expect(readFileSync(join(repository.root, LIB), 'utf8')).not.toContain('unwrap');
    },
    LONG_MS,
  );
});

function createRequest(request: string): ReasonerRequest {
  const context = `${LIB}-_-Rect | code | pub struct Rect |`;
  const rest = { evidence: [], clarifications: [], tokenBudget: 1000 };
  return { step: 'propose', request, context, attempt: 1, strategy: 'Answer the request', ...rest };
}
