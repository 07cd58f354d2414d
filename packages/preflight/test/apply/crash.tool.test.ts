import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyProposal, type RecoveryReport, recoverJournal, undoLast } from '../../src/apply/index.js';
import { createCheckpoint } from '../../src/git/index.js';
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
  'src/lib.rs': 'pub mod a;\npub mod old;\n',
  'src/a.rs': 'pub fn two() -> u32 { 2 }\n',
  'src/old/mod.rs': 'pub fn three() {}\n',
  'README.md': 'notes\n',
};
/** An edit, a removal with a creation (a move), a creation in new folders. */
const CHANGE = {
  'src/lib.rs': 'pub mod a;\npub mod moved;\npub mod deep;\n',
  'src/old/mod.rs': null,
  'src/moved.rs': 'pub fn three() {}\n',
  'src/deep/er/mod.rs': 'pub fn four() {}\n',
};
const PARALLEL = 2;
const LIMIT_MS = 240_000;

let driver = '';
let driverFolder = '';

beforeAll(async () => {
  driverFolder = mkdtempSync(join(tmpdir(), 'pt-driver-'));
  await bundleDriver(driverFolder);
  driver = join(driverFolder, 'crash-driver.js');
}, 120_000);

afterAll(() => rmSync(driverFolder, { recursive: true, force: true }));

/** Bundles the driver with the sources it uses, as the package's build would. */
async function bundleDriver(outDir: string): Promise<void> {
  const entry = new URL('./crash-driver.ts', import.meta.url).pathname;
  const script = `
    import { build } from 'tsup';
    await build({
      entry: [${JSON.stringify(entry)}], outDir: ${JSON.stringify(outDir)}, config: false, format: 'esm',
      target: 'node20', platform: 'node', noExternal: [/.*/], silent: true, dts: false, splitting: false,
      outExtension: () => ({ js: '.js' }),
      esbuildOptions: (options) => { options.conditions = ['@parseltongue/source']; },
    });`;
  writeFileSync(join(outDir, 'package.json'), '{"type":"module"}');
  const result = await runNode(
    ['--input-type=module', '-e', script],
    new URL('../..', import.meta.url).pathname,
  );
  expect(result, result.stderr).toMatchObject({ exit: 0 });
}

interface Ended {
  exit: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
}

function runNode(args: string[], cwd: string): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
    child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
    child.on('error', reject);
    child.on('close', (exit, signal) => resolve({ exit, signal, stdout, stderr }));
  });
}

type Action = 'apply' | 'apply-red' | 'undo' | 'recover' | 'restore';

/** One scene: a repository, what the driver shall do in it, and the trees before and after. */
interface Scene extends Disposable {
  repository: Repository;
  job: object;
  before: Record<string, string>;
  folders: string[];
  git: Record<string, string>;
}

async function prepareScene(action: Action): Promise<Scene> {
  const repository = createRepository(FILES);
  const { context, root } = repository;
  const checkpoint = action === 'restore' ? await createCheckpoint(context, 'clean') : undefined;
  repository.write('README.md', 'dirty\n');
  repository.write('staged.txt', 'staged\n');
  repository.git('add', 'staged.txt');
  const proposal = createProposal(root, CHANGE);
  const report = await createReport(context, proposal);
  if (action === 'undo') {
    await applyProposal(context, {
      proposal,
      report,
      verify: () => Promise.resolve({ ok: true, detail: 'green' }),
    });
  }
  return {
    repository,
    job: { action, context, proposal, report, checkpointId: checkpoint?.id },
    before: snapshotTree(root),
    folders: listFolders(root),
    git: snapshotGit(repository),
    [Symbol.dispose]: () => repository[Symbol.dispose](),
  };
}

async function runDriver(scene: Scene, job: object): Promise<Ended> {
  const file = join(scene.repository.context.stateDir, 'job.json');
  writeFileSync(file, JSON.stringify({ ...scene.job, ...job }));
  return await runNode([driver, file], scene.repository.root);
}

/** The boundaries an action passes, and the tree it ends with. */
async function rehearse(action: Action): Promise<{ steps: string[]; after: Record<string, string> }> {
  using scene = await prepareScene(action);
  const { stdout, stderr } = await runDriver(scene, { killAt: 0 });
  expect(stdout, stderr).not.toBe('');
  const { steps } = JSON.parse(stdout) as { steps: string[] };
  return { steps, after: snapshotTree(scene.repository.root) };
}

/** Works through `killAt` 1 to `count`, a few processes at a time. */
async function forEachPoint(count: number, work: (killAt: number) => Promise<void>): Promise<void> {
  const points = Array.from({ length: count }, (_, index) => index + 1).values();
  const worker = async (): Promise<void> => {
    for (const point of points) await work(point);
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
}

function expectWhole(
  scene: Scene,
  report: RecoveryReport | null,
  seen: { after: object; step: string },
): 'old' | 'new' {
  const tree = snapshotTree(scene.repository.root);
  const isOld = JSON.stringify(tree) === JSON.stringify(scene.before);
  expect(isOld ? scene.before : seen.after, seen.step).toEqual(tree);
  if (isOld) expect(listFolders(scene.repository.root), seen.step).toEqual(scene.folders);
  expect(snapshotGit(scene.repository), seen.step).toEqual(scene.git);
  if (report !== null) {
    expect(report.tree, seen.step).toBe(isOld ? 'old' : 'new');
    expect(report.message, seen.step).toContain(
      isOld ? 'the tree is the old one' : 'the tree is the new one',
    );
    expect(report.conflicts, seen.step).toEqual([]);
  }
  expectNoLeftovers(scene.repository.root);
  return isOld ? 'old' : 'new';
}

function expectNoLeftovers(root: string): void {
  expect(existsSync(join(root, '.git/parseltongue/journal'))).toBe(false);
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' });
  expect(names.filter((name) => name.includes('.parseltongue-'))).toEqual([]);
}

async function killEverywhere(action: Action): Promise<{ old: number; new: number; count: number }> {
  const { steps, after } = await rehearse(action);
  const ends = { old: 0, new: 0, count: steps.length };
  await forEachPoint(steps.length, async (killAt) => {
    using scene = await prepareScene(action);
    const step = `killed at ${killAt}: ${steps[killAt - 1] ?? ''}`;
    expect(await runDriver(scene, { killAt }), step).toMatchObject({ signal: 'SIGKILL' });
    const report = await recoverJournal(scene.repository.context);
    ends[expectWhole(scene, report, { after, step })] += 1;
    expect(await recoverJournal(scene.repository.context), step).toBeNull();
  });
  return ends;
}

describe('a process killed at any boundary', () => {
  it('leaves the old or the new tree after an apply', { timeout: LIMIT_MS }, async () => {
    const ends = await killEverywhere('apply');
    expect(ends.count).toBeGreaterThan(40);
    expect(ends.new).toBeGreaterThanOrEqual(2);
    expect(ends.old + ends.new).toBe(ends.count);
  });

  it('leaves the old tree after an apply whose check is red', { timeout: LIMIT_MS }, async () => {
    const ends = await killEverywhere('apply-red');
    expect(ends).toEqual({ old: ends.count, new: 0, count: ends.count });
  });

  it('leaves the old or the new tree after an undo', { timeout: LIMIT_MS }, async () => {
    const ends = await killEverywhere('undo');
    expect(ends.old + ends.new).toBe(ends.count);
    expect(ends.new).toBeGreaterThanOrEqual(2);
  });

  it('leaves the old or the new tree after the restore of a checkpoint', { timeout: LIMIT_MS }, async () => {
    const ends = await killEverywhere('restore');
    expect(ends.old + ends.new).toBe(ends.count);
    expect(ends.new).toBeGreaterThanOrEqual(2);
  });

  it('can be killed again at any boundary of the recovery', { timeout: LIMIT_MS }, async () => {
    const { steps, after } = await rehearse('apply');
    const killAt = steps.findIndex((step) => step.startsWith('written-plan-renamed')) + 1;
    expect(killAt).toBeGreaterThan(1);
    const recoverySteps = await rehearseRecovery(killAt);
    expect(recoverySteps.length).toBeGreaterThan(8);
    await forEachPoint(recoverySteps.length, async (second) => {
      using scene = await prepareScene('apply');
      await runDriver(scene, { killAt });
      const step = `recovery killed at ${second}: ${recoverySteps[second - 1] ?? ''}`;
      expect(await runDriver(scene, { action: 'recover', killAt: second }), step).toMatchObject({
        signal: 'SIGKILL',
      });
      const report = await recoverJournal(scene.repository.context);
      expect(expectWhole(scene, report, { after, step })).toBe('old');
    });
  });

  async function rehearseRecovery(killAt: number): Promise<string[]> {
    using scene = await prepareScene('apply');
    await runDriver(scene, { killAt });
    const { stdout } = await runDriver(scene, { action: 'recover', killAt: 0 });
    return (JSON.parse(stdout) as { steps: string[] }).steps;
  }
});

describe('recoverJournal', () => {
  async function interrupt(scene: Scene, step: string): Promise<void> {
    const { steps } = await rehearse('apply');
    const killAt = steps.indexOf(step) + 1;
    expect(killAt, steps.join('\n')).toBeGreaterThan(0);
    await runDriver(scene, { killAt });
  }

  it('leaves a file alone that was edited after the crash and keeps its old bytes', {
    timeout: LIMIT_MS,
  }, async () => {
    using scene = await prepareScene('apply');
    const { repository } = scene;
    await interrupt(scene, 'written-plan-renamed');
    repository.write('src/lib.rs', 'mine\n');
    const report = await recoverJournal(repository.context);
    expect(report).toMatchObject({ tree: 'old', conflicts: [{ path: 'src/lib.rs' }] });
    expect(report?.message).toContain('the tree is the old one except for src/lib.rs');
    expect(snapshotTree(repository.root)).toEqual({ ...scene.before, 'src/lib.rs': '644 mine\n' });
    const kept = join(repository.root, '.git', report?.conflicts[0]?.kept_in ?? '');
    cpSync(kept, join(repository.root, 'src/lib.rs'));
    expect(repository.read('src/lib.rs')).toBe(FILES['src/lib.rs']);
    expect(await recoverJournal(repository.context)).toBeNull();
  });

  it('must run before the next apply or undo', { timeout: LIMIT_MS }, async () => {
    using scene = await prepareScene('apply');
    const { context, root } = scene.repository;
    await interrupt(scene, 'new-renamed:src/lib.rs');
    const proposal = createProposal(root, { 'README.md': 'x\n' });
    const report = await createReport(context, proposal);
    const verify = () => Promise.resolve({ ok: true, detail: '' });
    const refusal = { code: 'PT_PREFLIGHT_JOURNAL_LEFTOVER' };
    await expect(applyProposal(context, { proposal, report, verify })).rejects.toMatchObject(refusal);
    await expect(undoLast(context)).rejects.toMatchObject(refusal);
    expect((await recoverJournal(context))?.tree).toBe('old');
    await expect(undoLast(context)).rejects.toMatchObject({ code: 'PT_PREFLIGHT_NOTHING_TO_UNDO' });
  });

  it('refuses a journal it cannot trust', { timeout: LIMIT_MS }, async () => {
    using scene = await prepareScene('apply');
    await interrupt(scene, 'new-renamed:src/lib.rs');
    const journal = join(scene.repository.root, '.git/parseltongue/journal');
    const saved = join(scene.repository.context.stateDir, 'saved');
    cpSync(journal, saved, { recursive: true });
    writeFileSync(join(journal, 'backups/0'), 'not the old text');
    await expect(recoverJournal(scene.repository.context)).rejects.toMatchObject({
      code: 'PT_PREFLIGHT_JOURNAL_DAMAGED',
    });
    writeFileSync(join(journal, 'plan.json'), '{"contract":"pt.apply-journal/1"');
    await expect(recoverJournal(scene.repository.context)).rejects.toMatchObject({
      code: 'PT_PREFLIGHT_JOURNAL_DAMAGED',
    });
    cpSync(saved, journal, { recursive: true });
    expect((await recoverJournal(scene.repository.context))?.tree).toBe('old');
    expect(snapshotTree(scene.repository.root)).toEqual(scene.before);
  });
});
