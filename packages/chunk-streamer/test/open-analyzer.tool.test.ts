import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { analyzeOverlay, openAnalyzer } from '../src/index.js';
import { openRepository } from './support/temporary-repository.js';

const MANIFEST = '[package]\nname = "demo"\nversion = "0.1.0"\nedition = "2021"\n';
const FILES = {
  'Cargo.toml': MANIFEST,
  'src/lib.rs': 'pub mod math;\n\npub fn run() -> u8 {\n    math::double(2)\n}\n',
  'src/math.rs': 'pub fn double(x: u8) -> u8 {\n    x * 2\n}\n',
};

describe('analyzer', () => {
  it('gives the rows and edges the changed files would have', async () => {
    using repository = openRepository(FILES);
    const after = `${FILES['src/math.rs']}\npub fn triple(x: u8) -> u8 {\n    double(x) + x\n}\n`;
    const { rows, edges, diagnostics } = await analyzeOverlay(repository.root, [
      { path: 'src/math.rs', after },
    ]);
    expect([...rows.keys()]).toEqual(['src/math.rs']);
    expect(rows.get('src/math.rs')?.map((row) => row.name)).toEqual(['_', 'double', 'triple']);
    expect(diagnostics).toEqual([]);
    const calls = edges.filter((edge) => edge.kind === 'calls').map((edge) => `${edge.from} -> ${edge.to}`);
    expect(calls).toContain('src/math.rs-_-triple -> src/math.rs-_-double');
    expect(calls).toContain('src/lib.rs-_-run -> src/math.rs-_-double');
  });

  it('finds what a rename breaks in other files, and nothing for a change without effect', async () => {
    using repository = openRepository(FILES);
    await using analyzer = await openAnalyzer(repository.root, { workers: 1 });
    const same = await analyzer.analyze([{ path: 'src/math.rs', after: `// note\n${FILES['src/math.rs']}` }]);
    expect(same.problems).toEqual([]);
    const renamed = FILES['src/math.rs'].replace('double', 'twice');
    const { problems } = await analyzer.analyze([{ path: 'src/math.rs', after: renamed }]);
    expect(problems.map((problem) => problem.path)).toContain('src/lib.rs');
  });

  it('finds what deleting a file breaks', async () => {
    using repository = openRepository(FILES);
    const { rows, problems } = await analyzeOverlay(repository.root, [{ path: 'src/math.rs', after: null }]);
    expect(rows.size).toBe(0);
    expect(problems.map((problem) => problem.path)).toContain('src/lib.rs');
  });

  it('leaves problems out that the repository has already', async () => {
    using repository = openRepository({
      ...FILES,
      'src/lib.rs': `use crate::nowhere::Thing;\n${FILES['src/lib.rs']}`,
    });
    const after = `// moved down\n\nuse crate::nowhere::Thing;\n${FILES['src/lib.rs']}`;
    const { problems } = await analyzeOverlay(repository.root, [{ path: 'src/lib.rs', after }]);
    expect(problems).toEqual([]);
  });

  it('sees what changed on disk between two analyses', async () => {
    using repository = openRepository(FILES);
    await using analyzer = await openAnalyzer(repository.root, { workers: 1 });
    const change = {
      path: 'src/lib.rs',
      after: 'pub mod math;\n\npub fn run() -> u8 {\n    math::twice(2)\n}\n',
    };
    expect((await analyzer.analyze([change])).problems).not.toEqual([]);
    repository.write('src/math.rs', FILES['src/math.rs'].replace('double', 'twice'));
    expect((await analyzer.analyze([change])).problems).toEqual([]);
  });

  it('finds what another signature breaks in a file that stays, where no name comes or goes', async () => {
    using repository = openRepository({
      'Cargo.toml': MANIFEST,
      'src/lib.rs': 'mod make;\n\npub fn run() {\n    make::one().go();\n}\n',
      'src/make.rs':
        'pub struct A;\nimpl A {\n    pub fn go(&self) {}\n}\npub struct B;\npub fn one() -> A {\n    todo!()\n}\n',
    });
    await using analyzer = await openAnalyzer(repository.root, { workers: 1 });
    const ask = async (from: string, to: string) => {
      const before = readFileSync(join(repository.root, 'src/make.rs'), 'utf8');
      const { problems } = await analyzer.analyze([{ path: 'src/make.rs', after: before.replace(from, to) }]);
      return problems.map(({ path, message }) => `${path}: ${message}`);
    };
    expect(await ask('todo!()', 'A')).toEqual([]);
    expect(await ask('todo!()', 'crate::nowhere()')).toEqual([expect.stringContaining('src/make.rs')]);
    expect(await ask('todo!()', 'unimplemented!()')).toEqual([]);
    expect(await ask('-> A', '-> B')).toEqual(['src/lib.rs: no method go on B']);
  });

  it('refuses paths outside the repository and work after it is closed', async () => {
    using repository = openRepository(FILES);
    const analyzer = await openAnalyzer(repository.root, { workers: 1 });
    await expect(analyzer.analyze([{ path: '../x.rs', after: '' }])).rejects.toMatchObject({
      code: 'PT_STREAM_PATH_INVALID',
    });
    await analyzer[Symbol.asyncDispose]();
    await expect(analyzer.analyze([])).rejects.toMatchObject({ code: 'PT_STREAM_CLOSED' });
  });
});
