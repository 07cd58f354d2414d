import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { runVerb } from './support/run-verb.js';
import { createRepository, openRepository, type TestRepository } from './support/tiny-workspace.js';

const opened: TestRepository[] = [];

function repositoryOf(files?: string): TestRepository {
  const repository = createRepository(files);
  opened.push(repository);
  return repository;
}

function folder(): TestRepository {
  const repository = openRepository(mkdtempSync(join(tmpdir(), 'parseltongue-cli-')));
  opened.push(repository);
  return repository;
}

afterEach(() => {
  for (const repository of opened.splice(0)) repository.remove();
});

describe('bad input gets a clear message, the right status and leaves everything as it was', () => {
  it('an empty folder is no Rust repository', async () => {
    const { status, stdout, stderr } = await runVerb(folder(), ['index']);
    expect([status, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(/PT_CLI_NOT_RUST.*No Cargo\.toml.*give one with -C/);
  });

  it('a folder that does not exist is named', async () => {
    const { status, stderr } = await runVerb(folder(), ['-C', '/nowhere/at/all', 'index']);
    expect(status).toBe(3);
    expect(stderr).toMatch(/\/nowhere\/at\/all is not a folder/);
  });

  it('a workspace without Rust files says so', async () => {
    const { status, stderr } = await runVerb(repositoryOf('//- /Cargo.toml\n[workspace]\nmembers = []\n'), [
      'index',
    ]);
    expect(status).toBe(3);
    expect(stderr).toMatch(/No \.rs file here/);
  });

  it('a question before the first index answers 4 and how to get one', async () => {
    const repository = repositoryOf();
    for (const args of [['search', 'area'], ['status'], ['map'], ['export']]) {
      const { status, stdout, stderr } = await runVerb(repository, args);
      expect([args[0], status, stdout]).toEqual([args[0], 4, '']);
      expect(stderr).toMatch(/not indexed yet\. Run: parseltongue index/);
    }
  });

  it('a folder without git cannot be fixed, but can be indexed', async () => {
    const repository = folder();
    repository.write('Cargo.toml', '[package]\nname = "x"\nversion = "0.1.0"\nedition = "2021"\n');
    repository.write('src/lib.rs', 'pub fn x() {}\n');
    expect((await runVerb(repository, ['index'])).status).toBe(0);
    const { status, stderr } = await runVerb(repository, ['fix', '--dry-run']);
    expect(status).toBe(3);
    expect(stderr).toMatch(/PT_PREFLIGHT_NOT_GIT/);
  });

  it('a machine without cargo is told what to install', async () => {
    const repository = repositoryOf();
    const bin = join(repository.root, '..', 'bin');
    mkdirSync(bin);
    symlinkSync(process.execPath, join(bin, 'node'));
    symlinkSync('/usr/bin/git', join(bin, 'git'));
    const { status, stderr } = await runVerb(repository, ['fix', '--dry-run'], { PATH: bin });
    expect(status).toBe(3);
    expect(stderr).toMatch(/PT_PREFLIGHT_TOOL_MISSING/);
    expect(stderr).toMatch(/rustup/);
  });

  it('files that cannot be rows are in the ledger with a reason; the rest is indexed losslessly', async () => {
    const repository = repositoryOf();
    const src = (name: string): string => join(repository.root, 'shapes', 'src', name);
    writeFileSync(src('binary.rs'), Buffer.from([0x66, 0x00, 0x6e]));
    writeFileSync(src('latin1.rs'), Buffer.from([0x2f, 0x2f, 0xe9, 0x0a]));
    writeFileSync(src('huge.rs'), `// ${'x'.repeat(20 * 1024 * 1024)}\n`);
    writeFileSync(src('broken.rs'), 'fn open( {\n struct\n');
    writeFileSync(src('crlf.rs'), '\ufefffn a() {}\r\n\r\nfn b() {}');
    symlinkSync('.', src('loop'));
    repository.write('nested/.git/HEAD', 'ref: refs/heads/main\n');
    repository.write('nested/lib.rs', 'fn hidden() {}\n');
    const { status, ...run } = await runVerb(repository, ['index', '--json']);
    expect(status).toBe(0);
    const answer = run.json();
    expect(answer.seen).toBe(answer.files + answer.skipped.length);
    const reasons = Object.fromEntries(
      answer.skipped.map(({ path, reason }: { path: string; reason: string }) => [path, reason]),
    );
    expect(reasons).toMatchObject({
      'shapes/src/binary.rs': 'binary',
      'shapes/src/latin1.rs': 'not_utf8',
      'shapes/src/huge.rs': 'too_large',
      'shapes/src/loop': 'symlink',
      nested: 'nested_repository',
    });
    expect(answer.diagnostics).toBeGreaterThan(0);
  });

  it('an unreadable file is in the ledger, unless permissions do not bind the user', async () => {
    const repository = repositoryOf();
    chmodSync(join(repository.root, 'report/src/lib.rs'), 0);
    const isSuperuser = process.getuid?.() === 0;
    const { skipped, files } = (await runVerb(repository, ['index', '--json'])).json();
    expect({ skipped, files }).toEqual(
      isSuperuser
        ? { skipped: [], files: 2 }
        : { skipped: [{ path: 'report/src/lib.rs', reason: 'unreadable' }], files: 1 },
    );
  });

  it('a workspace that cannot be resolved is an environment problem, not a compile error', async () => {
    const repository = repositoryOf();
    repository.write(
      'report/Cargo.toml',
      '[package]\nname = "report"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\nno-such-crate-anywhere = "99"\n',
    );
    const { status, stdout } = await runVerb(repository, ['fix', '--dry-run', '--json']);
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ contract: 'pt.cli.fix/1', proposal: null });
    expect(stdout).toMatch(/no-such-crate-anywhere/);
  });

  it('an unknown verb, option or key is a usage error with a hint', async () => {
    const repository = repositoryOf();
    const typo = await runVerb(repository, ['serch', 'x']);
    expect(typo.status).toBe(2);
    expect(typo.stderr).toMatch(/Did you mean search/);
    expect((await runVerb(repository, ['index', '--workers', 'many'])).status).toBe(2);
    await runVerb(repository, ['index']);
    const unknown = await runVerb(repository, ['show', 'shapes/src/lib.rs-_-total_aria']);
    expect(unknown.status).toBe(2);
    expect(unknown.stderr).toMatch(/Nearest: .*total_area/);
    expect((await runVerb(repository, ['show', 'nonsense'])).status).toBe(2);
  });

  it('a second owner of the graph is told who holds it', async () => {
    const repository = repositoryOf();
    await runVerb(repository, ['index']);
    rmSync(join(repository.root, '..', 'cache'), { recursive: true, force: true });
    const [first, second] = await Promise.all([
      runVerb(repository, ['index']),
      runVerb(repository, ['index']),
    ]);
    const statuses = [first.status, second.status].sort();
    expect(statuses[0]).toBe(0);
    const loser = [first, second].find(({ status }) => status !== 0);
    if (loser !== undefined) expect(loser.stderr).toMatch(/PT_STORE_LOCKED.*\d+/);
  });
});
