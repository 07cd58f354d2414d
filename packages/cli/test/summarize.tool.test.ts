import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openChatDouble } from './support/chat-double.js';
import { runVerb } from './support/run-verb.js';
import { createRepository, type TestRepository } from './support/tiny-workspace.js';

const LONG_MS = 180_000;
let repository: TestRepository;
let places: Record<string, string>;

beforeAll(() => {
  repository = createRepository();
  repository.write(
    'shapes/src/odd.rs',
    'pub fn zq(a: u32) -> u32 {\n    a ^ 7\n}\npub fn xv(b: u32) -> u32 {\n    b | 9\n}\n',
  );
  const scratch = dirname(repository.root);
  places = { XDG_DATA_HOME: join(scratch, 'data'), XDG_RUNTIME_DIR: join(scratch, 'run') };
  mkdirSync(join(scratch, 'run'), { mode: 0o700 });
});
afterAll(async () => {
  await runVerb(repository, ['elf', 'stop'], places);
  repository.remove();
});

const run = (...args: string[]) => runVerb(repository, args, places);

describe('summarize --model', () => {
  it(
    'with an installed model keeps its answers in the daemon: what was asked once is never generated again',
    async () => {
      await using double = await openChatDouble('Computes a single number');
      await run('index');
      await run('elf', 'start');
      const installed = await run('models', 'install', 'nano', '--server', double.baseUrl);
      expect(installed.stdout).toMatch(/^installed nano/);
      const first = (await run('summarize', '--model', 'nano', '--json')).json();
      expect(first.model).toEqual({ name: 'nano', is_durable: true });
      expect(first.llm_assisted).toBeGreaterThan(0);
      expect(first.asked).toMatchObject({ accepted: first.llm_assisted, failed: 0 });
      const asked = double.requests.length;
      expect(asked).toBeGreaterThan(0);
      const { pid } = (await run('elf', 'status', '--json')).json();
      process.kill(pid as number, 'SIGKILL');
      rmSync(join(repository.root, '.parseltongue'), { recursive: true }); // as if nothing had reached the graph
      await run('index');
      const again = (await run('summarize', '--model', 'nano', '--json')).json();
      expect(again).toMatchObject({ llm_assisted: first.llm_assisted, model: { is_durable: true } });
      expect(double.requests.length).toBe(asked);
    },
    LONG_MS,
  );

  it('with a name that is neither installed nor a file says so, and where the names are', async () => {
    const { status, stderr } = await run('summarize', '--model', 'qwen');
    expect(status).toBe(2);
    expect(stderr).toMatch(/"qwen" is neither an installed model nor a GGUF file.*models list/);
  });

  it('with nothing to do says that', async () => {
    await run('summarize');
    expect((await run('summarize')).stdout).toMatch(/^Every row has a summary/);
  });
});

describe('models', () => {
  it('list and show what is known and installed, also where no daemon runs', async () => {
    await run('elf', 'stop');
    const { status, stdout } = await run('models', 'list');
    expect([status, stdout]).toEqual([0, expect.stringMatching(/qwen2\.5-coder-1\.5b\tnot installed/)]);
    const shown = await run('models', 'show', 'qwen2.5-coder-1.5b');
    expect([shown.status, JSON.parse(shown.stdout).state]).toEqual([0, 'not_installed']);
    expect((await run('elf')).stdout).toMatch(/^parseltongue elf <verb>/);
  });
});
