import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  type Agent,
  createAgentReasoner,
  createClaudeAgent,
  openScratchCopy,
  runChange,
} from '../../src/index.js';
import { createFakeWorld } from '../fakes/fake-world.js';
import { createRequest } from '../fakes/requests.js';
import { USAGE } from '../fakes/scripted-reasoner.js';

const root = mkdtempSync(join(tmpdir(), 'agent-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const SOURCE = 'pub fn area() -> u32 {\n    1\n}\n';
let count = 0;

function makeTree(): string {
  const dir = join(root, `tree-${(count += 1)}`);
  mkdirSync(join(dir, 'src'), { recursive: true });
  mkdirSync(join(dir, '.git'));
  mkdirSync(join(dir, 'target'));
  writeFileSync(join(dir, 'src', 'lib.rs'), SOURCE);
  writeFileSync(join(dir, '.env'), 'TOKEN=1');
  writeFileSync(join(dir, 'target', 'out'), 'x');
  return dir;
}

function hands(work: (dir: string) => void, end: Partial<Awaited<ReturnType<Agent['work']>>> = {}) {
  const tree = makeTree();
  const agent: Agent = {
    id: 'scripted',
    work: ({ dir }) => {
      work(dir);
      return Promise.resolve({ text: 'All tests pass.', usage: USAGE, finish: 'complete', ...end });
    },
  };
  return { tree, reasoner: createAgentReasoner({ agent, openScratch: () => openScratchCopy(tree) }) };
}

/** A program that behaves like the agent: reads the task, edits files, prints one event a line. */
function writeProgram(body: string): string {
  const file = join(root, `program-${(count += 1)}`);
  writeFileSync(
    file,
    `#!${process.execPath}\nconst fs = require('node:fs');\nconst say = (event) => process.stdout.write(JSON.stringify(event) + '\\n');\nlet task = '';\nprocess.stdin.on('data', (part) => (task += part));\nprocess.stdin.on('end', () => {\n${body}\n});\n`,
  );
  chmodSync(file, 0o755);
  return file;
}

const RESULT = `{ type: 'result', subtype: 'success', is_error: false, result: 'Done.', total_cost_usd: 0.02, usage: { input_tokens: 30, output_tokens: 7, cache_read_input_tokens: 100, cache_creation_input_tokens: 5 } }`;

describe('an agent as hands', () => {
  it('works in a scratch tree only, and its difference becomes edits', async () => {
    let seen = '';
    const { tree, reasoner } = hands((dir) => {
      seen = dir;
      writeFileSync(join(dir, 'src', 'lib.rs'), SOURCE.replace('1', '2'));
      writeFileSync(join(dir, 'src', 'new.rs'), 'pub fn x() {}\n');
    });
    const answer = await reasoner.propose(createRequest(), {});
    expect(answer.edits.map(({ target, op }) => ({ target, op }))).toEqual([
      { target: { path: 'src/lib.rs' }, op: 'edit' },
      { target: { path: 'src/new.rs' }, op: 'create' },
    ]);
    expect(readFileSync(join(tree, 'src', 'lib.rs'), 'utf8')).toBe(SOURCE);
    expect(existsSync(seen)).toBe(false);
  });

  it('gets neither history, build output nor hidden files to see', async () => {
    let names: boolean[] = [];
    const { reasoner } = hands((dir) => {
      names = ['.git', '.env', 'target', 'src'].map((name) => existsSync(join(dir, name)));
    });
    expect((await reasoner.propose(createRequest(), {})).problems).toEqual(['The agent changed no file']);
    expect(names).toEqual([false, false, false, true]);
  });

  it.each<[string, (dir: string) => void, RegExp]>([
    ['a link', (dir) => symlinkSync('/etc', join(dir, 'link')), /link is a link/],
    [
      'a binary file',
      (dir) => writeFileSync(join(dir, 'b.bin'), Buffer.from([0xff, 0xfe, 0])),
      /b.bin is no text/,
    ],
    [
      'very many files',
      (dir) => Array.from({ length: 201 }, (_, i) => writeFileSync(join(dir, `f${i}.rs`), '')),
      /201 files/,
    ],
  ])('cannot bring in %s', async (_name, work, problem) => {
    const { problems } = await hands(work).reasoner.propose(createRequest(), {});
    expect(problems.join('\n')).toMatch(problem);
  });

  it('has nothing taken over when it did not end by itself', async () => {
    const edit = (dir: string) => writeFileSync(join(dir, 'src', 'lib.rs'), '');
    const answer = await hands(edit, { finish: 'truncated' }).reasoner.propose(createRequest(), {});
    expect(answer).toMatchObject({ finish: 'truncated', edits: [] });
  });

  it('takes the way of every proposal: protected files are refused, gates judge', async () => {
    const files = { 'src/lib.rs': SOURCE };
    const good = hands((dir) => writeFileSync(join(dir, 'src', 'lib.rs'), SOURCE.replace('1', '2')));
    const world = createFakeWorld({ files, reasoner: good.reasoner });
    expect((await runChange(world.ports, { runId: 'r', request: 'two' })).status).toBe('committed');
    expect(world.tree.get('src/lib.rs')).toContain('2');
    const bad = hands((dir) => {
      mkdirSync(join(dir, '.cargo'));
      writeFileSync(join(dir, '.cargo', 'config.toml'), '[build]');
    });
    const closed = createFakeWorld({ files, reasoner: bad.reasoner });
    const outcome = await runChange(closed.ports, { runId: 'r', request: 'two' });
    expect(outcome).toMatchObject({ status: 'rejected' });
    expect(closed.counts.verify).toBe(0);
  });
});

describe('createClaudeAgent', () => {
  const work = (program: string, extra: object = {}) =>
    createAgentReasoner({
      agent: createClaudeAgent({ program, env: {}, ...extra }),
      openScratch: () => openScratchCopy(makeTree()),
    });

  it('starts the program headless with file tools only and reads what it took', async () => {
    const program = writeProgram(`
      fs.writeFileSync('src/lib.rs', '// ' + process.argv.slice(2).join(' ') + '\\n' + (task.includes('area must be two') ? 'ok' : 'no'));
      say({ type: 'system', subtype: 'init' });
      say({ type: 'assistant', message: { content: [{ type: 'text', text: 'Editing' }, { type: 'tool_use', name: 'Edit' }] } });
      say(${RESULT});`);
    const deltas: string[] = [];
    const answer = await work(program).propose(createRequest(), { onDelta: (text) => deltas.push(text) });
    expect(answer.edits[0]?.body).toContain(
      '-p --output-format stream-json --verbose --permission-mode acceptEdits',
    );
    expect(answer.edits[0]?.body).toContain('--allowedTools Read,Edit,Write,Grep,Glob');
    expect(answer.edits[0]?.body).toMatch(/ok$/);
    expect(deltas).toEqual(['Editing']);
    expect(answer).toMatchObject({
      notes: 'Done.',
      usage: { input_tokens: 35, output_tokens: 7, cache_read_tokens: 100, cost_usd: 0.02, estimated: false },
    });
  });

  it('uses nothing when the turns ran out', async () => {
    const program = writeProgram(`
      fs.writeFileSync('src/lib.rs', 'half');
      say({ type: 'result', subtype: 'error_max_turns', is_error: true });
      process.exitCode = 1;`);
    expect(await work(program).propose(createRequest(), {})).toMatchObject({
      finish: 'truncated',
      edits: [],
    });
  });

  it('says with a coded error that the program failed or is not there', async () => {
    const failing = writeProgram(
      `console.error('no sk-ant-aaaaaaaaaaaaaaaaaaaaaaaa'); process.exitCode = 2;`,
    );
    const error = await work(failing)
      .propose(createRequest(), {})
      .catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: 'PT_SORCERER_ENGINE_FAILED', details: { exit: 2 } });
    expect(JSON.stringify(error)).not.toContain('sk-ant-a');
    await expect(work('/no/such/claude').propose(createRequest(), {})).rejects.toMatchObject({
      code: 'PT_SORCERER_ENGINE_MISSING',
    });
  });

  it('ends the program within two seconds of an abort and throws the scratch tree away', async () => {
    const program = writeProgram(`
      say({ type: 'assistant', message: { content: [{ type: 'text', text: process.cwd() }] } });
      setInterval(() => {}, 1000);`);
    const controller = new AbortController();
    let dir = '';
    let abortedAt = 0;
    const running = work(program).propose(createRequest(), {
      signal: controller.signal,
      onDelta: (text) => {
        dir = text;
        abortedAt = Date.now();
        controller.abort();
      },
    });
    await expect(running).rejects.toMatchObject({ code: 'PT_SORCERER_ABORTED' });
    expect(Date.now() - abortedAt).toBeLessThan(2_000);
    expect(existsSync(dir)).toBe(false);
  });
});
