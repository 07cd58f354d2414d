import { chmodSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openChatDouble } from './support/chat-double.js';
import { runVerb } from './support/run-verb.js';
import { createRepository, type TestRepository } from './support/tiny-workspace.js';

const LIB = 'shapes/src/lib.rs';
const LONG_MS = 300_000;
let repository: TestRepository;

beforeAll(() => {
  repository = createRepository();
});
afterAll(async () => {
  await runVerb(repository, ['daemon', 'stop']);
  repository.remove();
});

const change = (args: string[], env: Record<string, string> = {}) =>
  runVerb(repository, ['change', 'Areas of squares are plain', '--dry-run', '--json', ...args], env);

describe('who reasons in a change', () => {
  it(
    'may be an agent that edits a copy of the repository, named by a path from here',
    async () => {
      const program = join(repository.root, '..', 'agent.mjs');
      writeFileSync(
        program,
        `#!${process.execPath}
import { readFileSync, writeFileSync } from 'node:fs';
let task = '';
for await (const piece of process.stdin) task += piece;
const text = readFileSync('${LIB}', 'utf8');
if (task.includes('plain')) writeFileSync('${LIB}', text.replace('height: side }', 'height: side, }'));
const usage = { input_tokens: 30, output_tokens: 7 };
console.log(JSON.stringify({ type: 'result', subtype: 'success', is_error: false, result: 'Done.', usage }));
`,
      );
      chmodSync(program, 0o755);
      const { status, json, stderr } = await change(['--reasoner', 'agent', '--exec', '../agent.mjs']);
      expect([status, stderr.includes('error[')]).toEqual([0, false]);
      expect(json()).toMatchObject({ status: 'verified' });
      expect(json().diff).toContain('+        Rect { width: side, height: side, }');
      expect(repository.git('status', '--porcelain')).toBe('');
    },
    LONG_MS,
  );

  it(
    'may be a server that speaks chat completions; a recording of it replays from any folder',
    async () => {
      const body =
        'pub fn square(side: u32) -> Self {\n    let height = side;\n    Rect { width: side, height }\n}';
      await using double = await openChatDouble(`EDIT ${LIB}-Rect-square\n\`\`\`rust\n${body}\n\`\`\`\n`);
      const { status, json } = await change(
        [
          '--reasoner',
          'openai',
          '--base-url',
          double.baseUrl,
          '--model',
          'm',
          '--record',
          '../recorded.ndjson',
        ],
        { OPENAI_API_KEY: 'test-key-0001' },
      );
      expect([status, json().status]).toEqual([0, 'verified']);
      expect(double.requests[0]?.authorization).toBe('Bearer test-key-0001');
      expect(JSON.stringify(double.requests[0]?.body)).toContain('Rect');
      const replayed = await change(['--reasoner', 'replay', '--transcript', '../recorded.ndjson']);
      expect([replayed.status, replayed.json().status]).toEqual([0, 'verified']);
    },
    LONG_MS,
  );

  it('may be a local model, of which the file is checked before anything loads it', async () => {
    const file = join(dirname(repository.root), 'broken.gguf');
    writeFileSync(file, 'no weights at all');
    const { status, stdout } = await change(['--reasoner', 'local', '--model', '../broken.gguf']);
    expect(status).not.toBe(0);
    expect(JSON.parse(stdout).error.code).toBe('PT_ELF_MODEL_REFUSED');
  });
});
