import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Edge, FileFacts, RowKey } from '@parseltongue/isg-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type ExactTier,
  type ExactTierOptions,
  mergeExactEdges,
  type NoExactTier,
  narrowExactTier,
  readExactTier,
  streamChunks,
} from '../../src/index.js';
import { type DoubleMode, writeAnalyzerDouble } from './analyzer-double.js';
import { encodeScip, own, type ScriptedDocument, std } from './encode-scip.js';

const LIB = `pub fn helper() -> u8 {
    1
}

pub struct Meter {
    pub value: u8,
}

impl Meter {
    pub fn read(&self) -> u8 {
        helper() + self.value
    }
}

#[cfg(test)]
mod tests {
    use super::helper;

    #[test]
    fn reads() {
        assert_eq!(helper(), 1);
    }
}
`;

const LIB_SCIP: ScriptedDocument = {
  path: 'src/lib.rs',
  text: LIB,
  occurrences: [
    { word: 'helper', symbol: own('helper().'), isDefinition: true },
    { word: 'Meter', symbol: own('Meter#'), isDefinition: true },
    { word: 'value', symbol: own('Meter#value.'), isDefinition: true },
    { word: 'Meter', nth: 1, symbol: own('Meter#') },
    { word: 'read', symbol: own('impl#[Meter]read().'), isDefinition: true },
    { word: 'helper', nth: 1, symbol: own('helper().') },
    { word: 'value', nth: 1, symbol: own('Meter#value.') },
    { word: 'helper', nth: 2, symbol: own('helper().') },
    { word: 'reads', symbol: own('tests/reads().'), isDefinition: true },
    { word: 'helper', nth: 3, symbol: own('helper().') },
  ],
  symbols: [{ symbol: own('helper().'), signature: 'pub fn helper() -> u8', docs: 'Helps.' }],
};

let folder: string;
let root: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'exact-tier-'));
  root = join(folder, 'repository');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function writeRepository(files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

interface Indexed {
  files: FileFacts[];
  rows: Parameters<typeof readExactTier>[1]['rows'];
  edges: Edge[];
}

async function index(): Promise<Indexed> {
  const files: FileFacts[] = [];
  const rows = [];
  const edges: Edge[] = [];
  for await (const record of streamChunks(root, { workers: 1 })) {
    if (record.type === 'file') files.push(record.file);
    if (record.type === 'row') rows.push(record.row);
    if (record.type === 'edge') edges.push(record.edge);
  }
  return { files, rows, edges };
}

/** Asks the double; without an index of the repository nothing can be matched, which a failure does not need. */
async function read(
  mode: DoubleMode,
  {
    scip = encodeScip([LIB_SCIP]),
    indexed = { files: [], rows: [] },
    ...options
  }: Partial<ExactTierOptions> & { scip?: Buffer; indexed?: Parameters<typeof readExactTier>[1] } = {},
): Promise<ExactTier | NoExactTier> {
  writeFileSync(join(folder, 'index.scip'), scip);
  const env = { MODE: mode, SCIP: join(folder, 'index.scip'), SEEN: join(folder, 'seen.json') };
  const analyzer = [process.execPath, writeAnalyzerDouble(folder)] as const;
  return await readExactTier(root, indexed, { analyzer, env, ...options });
}

async function readWell(
  documents: readonly ScriptedDocument[],
): Promise<{ tier: ExactTier; indexed: Indexed }> {
  const indexed = await index();
  const tier = await read('write', { scip: encodeScip(documents), indexed });
  if (tier.status !== 'read') throw new Error(tier.reason);
  return { tier, indexed };
}

function listEdges(edges: readonly Edge[]): string[] {
  return edges
    .filter(({ kind }) => kind !== 'contains')
    .map(
      ({ from, to, kind, resolution, sites }) =>
        `${kind} ${from} ${to} ${resolution} ${sites.map(({ line }) => line).join()}`,
    );
}

describe('readExactTier', () => {
  beforeEach(() =>
    writeRepository({ 'Cargo.toml': '[package]\nname = "sample"\nedition = "2021"\n', 'src/lib.rs': LIB }),
  );

  it('makes edges with the keys syntax gives the rows', async () => {
    const { tier, indexed } = await readWell([LIB_SCIP]);
    expect(listEdges(tier.edges)).toEqual([
      'calls src/lib.rs-Meter-read src/lib.rs-_-helper exact 11',
      'uses_type src/lib.rs-_-@Meter src/lib.rs-_-Meter exact 9',
      'imports src/lib.rs-_-tests src/lib.rs-_-helper exact 17',
      'calls src/lib.rs-tests-reads src/lib.rs-_-helper exact 21',
      'tests src/lib.rs-tests-reads src/lib.rs-_-helper exact 21',
    ]);
    const typed = listEdges(indexed.edges).map((edge) => edge.replace(' typed ', ' exact '));
    expect(listEdges(tier.edges)).toEqual(
      expect.arrayContaining(typed.filter((edge) => /^(?:calls|tests)/.test(edge))),
    );
  });

  it('tells of a row what the analyzer knows, bound to the bytes of its file and the version of the tool', async () => {
    const { tier, indexed } = await readWell([LIB_SCIP]);
    expect(tier.facts).toEqual([
      {
        key: 'src/lib.rs-_-helper',
        lsp_meta_data: {
          tool: 'rust-analyzer',
          tool_version: '1.2.3',
          file_hash: indexed.files[0]?.hash,
          resolved_signature: 'pub fn helper() -> u8',
          docs: 'Helps.',
          reference_count: 3,
        },
      },
    ]);
  });

  it('gives the analyzer the whole environment, a build folder of its own and settings for offline work', async () => {
    await read('write', { features: 'all', sysrootSrc: '/library' });
    const seen = JSON.parse(readFileSync(join(folder, 'seen.json'), 'utf8'));
    expect(seen.args.slice(0, 3)).toEqual(['scip', root, '--output']);
    expect(seen.settings).toEqual({
      cargo: { sysrootQueryMetadata: 'none', sysrootSrc: '/library', features: 'all' },
    });
    expect(
      Object.keys(seen.env)
        .filter((name) => /^[A-Z]/.test(name) && name !== 'PWD')
        .sort(),
    ).toEqual(['CARGO_TARGET_DIR', 'MODE', 'SCIP', 'SEEN']);
    expect(existsSync(seen.env.CARGO_TARGET_DIR)).toBe(false);
  });

  it('leaves out a document whose file has other bytes than the indexed ones', async () => {
    const indexed = await index();
    writeFileSync(join(root, 'src/lib.rs'), `// moved\n${LIB}`);
    expect(await read('write', { indexed })).toMatchObject({
      status: 'read',
      edges: [],
      coverage: { unmatched_documents: ['src/lib.rs'] },
    });
  });

  it.each([
    ['panic', 'failed', 'it ended with status 101'],
    ['silent', 'failed', 'it wrote no index'],
    ['no-component', 'not_run', 'rustup component add rust-analyzer'],
  ] as const)('takes an analyzer that does %s as a normal outcome', async (mode, status, reason) => {
    const tier = await read(mode);
    expect(tier).toMatchObject({ status, reason: expect.stringContaining(reason) });
  });

  it('takes a missing program as a normal outcome', async () => {
    const tier = await read('write', { analyzer: [join(folder, 'absent')] });
    expect(tier).toMatchObject({ status: 'not_run', reason: expect.stringContaining('stay typed') });
  });

  it('takes an analyzer that does not come to an end as a normal outcome', async () => {
    const tier = await read('hang', { timeoutMs: 500 });
    expect(tier).toMatchObject({ status: 'failed', reason: expect.stringContaining('did not end within') });
  });

  it('ends the whole process group and rejects with the reason when it is aborted', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const run = read('hang', { signal: controller.signal }).catch((error: unknown) => error);
    const seen = () => JSON.parse(readFileSync(join(folder, 'seen.json'), 'utf8')) as Record<string, number>;
    await expect.poll(() => Object.keys(seen()), { timeout: 60_000 }).toContain('child');
    const { pid, child } = seen();
    controller.abort(reason);
    expect(await run).toBe(reason);
    const isAlive = () => [pid, child].filter((id) => id !== undefined && isRunning(id));
    await expect.poll(isAlive, { timeout: 30_000 }).toEqual([]);
  }, 120_000);

  it.runIf(process.platform === 'linux')('ends an analyzer that takes too much memory', async () => {
    const tier = await read('hog', { memoryBytes: 200 * 2 ** 20 });
    expect(tier).toMatchObject({ status: 'failed', reason: expect.stringContaining('more than 200 MiB') });
  });

  it('refuses an index that was cut off', async () => {
    const whole = encodeScip([LIB_SCIP]);
    const tier = await read('write', { scip: whole.subarray(0, whole.length - 7) });
    expect(tier).toMatchObject({ status: 'failed', reason: expect.stringContaining('cannot be read') });
  });

  it('refuses the answers of an analyzer that saw no standard library', async () => {
    const blind = Buffer.from(
      encodeScip([LIB_SCIP]).toString('latin1').replaceAll('cargo core', 'cargo cure'),
      'latin1',
    );
    const tier = await read('write', { scip: blind });
    expect(tier).toMatchObject({ status: 'failed', reason: expect.stringContaining('no standard library') });
  });

  it('refuses a project outside the repository', async () => {
    await expect(read('write', { project: '../other' })).rejects.toMatchObject({
      code: 'PT_STREAM_OPTION_INVALID',
    });
  });
});

const REAL_ANALYZER = process.env['PARSELTONGUE_RUST_ANALYZER'];

describe('a real analyzer', () => {
  it.runIf(REAL_ANALYZER !== undefined)(
    'confirms the edges of the typed tier',
    async () => {
      writeRepository({ 'Cargo.toml': '[package]\nname = "sample"\nedition = "2021"\n', 'src/lib.rs': LIB });
      const indexed = await index();
      const env = Object.fromEntries(Object.entries(process.env).map(([name, value]) => [name, value ?? '']));
      const tier = await readExactTier(root, indexed, { analyzer: [REAL_ANALYZER ?? ''], env });
      if (tier.status !== 'read') throw new Error(tier.reason);
      const calls = (edges: readonly Edge[]) =>
        listEdges(edges.map((edge) => ({ ...edge, resolution: 'exact' }))).filter((edge) =>
          /^(?:calls|tests)/.test(edge),
        );
      expect(calls(tier.edges)).toEqual(calls(indexed.edges));
      expect(tier.facts.map(({ key }) => key)).toContain('src/lib.rs-Meter-read');
    },
    300_000,
  );
});

describe('matching by file and position', () => {
  it('keeps apart what targets of one package define under one symbol', async () => {
    const test = (name: string): string => `fn helper() {}\n\n#[test]\nfn ${name}() {\n    helper();\n}\n`;
    const files = { 'tests/a.rs': test('first'), 'tests/b.rs': test('second') };
    writeRepository({ 'Cargo.toml': '[package]\nname = "sample"\n', 'src/lib.rs': '', ...files });
    const documents = Object.entries(files).map(([path, text]) => ({
      path,
      text,
      occurrences: [
        { word: 'helper', symbol: own('helper().'), isDefinition: true },
        { word: 'helper', nth: 1, symbol: own('helper().') },
      ],
    }));
    const { tier } = await readWell(documents);
    expect(listEdges(tier.edges)).toEqual([
      'calls tests/a.rs-_-first tests/a.rs-_-helper exact 5',
      'calls tests/b.rs-_-second tests/b.rs-_-helper exact 5',
    ]);
  });

  it('binds an item of a body to the body it stands in', async () => {
    const text =
      'fn one() {\n    fn inner() {}\n    inner();\n}\n\nfn two() {\n    fn inner() {}\n    inner();\n}\n';
    writeRepository({ 'src/lib.rs': text });
    const inner = (nth: number, isDefinition: boolean) => ({
      word: 'inner',
      nth,
      symbol: own('inner().'),
      isDefinition,
    });
    const occurrences = [inner(0, true), inner(1, false), inner(2, true), inner(3, false)];
    const { tier } = await readWell([{ path: 'src/lib.rs', text, occurrences }]);
    expect(listEdges(tier.edges)).toEqual([
      'calls src/lib.rs-_-one src/lib.rs-one-inner exact 3',
      'calls src/lib.rs-_-two src/lib.rs-two-inner exact 8',
    ]);
  });

  it.each(['utf8', 'utf16', 'utf32'] as const)('reads columns in %s', async (encoding) => {
    const text = 'fn target() {}\r\nfn é() { let _ = ("😀ß", target()); }\r\n';
    writeRepository({ 'src/lib.rs': text });
    const occurrences = [
      { word: 'target', symbol: own('target().'), isDefinition: true },
      { word: 'target', nth: 1, symbol: own('target().') },
    ];
    const { tier } = await readWell([{ path: 'src/lib.rs', text, occurrences, encoding }]);
    const offset = Buffer.byteLength(text.slice(0, text.lastIndexOf('target')));
    expect(tier.edges[0]?.sites).toEqual([{ start: offset, end: offset + 6, line: 2 }]);
  });

  it('takes a parameter with the name of its function for no reference to the function', async () => {
    const text = 'fn count(count: u8) -> u8 {\n    count\n}\n';
    writeRepository({ 'src/lib.rs': text });
    const occurrences = [
      { word: 'count', symbol: own('count().'), isDefinition: true },
      { word: 'count', nth: 1, symbol: 'local 0', isDefinition: true },
      { word: 'count', nth: 2, symbol: 'local 0' },
    ];
    const { tier } = await readWell([{ path: 'src/lib.rs', text, occurrences }]);
    expect(tier.edges).toEqual([]);
  });
});

describe('mergeExactEdges', () => {
  const text = 'fn one() {}\nfn two() {}\nfn three() {\n    one();\n    two();\n    one();\n}\n';
  const typed = (to: string, lines: readonly number[]): Edge => ({
    from: 'src/lib.rs-_-three' as RowKey,
    to: `src/lib.rs-_-${to}` as RowKey,
    kind: 'calls',
    resolution: 'typed',
    reason: 'use-map',
    sites: lines.map((line) => {
      const start =
        text
          .split('\n')
          .slice(0, line - 1)
          .join('\n').length +
        1 +
        4;
      return { start, end: start + 3, line };
    }),
  });

  it('raises what the compiler confirms, drops what it denies, keeps what it says nothing of, adds what it alone knows', async () => {
    writeRepository({ 'src/lib.rs': text });
    const occurrences = [
      { word: 'one', symbol: own('one().'), isDefinition: true },
      { word: 'two', symbol: own('two().'), isDefinition: true },
      { word: 'one', nth: 1, symbol: own('one().') },
      { word: 'two', nth: 1, symbol: std('mem/swap().') },
    ];
    const { tier } = await readWell([{ path: 'src/lib.rs', text, occurrences }]);
    expect(listEdges(mergeExactEdges([typed('two', [4, 5]), typed('one', [6])], tier))).toEqual([
      'calls src/lib.rs-_-three src/lib.rs-_-one exact 4,6',
    ]);
    expect(listEdges(mergeExactEdges([typed('two', [6])], tier))).toEqual([
      'calls src/lib.rs-_-three src/lib.rs-_-one exact 4',
      'calls src/lib.rs-_-three src/lib.rs-_-two typed 6',
    ]);
    expect(mergeExactEdges([typed('one', [4])], tier)[0]).toMatchObject({
      resolution: 'exact',
      reason: 'use-map',
    });
  });
});

describe('narrowExactTier', () => {
  it('demotes per file: what leads from or to a changed file is the typed tier again', async () => {
    const a = 'pub fn a() {\n    crate::b::b();\n    crate::c::c();\n}\n';
    const leaf = (name: string): string => `pub fn ${name}() {}\n`;
    writeRepository({
      'src/lib.rs': 'mod a;\nmod b;\nmod c;\n',
      'src/a.rs': a,
      'src/b.rs': leaf('b'),
      'src/c.rs': leaf('c'),
    });
    const define = (name: string): ScriptedDocument => ({
      path: `src/${name}.rs`,
      text: leaf(name),
      occurrences: [{ word: name, symbol: own(`${name}/${name}().`), isDefinition: true }],
    });
    const { tier, indexed } = await readWell([
      define('b'),
      define('c'),
      {
        path: 'src/a.rs',
        text: a,
        occurrences: [
          { word: 'b', nth: 1, symbol: own('b/b().') },
          { word: 'c', nth: 1, symbol: own('c/c().') },
        ],
      },
    ]);
    expect(tier.edges).toHaveLength(2);
    const changed = (path: string) =>
      indexed.files.map((file) => (file.path === path ? { ...file, hash: '0'.repeat(64) } : file));
    expect(listEdges(narrowExactTier(tier, changed('src/b.rs')).edges)).toEqual([
      'calls src/a.rs-_-a src/c.rs-_-c exact 3',
    ]);
    expect(narrowExactTier(tier, changed('src/a.rs')).edges).toEqual([]);
    expect(narrowExactTier(tier, indexed.files)).toEqual(tier);
    const merged = mergeExactEdges(indexed.edges, narrowExactTier(tier, changed('src/b.rs')));
    expect(listEdges(merged).filter((edge) => edge.startsWith('calls'))).toEqual([
      'calls src/a.rs-_-a src/b.rs-_-b typed 2',
      'calls src/a.rs-_-a src/c.rs-_-c exact 3',
    ]);
  });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
