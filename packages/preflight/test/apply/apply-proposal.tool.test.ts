import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type ApplyOptions,
  type ApplyOutcome,
  applyProposal,
  recoverJournal,
} from '../../src/apply/index.js';
import {
  createProposal,
  createReport,
  createRepository,
  listFolders,
  type Repository,
  snapshotGit,
  snapshotTree,
} from './repository.js';

const FILES = {
  'src/lib.rs': 'pub mod a;\npub fn one() -> u32 { 1 }\n',
  'src/a.rs': 'pub fn two() -> u32 { 2 }\n',
  'src/old/mod.rs': 'pub fn three() {}\n',
  'README.md': 'notes\n',
};
const CHANGE = {
  'src/lib.rs': 'pub mod a;\npub mod new;\n',
  'src/old/mod.rs': null,
  'src/new/deep/mod.rs': 'pub fn three() {}\n',
};
const green = (): Promise<{ ok: boolean; detail: string }> =>
  Promise.resolve({ ok: true, detail: '3 tests passed' });

async function apply(
  repository: Repository,
  texts: Record<string, string | null>,
  options: Partial<ApplyOptions> = {},
): Promise<ApplyOutcome> {
  const proposal = options.proposal ?? createProposal(repository.root, texts);
  const report = options.report ?? (await createReport(repository.context, proposal));
  return await applyProposal(repository.context, { verify: green, ...options, proposal, report });
}

describe('applyProposal', () => {
  it('creates, edits and deletes files together and leaves index, HEAD and unrelated dirt alone', async () => {
    using repository = createRepository(FILES);
    repository.write('README.md', 'dirty\n');
    repository.write('staged.txt', 'staged\n');
    repository.git('add', 'staged.txt');
    const git = snapshotGit(repository);
    const outcome = await apply(repository, CHANGE);
    expect(outcome).toMatchObject({ status: 'applied', detail: '3 tests passed', warnings: [] });
    expect(outcome.files).toEqual([
      { path: 'src/lib.rs', action: 'edit' },
      { path: 'src/old/mod.rs', action: 'delete' },
      { path: 'src/new/deep/mod.rs', action: 'create' },
    ]);
    expect(snapshotTree(repository.root)).toEqual({
      'README.md': '644 dirty\n',
      'src/a.rs': '644 pub fn two() -> u32 { 2 }\n',
      'src/lib.rs': '644 pub mod a;\npub mod new;\n',
      'src/new/deep/mod.rs': '644 pub fn three() {}\n',
      'staged.txt': '644 staged\n',
    });
    expect(listFolders(repository.root)).toEqual(['src', 'src/new', 'src/new/deep']);
    expect(snapshotGit(repository)).toEqual(git);
    expect(await recoverJournal(repository.context)).toBeNull();
  });

  it('writes BOM, CRLF and a missing final newline as given and keeps the mode', async () => {
    using repository = createRepository({ 'run.rs': 'fn main() {}\n' });
    chmodSync(join(repository.root, 'run.rs'), 0o755);
    const text = '\uFEFFfn main() {\r\n}';
    await apply(repository, { 'run.rs': text });
    expect(repository.read('run.rs')).toBe(text);
    expect(statSync(join(repository.root, 'run.rs')).mode & 0o777).toBe(0o755);
  });

  it('works in a folder of a larger repository and in a linked worktree', async () => {
    using repository = createRepository({ 'crate/src/lib.rs': 'one\n', 'other.txt': 'x\n' });
    const inner = { ...repository.context, root: join(repository.root, 'crate') };
    const proposal = createProposal(inner.root, { 'src/lib.rs': 'two\n' });
    const report = await createReport(inner, proposal);
    expect((await applyProposal(inner, { proposal, report, verify: green })).status).toBe('applied');
    expect(repository.read('crate/src/lib.rs')).toBe('two\n');
    repository.git('worktree', 'add', '-q', '../linked');
    const linked = { ...repository.context, root: join(repository.root, '../linked') };
    const second = createProposal(linked.root, { 'crate/src/lib.rs': 'three\n' });
    const secondReport = await createReport(linked, second);
    const outcome = await applyProposal(linked, { proposal: second, report: secondReport, verify: green });
    expect(outcome.status).toBe('applied');
    expect(repository.read('crate/src/lib.rs')).toBe('two\n');
  });

  it('takes everything back when the check of the written tree is red', async () => {
    using repository = createRepository(FILES);
    const before = snapshotTree(repository.root);
    const folders = listFolders(repository.root);
    const seen: string[] = [];
    const outcome = await apply(repository, CHANGE, {
      verify: () => {
        seen.push(repository.read('src/lib.rs'));
        return Promise.resolve({ ok: false, detail: 'test two failed' });
      },
    });
    expect(seen).toEqual([CHANGE['src/lib.rs']]);
    expect(outcome).toMatchObject({ status: 'rolled_back', reason: 'test two failed', conflicts: [] });
    expect(snapshotTree(repository.root)).toEqual(before);
    expect(listFolders(repository.root)).toEqual(folders);
    expect(existsSync(join(repository.root, '.git/parseltongue/journal'))).toBe(false);
  });

  it('gives rolled-back files a new modification time, so that cargo builds them again', async () => {
    using repository = createRepository(FILES);
    const before = statSync(join(repository.root, 'src/lib.rs')).mtimeMs;
    await apply(repository, CHANGE, { verify: () => Promise.reject(new Error('no compiler')) });
    expect(statSync(join(repository.root, 'src/lib.rs')).mtimeMs).toBeGreaterThan(before);
  });

  it('leaves a file alone that the user edited while a red check ran', async () => {
    using repository = createRepository(FILES);
    const outcome = await apply(repository, CHANGE, {
      verify: () => {
        repository.write('src/lib.rs', 'mine\n');
        return Promise.resolve({ ok: false, detail: 'red' });
      },
    });
    if (outcome.status !== 'rolled_back') throw new Error(outcome.status);
    expect(outcome.conflicts.map((conflict) => conflict.path)).toEqual(['src/lib.rs']);
    const kept = join(repository.root, '.git', outcome.conflicts[0]?.kept_in ?? '');
    expect(snapshotTree(join(kept, '..'))).toMatchObject({ '0': `600 ${FILES['src/lib.rs']}` });
    expect(repository.read('src/lib.rs')).toBe('mine\n');
    expect(repository.read('src/old/mod.rs')).toBe(FILES['src/old/mod.rs']);
    expect(await recoverJournal(repository.context)).toBeNull();
  });

  it('stops at an abort and takes back what was written', async () => {
    using repository = createRepository(FILES);
    const before = snapshotTree(repository.root);
    const steps = [
      'journal-opened',
      'temp-synced:src/lib.rs',
      'old-removed:src/old/mod.rs',
      'new-renamed:src/lib.rs',
      'verify-ended',
    ];
    for (const stop of steps) {
      const controller = new AbortController();
      const outcome = await apply(repository, CHANGE, {
        signal: controller.signal,
        faultPoint: (step) => {
          if (step === stop) controller.abort(new Error('interrupted by the user'));
        },
      });
      expect(outcome, stop).toMatchObject({ status: 'rolled_back', reason: 'interrupted by the user' });
      expect(snapshotTree(repository.root), stop).toEqual(before);
    }
  });

  it('completes when the abort comes after the verified state is on the disk', async () => {
    using repository = createRepository(FILES);
    const controller = new AbortController();
    const outcome = await apply(repository, CHANGE, {
      signal: controller.signal,
      faultPoint: (step) => {
        if (step === 'verified-plan-renamed') controller.abort();
      },
    });
    expect(outcome.status).toBe('applied');
    expect(await recoverJournal(repository.context)).toBeNull();
    expect(repository.read('src/lib.rs')).toBe(CHANGE['src/lib.rs']);
  });

  it('fails as a whole at every boundary', async () => {
    using repository = createRepository(FILES);
    const before = snapshotTree(repository.root);
    const steps: string[] = [];
    const red = (): Promise<{ ok: boolean; detail: string }> => Promise.resolve({ ok: false, detail: 'red' });
    await apply(repository, CHANGE, { verify: red, faultPoint: (step) => void steps.push(step) });
    const last = steps.indexOf('verify-ended');
    for (const [index, stop] of steps.slice(0, last + 1).entries()) {
      let reached = -1;
      const outcome = await apply(repository, CHANGE, {
        faultPoint: () => {
          reached += 1;
          if (reached === index) throw new Error('no space left on device');
        },
      });
      expect(outcome, stop).toMatchObject({ status: 'rolled_back', reason: 'no space left on device' });
      expect(snapshotTree(repository.root), stop).toEqual(before);
    }
    expect(last).toBeGreaterThan(20);
  });

  it('takes the change back when a file changes between plan and rename', async () => {
    using repository = createRepository(FILES);
    const outcome = await apply(repository, CHANGE, {
      faultPoint: (step) => {
        if (step === 'old-removed:src/old/mod.rs') repository.write('src/lib.rs', 'mine\n');
      },
    });
    expect(outcome).toMatchObject({ status: 'rolled_back', code: 'PT_PREFLIGHT_STALE_FILE' });
    expect(repository.read('src/lib.rs')).toBe('mine\n');
    expect(repository.read('src/old/mod.rs')).toBe(FILES['src/old/mod.rs']);
    expect(existsSync(join(repository.root, 'src/new'))).toBe(false);
  });

  it('keeps the change and says so when the user edits a file while a green check runs', async () => {
    using repository = createRepository(FILES);
    const outcome = await apply(repository, CHANGE, {
      verify: () => {
        repository.write('src/lib.rs', 'mine\n');
        return green();
      },
    });
    expect(outcome.status).toBe('applied');
    expect(outcome.warnings).toEqual(['src/lib.rs was edited while the written tree was being verified']);
  });

  it('warns when a hard link is cut', async () => {
    using repository = createRepository(FILES);
    linkSync(join(repository.root, 'src/a.rs'), join(repository.root, '../twin.rs'));
    const outcome = await apply(repository, { 'src/a.rs': 'pub fn two() {}\n' });
    expect(outcome.warnings).toEqual(['src/a.rs is one of 2 hard links; its other names keep the old text']);
  });

  it('keeps the owner of an edited file where it may', async () => {
    using repository = createRepository(FILES);
    const file = join(repository.root, 'src/a.rs');
    if (process.getuid?.() === 0) chownSync(file, 4321, 4321);
    const before = statSync(file);
    await apply(repository, { 'src/a.rs': 'pub fn two() {}\n' });
    expect(statSync(file)).toMatchObject({ uid: before.uid, gid: before.gid, mode: before.mode });
  });

  it('writes nothing for a file whose text stays the same', async () => {
    using repository = createRepository(FILES);
    const before = statSync(join(repository.root, 'src/a.rs'));
    const outcome = await apply(repository, { 'src/a.rs': FILES['src/a.rs'], 'README.md': 'new\n' });
    expect(outcome.files).toEqual([{ path: 'README.md', action: 'edit' }]);
    expect(statSync(join(repository.root, 'src/a.rs')).ino).toBe(before.ino);
  });
});

describe('what applyProposal refuses before it writes', () => {
  async function expectRefusal(
    repository: Repository,
    code: string,
    input: { texts?: Record<string, string | null>; options?: Partial<ApplyOptions> } = {},
  ): Promise<string> {
    const before = snapshotTree(repository.root);
    const error: unknown = await apply(repository, input.texts ?? CHANGE, input.options).catch(
      (e: unknown) => e,
    );
    expect(error).toMatchObject({ code });
    expect(snapshotTree(repository.root)).toEqual(before);
    return (error as Error).message;
  }

  it('refuses a report that did not pass, was edited, or judged another tree', async () => {
    using repository = createRepository(FILES);
    const proposal = createProposal(repository.root, CHANGE);
    const report = await createReport(repository.context, proposal);
    const failed = report.receipts.map((receipt, index) =>
      index === 2 ? { ...receipt, verdict: 'failed' as const, reason: 'E0308' } : receipt,
    );
    const cases = [
      { ...report, verdict: 'failed' as const },
      { ...report, receipts: failed },
      { ...report, receipts: report.receipts.slice(1) },
      { ...report, receipts: report.receipts.map((receipt) => ({ ...receipt, title: 'edited' })) },
    ];
    for (const one of cases) {
      await expectRefusal(repository, 'PT_PREFLIGHT_NO_RECEIPT', { options: { proposal, report: one } });
    }
    const other = createProposal(repository.root, { ...CHANGE, 'src/a.rs': 'pub fn unseen() {}\n' });
    await expectRefusal(repository, 'PT_PREFLIGHT_NO_RECEIPT', { options: { proposal: other, report } });
    repository.write('unrelated.rs', 'appeared after the gates\n');
    await expectRefusal(repository, 'PT_PREFLIGHT_NO_RECEIPT', { options: { proposal, report } });
  });

  it('names the file that changed, vanished or appeared since the proposal was made', async () => {
    using repository = createRepository(FILES);
    const proposal = createProposal(repository.root, CHANGE);
    const report = await createReport(repository.context, proposal);
    const options = { proposal, report };
    repository.write('src/lib.rs', 'changed\n');
    expect(await expectRefusal(repository, 'PT_PREFLIGHT_STALE_FILE', { options })).toContain(
      'src/lib.rs has changed',
    );
    unlinkSync(join(repository.root, 'src/lib.rs'));
    expect(await expectRefusal(repository, 'PT_PREFLIGHT_STALE_FILE', { options })).toContain(
      'src/lib.rs is gone',
    );
    repository.write('src/lib.rs', FILES['src/lib.rs']);
    repository.write('src/new/deep/mod.rs', 'here already\n');
    expect(await expectRefusal(repository, 'PT_PREFLIGHT_STALE_FILE', { options })).toContain(
      'exists already',
    );
  });

  it('refuses paths that leave the tree, belong to git or hold control characters', async () => {
    using repository = createRepository(FILES);
    for (const path of [
      '../out.rs',
      '/etc/out.rs',
      'src/../../out.rs',
      '.git/hooks/pre-commit',
      'sub/.GIT/config',
      'a\nb.rs',
    ]) {
      const proposal = {
        ...createProposal(repository.root, CHANGE),
        files: [{ path, before_hash: null, after: 'x' }],
      };
      const report = await createReport(repository.context, createProposal(repository.root, CHANGE));
      await expectRefusal(repository, 'PT_PREFLIGHT_PATH_OUTSIDE', { options: { proposal, report } });
    }
  });

  it('refuses links, folders, nested repositories and a path named twice', async () => {
    using repository = createRepository(FILES);
    const outside = join(repository.root, '../outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'victim.rs'), 'safe\n');
    symlinkSync(outside, join(repository.root, 'linked'));
    symlinkSync('a.rs', join(repository.root, 'src/alias.rs'));
    mkdirSync(join(repository.root, 'nested/.git'), { recursive: true });
    const report = await createReport(repository.context, createProposal(repository.root, CHANGE));
    for (const path of ['linked/victim.rs', 'src/alias.rs', 'nested/lib.rs', 'src', 'src/a.rs/x.rs']) {
      const proposal = { ...createProposal(repository.root, { [path]: 'x\n' }) };
      await expectRefusal(repository, 'PT_PREFLIGHT_PATH_UNSAFE', { options: { proposal, report } });
    }
    const twice = createProposal(repository.root, CHANGE);
    const doubled = { ...twice, files: [...twice.files, ...twice.files] };
    await expectRefusal(repository, 'PT_PREFLIGHT_PATH_UNSAFE', { options: { proposal: doubled, report } });
    expect(statSync(join(outside, 'victim.rs')).size).toBe(5);
  });

  it('refuses during a merge, rebase, cherry-pick, revert or bisect', async () => {
    using repository = createRepository(FILES);
    repository.git('bisect', 'start');
    expect(await expectRefusal(repository, 'PT_PREFLIGHT_GIT_BUSY')).toContain('git bisect reset');
    repository.git('bisect', 'reset');
    for (const mark of ['MERGE_HEAD', 'CHERRY_PICK_HEAD', 'REVERT_HEAD', 'rebase-merge/head']) {
      repository.write(`.git/${mark}`, `${'0'.repeat(40)}\n`);
      await expectRefusal(repository, 'PT_PREFLIGHT_GIT_BUSY');
      unlinkSync(join(repository.root, '.git', mark));
      if (mark.includes('/')) continue;
      expect(
        (await apply(repository, {}, { proposal: createProposal(repository.root, { 'README.md': mark }) }))
          .status,
      ).toBe('applied');
    }
  });

  it('refuses outside git', async () => {
    using repository = createRepository(FILES);
    const context = { ...repository.context, root: join(repository.root, '../state') };
    const proposal = createProposal(repository.root, CHANGE);
    const report = await createReport(repository.context, proposal);
    await expect(applyProposal(context, { proposal, report, verify: green })).rejects.toMatchObject({
      code: 'PT_PREFLIGHT_NOT_GIT',
    });
    expect(await recoverJournal(context)).toBeNull();
  });

  it('refuses while another live process holds the tree, and takes over from a dead one', async () => {
    using repository = createRepository(FILES);
    const proposal = createProposal(repository.root, CHANGE);
    const report = await createReport(repository.context, proposal);
    const outcome = await applyProposal(repository.context, {
      proposal,
      report,
      verify: async () => {
        await expectRejection(repository, 'PT_PREFLIGHT_APPLY_BUSY');
        await expect(recoverJournal(repository.context)).rejects.toMatchObject({
          code: 'PT_PREFLIGHT_APPLY_BUSY',
        });
        return { ok: false, detail: 'seen' };
      },
    });
    expect(outcome).toMatchObject({ reason: 'seen' });
    const owner = { pid: process.pid, host: 'this-host', born: '1' };
    repository.write(
      '.git/parseltongue/lock/owner.json',
      JSON.stringify({ ...owner, host: (await import('node:os')).hostname() }),
    );
    expect((await apply(repository, CHANGE)).status).toBe('applied');
  });

  async function expectRejection(repository: Repository, code: string): Promise<void> {
    const proposal = createProposal(repository.root, { 'README.md': 'x\n' });
    const report = await createReport(repository.context, proposal);
    await expect(
      applyProposal(repository.context, { proposal, report, verify: green }),
    ).rejects.toMatchObject({ code });
  }
});
