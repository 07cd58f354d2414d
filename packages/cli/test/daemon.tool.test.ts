import { spawn } from 'node:child_process';
import { lstatSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { locateRepository } from '../src/config/locate-repository.js';
import { connectDaemon, type DaemonClient } from '../src/daemon/connect-daemon.js';
import { ensureDaemon } from '../src/daemon/ensure-daemon.js';
import { socketPathOf } from '../src/daemon/socket-path.js';
import { runVerb } from './support/run-verb.js';
import { createContext } from './support/screen.js';
import { createRepository, type TestRepository } from './support/tiny-workspace.js';

const LIB = 'shapes/src/lib.rs';
const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const WAIT = { timeout: 30_000, interval: 50 };
let repository: TestRepository;

beforeAll(() => {
  repository = createRepository();
});
afterAll(async () => {
  await runVerb(repository, ['daemon', 'stop']);
  repository.remove();
});

const signal = new AbortController().signal;
const place = () => locateRepository({ cwd: repository.root, env: repository.env });

async function start(): Promise<DaemonClient> {
  const context = { ...createContext().context, env: repository.env };
  return ensureDaemon({ place: await place(), context, config: new Map() });
}

describe('the daemon of a repository', () => {
  it('runs verbs of several clients at once, on one open graph, behind a socket only its owner opens', async () => {
    await using client = await start();
    const path = socketPathOf(await place(), repository.env);
    expect(lstatSync(path).mode & 0o777).toBe(0o600);
    const first = await runVerb(repository, ['index', '--json']);
    expect(first.json()).toMatchObject({ contract: 'pt.cli.index/1', files: 2 });
    const runs = await Promise.all(
      Array.from({ length: 4 }, (_, i) =>
        i % 2 === 0
          ? runVerb(repository, ['search', 'total_area', '--json'])
          : client.callTool('callers', { key: `${LIB}-_-total_area` }, { signal }),
      ),
    );
    for (const run of runs) {
      const text = 'stdout' in run ? run.stdout : run.text;
      expect(text).toContain('stdout' in run ? `${LIB}-_-total_area` : 'report/src/lib.rs-_-describe');
    }
    expect((await client.status()).requests).toBeGreaterThanOrEqual(5);
  });

  it('hands over exit statuses, stderr and JSON errors unchanged', async () => {
    await using _client = await start();
    const { status, stdout, stderr } = await runVerb(repository, ['show', `${LIB}-_-nothing_here`, '--json']);
    const alone = await runVerb(repository, ['change', 'x', '--reasoner', 'replay', '--json', '--no-daemon']);
    const remote = await runVerb(repository, ['change', 'x', '--reasoner', 'replay', '--json']);
    expect([status, JSON.parse(stdout).error.code]).toEqual([2, 'PT_CLI_USAGE']);
    expect(stderr).toMatch(/^error\[PT_CLI_USAGE\]/);
    expect(remote).toMatchObject({ status: alone.status, stdout: alone.stdout, stderr: alone.stderr });
  });

  it('answers from files as they are at the moment of the question', async () => {
    await using client = await start();
    for (const round of [1, 2, 3]) {
      repository.write(`shapes/src/deep${round}/fresh.rs`, `pub fn brand_new_${round}() {}\n`);
      const { text } = await client.callTool('search', { query: `brand_new_${round}` }, { signal });
      expect(text).toContain(`shapes/src/deep${round}/fresh.rs-_-brand_new_${round}`);
      repository.write(`shapes/src/deep${round}/fresh.rs`, `pub fn renamed_${round}() {}\n`);
      const again = await client.callTool('search', { query: `renamed_${round}` }, { signal });
      expect(again.text).toContain(`fresh.rs-_-renamed_${round}`);
    }
    repository.git('clean', '-fdq', 'shapes');
  });

  it('lets exactly one of several starters win; all of them are connected', async () => {
    await runVerb(repository, ['daemon', 'stop']);
    const clients = await Promise.all([start(), start(), start()]);
    const pids = await Promise.all(clients.map(async (client) => (await client.status()).pid));
    expect(new Set(pids).size).toBe(1);
    for (const client of clients) await client[Symbol.asyncDispose]();
  });

  it('a killed daemon leaves nothing that stops the next one', async () => {
    await using client = await start();
    const { pid } = await client.status();
    process.kill(pid, 'SIGKILL');
    await expect(client.callTool('status', {}, { signal })).rejects.toThrow(
      /ended while it worked|closed|destroyed/i,
    );
    await using next = await start();
    expect((await next.status()).pid).not.toBe(pid);
    expect((await next.callTool('status', {}, { signal })).isError).not.toBe(true);
  });

  it('ends when idle, when told to, and when its socket is gone', async () => {
    await runVerb(repository, ['daemon', 'stop']);
    const run = (...args: string[]) =>
      spawn(process.execPath, [MAIN, '-C', repository.root, '--json', 'daemon', 'run', ...args], {
        env: repository.env,
        stdio: ['ignore', 'pipe', 'ignore'],
      });
    const endOf = async (child: ReturnType<typeof run>): Promise<string> => {
      let text = '';
      for await (const chunk of child.stdout) text += String(chunk);
      return (JSON.parse(text) as { end: string }).end;
    };
    expect(await endOf(run('--idle-seconds', '1'))).toBe('idle');
    const orphan = run('--idle-seconds', '600');
    const located = await place();
    await expect
      .poll(async () => {
        await using client = await connectDaemon(located, repository.env);
        return client !== undefined;
      }, WAIT)
      .toBe(true);
    rmSync(socketPathOf(located, repository.env));
    expect(await endOf(orphan)).toBe('orphaned');
  });
});
