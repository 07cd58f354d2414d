import { spawn } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { runVerb } from './support/run-verb.js';
import { createRepository, type TestRepository } from './support/tiny-workspace.js';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const LIB = 'shapes/src/lib.rs';
const NEW_TEXT = 'pub fn square(length: u32) -> Self';
let repository: TestRepository;

afterEach(() => repository.remove());

const text = (): string => readFileSync(join(repository.root, LIB), 'utf8');

/** Starts a verb and answers how it ended once `isReached` held and `signal` was sent to it alone. */
async function stopAt(args: string[], isReached: () => boolean, signal: NodeJS.Signals) {
  const child = spawn(process.execPath, [MAIN, '-C', repository.root, ...args], {
    env: repository.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stdout.resume();
  child.stderr.setEncoding('utf8').on('data', (piece: string) => (stderr += piece));
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((done) =>
    child.once('close', (code, by) => done({ code, signal: by })),
  );
  while (!isReached() && child.exitCode === null) await new Promise((next) => setImmediate(next));
  child.kill(signal);
  return { ...(await ended), stderr };
}

async function verifiedProposal(): Promise<string> {
  repository = createRepository();
  await runVerb(repository, ['index']);
  const body = `/// A square.\n${NEW_TEXT} {\n    Rect { width: length, height: length }\n}`;
  const shown = (await runVerb(repository, ['show', `${LIB}-Rect-square`, '--json'])).json();
  const edits = [
    {
      target: { key: `${LIB}-Rect-square` },
      base_hash: shown.file_hash,
      op: 'edit',
      format: 'whole_item',
      body,
    },
  ];
  repository.write('../edits.json', JSON.stringify({ title: 'Name the side', edits }));
  const { proposal_id: id, report } = (
    await runVerb(repository, ['preflight', '../edits.json', '--json'])
  ).json();
  expect(report.verdict).toBe('passed');
  return id as string;
}

/** Takes a copy of the repository as it lies there, so that the next start still has something to recover. */
async function expectDoctorEndsIt(before: string): Promise<void> {
  const root = `${repository.root}-copy`;
  cpSync(repository.root, root, { recursive: true, preserveTimestamps: true });
  const copy = { ...repository, root };
  const { repairs } = (await runVerb(copy, ['doctor', '--fix', '--yes', '--json'])).json();
  expect(repairs).toContainEqual(
    expect.objectContaining({
      id: 'journal',
      status: 'done',
      what: 'bring the interrupted apply to its end',
    }),
  );
  expect(readFileSync(join(root, LIB), 'utf8')).toBe(before);
  expect((await runVerb(copy, ['doctor'])).stdout).toMatch(/journal +no apply was interrupted/);
}

describe('a verb that is cut off', { timeout: 180_000 }, () => {
  it('kill -9 during apply: the next start says which tree there is, and it is all old or all new', async () => {
    const id = await verifiedProposal();
    const before = text();
    const journal = join(repository.root, '.git', 'parseltongue', 'journal', 'plan.json');
    const hasNewText = (): boolean => existsSync(journal) && text().includes(NEW_TEXT);
    const { signal } = await stopAt(['apply', id], hasNewText, 'SIGKILL');
    expect(signal).toBe('SIGKILL');
    expect((await runVerb(repository, ['doctor'])).stdout).toMatch(
      /journal +The change "Name the side" \(apply, 1 files\) was interrupted/,
    );
    await expectDoctorEndsIt(before);
    const { stderr } = await runVerb(repository, ['status']);
    expect(stderr).toMatch(/Name the side/);
    expect(stderr).toMatch(/old|before|rolled back/i);
    expect(text()).toBe(before);
    expect(repository.git('status', '--porcelain')).toBe('');
    expect((await runVerb(repository, ['apply', id])).status).toBe(0);
    expect(text()).toContain(NEW_TEXT);
  });

  it('Ctrl-C during index: status 130, the old graph stays', async () => {
    repository = createRepository();
    await runVerb(repository, ['index']);
    const rows = (await runVerb(repository, ['status', '--json'])).json().status.rows as number;
    for (let i = 0; i < 40; i += 1) repository.write(`shapes/src/more_${i}.rs`, `pub fn more_${i}() {}\n`);
    const lock = join(repository.root, '.parseltongue', 'lock');
    const { code } = await stopAt(['index'], () => existsSync(lock), 'SIGINT');
    expect(code).toBe(130);
    expect((await runVerb(repository, ['status', '--json'])).json().status.rows).toBe(rows);
    expect((await runVerb(repository, ['index', '--json'])).json().rows).toBe(rows + 80);
  });

  it('Ctrl-C during the gates: status 130, nothing written, no process left', async () => {
    const id = await verifiedProposal();
    const before = text();
    const cache = join(repository.root, '..', 'cache');
    const isShadowTaken = (): boolean =>
      readdirSync(cache, { recursive: true, encoding: 'utf8' }).some((name) =>
        /shadow-\w+\.lock$/.test(name),
      );
    const { code, stderr } = await stopAt(['preflight', id, '--all'], isShadowTaken, 'SIGINT');
    expect(code).toBe(130);
    expect(stderr).toMatch(/Interrupted/);
    expect(text()).toBe(before);
    expect(repository.git('status', '--porcelain')).toBe('');
    expect((await runVerb(repository, ['preflight', id])).status).toBe(0);
  });
});
