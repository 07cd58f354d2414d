import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { locateRepository } from '../src/config/locate-repository.js';
import { prepareSocketFolder, socketPathOf } from '../src/daemon/socket-path.js';
import { runVerb } from './support/run-verb.js';
import { createRepository, type TestRepository } from './support/tiny-workspace.js';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
let repository: TestRepository;
let places: Record<string, string>;

beforeAll(async () => {
  repository = createRepository();
  const scratch = dirname(repository.root);
  places = { XDG_RUNTIME_DIR: join(scratch, 'run'), XDG_DATA_HOME: join(scratch, 'data') };
  mkdirSync(places.XDG_RUNTIME_DIR ?? '', { mode: 0o700 });
  await runVerb(repository, ['index']);
});
afterAll(() => repository.remove());

interface Check {
  id: string;
  status: string;
  detail: string;
  fix: string | null;
  repair: string | null;
}

async function examine(args: string[] = [], env: Record<string, string> = {}) {
  const run = await runVerb(repository, ['doctor', '--json', ...args], { ...places, ...env });
  const { checks, repairs } = run.json() as {
    checks: Check[];
    repairs: { id: string; what: string; status: string; detail: string }[];
  };
  return {
    status: run.status,
    find: (id: string) => checks.find((check) => check.id === id),
    repairs: Object.fromEntries(repairs.map(({ id, status, detail }) => [id, `${status} ${detail}`.trim()])),
  };
}

/** A socket as a killed process leaves it. */
async function leaveSocket(path: string): Promise<void> {
  const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  const child = spawn(process.execPath, ['-e', script], { stdio: 'ignore' });
  await new Promise((done) => child.once('close', done));
  expect(existsSync(path)).toBe(true);
}

/** A PATH that has what a machine without rustup has. */
function pathWithout(name: string, programs: Record<string, string>): string {
  const bin = join(dirname(repository.root), name);
  mkdirSync(bin);
  symlinkSync(process.execPath, join(bin, 'node'));
  symlinkSync('/usr/bin/git', join(bin, 'git'));
  for (const [program, script] of Object.entries(programs)) {
    writeFileSync(join(bin, program), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, program), 0o755);
  }
  return bin;
}

describe('doctor --fix', () => {
  it('takes over the lock of a process that is gone', async () => {
    const lock = join(repository.root, '.parseltongue', 'lock');
    const holder = spawn(process.execPath, [MAIN, '-C', repository.root, '--no-daemon', 'watch'], {
      env: repository.env,
      stdio: 'ignore',
    });
    await expect.poll(() => existsSync(lock), { timeout: 60_000, interval: 20 }).toBe(true);
    holder.kill('SIGKILL');
    await new Promise((done) => holder.once('close', done));
    expect((await examine()).find('lock')).toMatchObject({
      status: 'warn',
      repair: expect.stringMatching(/^take over the lock of process/),
    });
    const { find, repairs } = await examine(['--fix', '--yes']);
    expect(repairs.lock).toBe('done');
    expect(find('lock')).toMatchObject({ status: 'ok', detail: 'nobody holds the CodeGraph' });
  }, 120_000);

  it('removes sockets of daemons that are gone, and none that answers', async () => {
    const env = { ...repository.env, ...places };
    const ours = socketPathOf(await locateRepository({ cwd: repository.root, env }), env);
    const elf = join(places.XDG_RUNTIME_DIR ?? '', 'parseltongue-elf.sock');
    await prepareSocketFolder(env);
    await leaveSocket(ours);
    await leaveSocket(elf);
    const before = await examine();
    expect([before.find('daemon')?.status, before.find('model-daemon')?.status]).toEqual(['warn', 'warn']);
    const declined = await examine(['--fix']);
    expect(declined.repairs.daemon).toMatch(/^declined nobody can be asked/);
    const { find, repairs } = await examine(['--fix', '--yes']);
    expect([repairs.daemon, repairs['model-daemon']]).toEqual(['done', 'done']);
    expect([find('daemon')?.status, find('model-daemon')?.status]).toEqual(['ok', 'ok']);
    expect([existsSync(ours), existsSync(elf)]).toEqual([false, false]);
  }, 120_000);

  it('does not wait for a daemon that takes connections and never answers', async () => {
    const env = { ...repository.env, ...places };
    const path = socketPathOf(await locateRepository({ cwd: repository.root, env }), env);
    const silent = createServer((socket) => socket.resume());
    await new Promise<void>((done) => silent.listen(path, done));
    try {
      const { stdout } = await runVerb(repository, ['daemon', 'stop'], places);
      expect(stdout).toBe('No daemon owns this repository\n');
    } finally {
      await new Promise((done) => silent.close(done));
    }
  }, 120_000);

  it('says where rust-analyzer and its sources come from where there is no rustup, and offers no repair', async () => {
    const PATH = pathWithout('bare', { cargo: 'echo cargo 1.95.0', rustc: 'echo rustc 1.95.0' });
    const { find, repairs } = await examine(['--fix', '--yes'], { PATH });
    expect(find('analyzer')).toMatchObject({ status: 'warn', repair: null });
    expect(find('analyzer')?.fix).toMatch(
      /no rustup here: get it from https:\/\/rustup\.rs .*apt install rust-analyzer rust-src.*not_run/,
    );
    expect(find('rustfmt')?.fix).toMatch(/apt install rustfmt/);
    expect(repairs.analyzer).toBeUndefined();
  }, 120_000);

  it('runs rustup where there is one, and passes on why it failed', async () => {
    const said = join(dirname(repository.root), 'rustup.log');
    const rustup = `[ "$1" = --version ] && { echo rustup 1.28; exit 0; }\necho "$@" >> '${said}'\n[ "$3" = rustfmt ] && exit 0\necho "no such component" >&2; exit 1`;
    const PATH = pathWithout('rustup', { cargo: 'exit 1', rustc: 'echo rustc 1.95.0', rustup });
    const { find, repairs, status } = await examine(['--fix', '--yes'], { PATH });
    expect(status).toBe(1);
    expect(find('analyzer')?.repair).toBe('rustup component add rust-analyzer rust-src');
    expect(repairs).toMatchObject({ rustfmt: 'done', analyzer: 'failed no such component' });
    expect(readFileSync(said, 'utf8')).toContain('component add rust-analyzer rust-src\n');
  }, 120_000);
});

describe('index --exact without rust-analyzer', () => {
  it('keeps typed edges, answers not_run and says how to get it', async () => {
    const PATH = pathWithout('no-analyzer', { cargo: 'echo cargo 1.95.0', rustc: 'echo rustc 1.95.0' });
    const env = { ...places, PATH, PARSELTONGUE_ANALYZER: 'true' };
    const { status, json } = await runVerb(repository, ['index', '--exact', '--json'], env);
    expect(status).toBe(0);
    expect(json().exact.status).toBe('not_run');
    expect(json().exact.reason).toMatch(/rustup component add rust-analyzer rust-src/);
    expect(json().analytics.edges.by_resolution.typed).toBeGreaterThan(0);
    const text = (await runVerb(repository, ['index', '--exact'], env)).stdout;
    expect(text).toMatch(/^Exact: not_run\. .*rustup component add/m);
  }, 120_000);
});
