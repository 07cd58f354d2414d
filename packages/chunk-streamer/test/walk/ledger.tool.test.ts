import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type IndexRecord, IndexRecordSchema, type Ledger } from '@parseltongue/isg-core';
import { describe, expect, it } from 'vitest';
import { listSources, streamChunks } from '../../src/index.js';
import { collectStream } from '../support/collect-stream.js';
import { openRepository } from '../support/temporary-repository.js';

// Of the operating system, not of a package.
const TOOLS = { makePipe: 'mkfifo', dropRights: 'setpriv' };
const BIN = fileURLToPath(new URL('../../dist/bin.js', import.meta.url));

async function ledgerOf(root: string): Promise<Ledger> {
  const { ledger, records } = await collectStream(streamChunks(root, { workers: 1 }));
  for (const record of records) IndexRecordSchema.parse(record);
  expect(ledger.seen).toBe(ledger.indexed + ledger.skipped.length);
  return ledger;
}

const reasons = (ledger: Ledger) => ledger.skipped.map(({ path, reason }) => `${path} ${reason}`);

describe('ledger', () => {
  it('accounts for every kind of file that is not indexed', async () => {
    using repository = openRepository({
      '.gitignore': 'ignored/\n*.gen.rs\n!kept.gen.rs\n',
      'src/lib.rs': 'fn a() {}\n',
      'src/kept.gen.rs': 'fn b() {}\n',
      'src/made.gen.rs': 'fn c() {}\n',
      'src/binary.rs': Buffer.from([0x66, 0x6e, 0x00, 0x01]),
      'src/latin1.rs': Buffer.from([0x2f, 0x2f, 0xe9, 0x0a]),
      'src/large.rs': Buffer.alloc(20 * 1024 * 1024, '/'),
      'src/notes.txt': 'not seen',
      'ignored/deep/x.rs': 'fn d() {}\n',
      'target/CACHEDIR.TAG': 'Signature: 8a477f597d28d172789f06886806bc55\n',
      'target/debug/build.rs': 'fn e() {}\n',
      '.parseltongue/graph.rs': 'fn f() {}\n',
      'vendor/other/.git/HEAD': 'ref: refs/heads/main\n',
      'vendor/other/src/lib.rs': 'fn g() {}\n',
      'module/.git': 'gitdir: ../.git/modules/module\n',
      'module/lib.rs': 'fn h() {}\n',
    });
    mkdirSync(join(repository.root, '.git/info'), { recursive: true });
    repository.write('.git/info/exclude', '/local.rs\n');
    repository.write('local.rs', 'fn i() {}\n');
    symlinkSync('lib.rs', join(repository.root, 'src/link.rs'));
    symlinkSync('..', join(repository.root, 'src/loop'));
    symlinkSync('nowhere.rs', join(repository.root, 'src/dangling.rs'));
    execFileSync(TOOLS.makePipe, [join(repository.root, 'src/pipe.rs')]);
    const ledger = await ledgerOf(repository.root);
    expect(ledger.indexed).toBe(2);
    expect(reasons(ledger)).toEqual([
      'ignored ignored',
      'local.rs ignored',
      'module nested_repository',
      'src/binary.rs binary',
      'src/dangling.rs symlink',
      'src/large.rs too_large',
      'src/latin1.rs not_utf8',
      'src/link.rs symlink',
      'src/loop symlink',
      'src/made.gen.rs ignored',
      'src/pipe.rs unreadable',
      'target ignored',
      'vendor/other nested_repository',
    ]);
  });

  it('obeys nested ignore files and those above the root', async () => {
    using repository = openRepository({
      '.gitignore': 'generated.rs\n/top.rs\n',
      'crate/.gitignore': '*.rs\n!/src/\n!keep.rs\n',
      'crate/keep.rs': '',
      'crate/drop.rs': '',
      'crate/src/keep.rs': '',
      'crate/src/generated.rs': '',
      'crate/src/Drop.RS': '',
      'top.rs': '',
      'crate/top.rs': '',
    });
    mkdirSync(join(repository.root, '.git'));
    const whole = await collectStream(streamChunks(repository.root, { workers: 1 }));
    expect([...whole.files.keys()]).toEqual(['crate/keep.rs', 'crate/src/keep.rs']);
    const part = await collectStream(streamChunks(join(repository.root, 'crate'), { workers: 1 }));
    expect([...part.files.keys()]).toEqual(['keep.rs', 'src/keep.rs']);
    expect(reasons(part.ledger)).toEqual(['drop.rs ignored', 'src/generated.rs ignored', 'top.rs ignored']);
  });

  it('is what listing the sources promises', async () => {
    using repository = openRepository({
      '.gitignore': 'b.rs\n',
      'a.rs': 'fn a() {}',
      'b.rs': '',
      'c/d.rs': '',
    });
    const { files } = await collectStream(streamChunks(repository.root, { workers: 1 }));
    const listed = await listSources(repository.root);
    const streamed = [...files.values()].map(({ path, size_bytes, mtime_ms }) => ({
      path,
      sizeBytes: size_bytes,
      mtimeMs: mtime_ms,
    }));
    expect(listed).toEqual(streamed);
  });

  it('is empty for an empty folder', async () => {
    using repository = openRepository();
    expect(await ledgerOf(repository.root)).toEqual({ seen: 0, indexed: 0, skipped: [], diagnostics: [] });
  });

  it('names files and folders that may not be read', () => {
    using repository = openRepository({
      'a.rs': 'fn a() {}',
      'closed.rs': 'fn b() {}',
      'dir/c.rs': 'fn c() {}',
    });
    chmodSync(repository.root, 0o755);
    chmodSync(join(repository.root, 'closed.rs'), 0o000);
    chmodSync(join(repository.root, 'dir'), 0o000);
    const ledger = streamAsOrdinaryUser(repository.root);
    chmodSync(join(repository.root, 'dir'), 0o755);
    expect(ledger).toMatchObject({ seen: 3, indexed: 1 });
    expect(ledger && reasons(ledger)).toEqual(['closed.rs unreadable', 'dir unreadable']);
  });
});

// Root may read everything, so that the tool runs as another user when the tests run as root.
function streamAsOrdinaryUser(root: string): Ledger | undefined {
  const command = [BIN, root, '--ndjson', '--workers', '1'];
  const isRoot = process.getuid?.() === 0;
  const { stdout } = isRoot
    ? spawnSync(TOOLS.dropRights, ['--bounding-set=-all', '--inh-caps=-all', process.execPath, ...command], {
        encoding: 'utf8',
      })
    : spawnSync(process.execPath, command, { encoding: 'utf8' });
  const lines = stdout.split('\n').filter((line) => line !== '');
  const records = lines.map((line) => JSON.parse(line) as IndexRecord);
  const last = records.at(-1);
  return last?.type === 'ledger' ? last.ledger : undefined;
}

it('the built tool that the tests drive exists', () => {
  expect(statSync(BIN).isFile()).toBe(true);
});
