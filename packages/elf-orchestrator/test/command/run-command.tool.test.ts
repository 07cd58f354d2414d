import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultDaemonPaths, runCommand, stopDaemon } from '../../src/index.js';
import { CHAIN20_LINES, writeSyntheticModel } from '../../src/testing/index.js';

let dir = '';
let paths = { socketPath: '', stateDir: '', logPath: '' };

async function run(...argv: string[]): Promise<{ code: number; out: string; error: string }> {
  let out = '';
  let error = '';
  const code = await runCommand(argv, {
    paths,
    writeOut: (text) => {
      out += text;
    },
    writeError: (text) => {
      error += text;
    },
    signal: new AbortController().signal,
  });
  return { code, out, error };
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'elfc-'));
  paths = { socketPath: join(dir, 's'), stateDir: join(dir, 'state'), logPath: join(dir, 'log') };
  await writeSyntheticModel(join(dir, 'chain.gguf'), { kind: 'chain20' });
});

afterAll(async () => {
  await stopDaemon(paths.socketPath);
  await rm(dir, { recursive: true, force: true });
});

describe('the program', () => {
  it('says what it can do, and answers misuse with exit code 2', async () => {
    expect((await run('--help')).out).toContain('run-next');
    expect(await run('dance')).toEqual({
      code: 2,
      out: '',
      error: 'PT_ELF_REQUEST_INVALID: There is no verb "dance". help lists them\n',
    });
    expect(await run('list', '--no-such-flag')).toMatchObject({ code: 2 });
    expect(await run('status')).toMatchObject({ code: 3, out: 'absent\n' });
    const { code, error } = await run('list');
    expect(code).toBe(1);
    expect(error).toContain('PT_ELF_DAEMON_UNREACHABLE');
  });

  it('lists and shows models from the table and from disk where no daemon runs', async () => {
    const list = await run('models', 'list');
    expect([list.code, list.out]).toEqual([0, expect.stringContaining('qwen2.5-coder-1.5b\tnot installed')]);
    const known = await run('models', 'show', 'qwen2.5-coder-1.5b');
    expect(JSON.parse(known.out)).toMatchObject({ id: 'qwen2.5-coder-1.5b', state: 'not_installed' });
    expect((await run('models', 'show', 'nobody')).error).toContain('PT_ELF_MODEL_UNKNOWN');
    expect((await run('models', 'verify', 'chain')).error).toContain('PT_ELF_DAEMON_UNREACHABLE');
  });

  it('starts a daemon, installs a model, runs jobs, and stops', { timeout: 120_000 }, async () => {
    expect((await run('start', '--memory-cap', '64g', '--default-model', 'chain')).out).toMatch(/^started/);
    expect((await run('start')).out).toMatch(/^already running/);
    const refused = await run('models', 'install', 'chain', '--file', join(dir, 'chain.gguf'));
    expect(refused.error).toContain('PT_ELF_DIGEST_UNKNOWN');
    const file = [
      '--file',
      join(dir, 'chain.gguf'),
      '--trust-first-use',
      '--context',
      '512',
      '--sequences',
      '2',
    ];
    expect((await run('models', 'install', 'chain', ...file)).out).toMatch(
      /^installed chain, sha-256 [0-9a-f]{64}/,
    );
    expect((await run('models', 'list')).out).toMatch(/^chain\tdownloaded/);
    expect((await run('generate', '--prompt', 'go', '--max-tokens', '2')).out).toBe(
      CHAIN20_LINES.slice(0, 2).join(''),
    );
    expect((await run('enqueue', '--prompt', 'go', '--max-tokens', '1')).out).toBe('t1\n');
    expect((await run('list')).out).toBe('t1\theld\tqueued\t\n');
    expect((await run('run-next')).out).toBe('t1 done\nline01 \n');
    expect((await run('run-next')).out).toBe('nothing is held\n');
    const shown = JSON.parse((await run('show', 't1', '--json')).out);
    expect(shown.task).toMatchObject({ state: 'done', result: { provenance: { model: 'chain' } } });
    expect((await run('retry', 't1')).error).toContain('PT_ELF_TASK_STATE');
    expect((await run('show', 't9')).code).toBe(1);
    expect((await run('vram')).out).toContain('vram_used_mb');
    expect((await run('metrics', '--format', 'prometheus')).out).toContain('parseltongue_elf_');
    expect((await run('models', 'estimate', 'chain')).out).toContain('calibratedBytes');
    expect((await run('models', 'pin', 'chain')).out).toBe('chain stays loaded\n');
    expect((await run('models', 'unload', 'chain')).out).toBe('unloaded\n');
    const table = JSON.parse((await run('models', 'show', 'qwen2.5-coder-1.5b')).out);
    expect(table.state).toBe('not_installed');
    expect((await run('status')).out).toContain('no model loaded');
    expect((await run('stop')).out).toBe('stopped\n');
    expect((await run('models', 'list')).out).toMatch(/^chain\tdownloaded\t.*pinned\n/);
    expect(JSON.parse((await run('models', 'show', 'chain', '--json')).out).id).toBe('chain');
    expect((await run('stop')).out).toBe('no daemon was running\n');
    await run('start', '--memory-cap', '64g');
    expect((await run('models', 'remove', 'chain')).out).toBe('removed chain\n');
    await run('stop');
    const events = (await run('logs', '--lines', '100')).out.trim().split('\n');
    expect(events.map((line) => String(JSON.parse(line).type))).toEqual(
      expect.arrayContaining(['daemon-started', 'model-loaded', 'job-ended', 'daemon-stopping']),
    );
  });

  it('finds its places by the conventions of the platform', () => {
    const context = { env: {}, platform: 'linux', homeDir: '/h', tmpDir: '/t', userName: 'u' };
    expect(defaultDaemonPaths(context)).toEqual({
      socketPath: '/t/parseltongue-u/parseltongue-elf.sock',
      stateDir: '/h/.local/share/parseltongue/elf',
      logPath: '/h/.local/share/parseltongue/elf/daemon.ndjson',
    });
    const env = { XDG_RUNTIME_DIR: '/run/user/1', XDG_DATA_HOME: '/data' };
    expect(defaultDaemonPaths({ ...context, env }).socketPath).toBe('/run/user/1/parseltongue-elf.sock');
    expect(defaultDaemonPaths({ ...context, platform: 'win32' }).socketPath).toContain('pipe');
  });
});
