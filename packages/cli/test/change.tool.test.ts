import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openMessagesDouble } from './support/messages-double.js';
import { runVerb } from './support/run-verb.js';
import { createRepository, type TestRepository } from './support/tiny-workspace.js';

const LIB = 'shapes/src/lib.rs';
const LONG_MS = 600_000;

let repository: TestRepository;

beforeAll(() => {
  repository = createRepository();
});
afterAll(() => repository.remove());

/** What a reasoner would answer: one method, in the answer grammar. */
function answerWith(name: string, width: number): string {
  return [
    `Adds \`${name}\`.`,
    '',
    `CREATE after ${LIB}-Rect-square`,
    '```rust',
    `/// True when it is exactly ${width} wide.`,
    `pub fn ${name}(&self) -> bool {`,
    `    self.width == ${width}`,
    '}',
    '```',
    '',
  ].join('\n');
}

const source = (): string => readFileSync(join(repository.root, LIB), 'utf8');

describe('a change by every road, from the request to the commit', () => {
  it(
    'change goes through with the Anthropic adapter against a double of the Messages API',
    async () => {
      await using double = await openMessagesDouble(answerWith('is_one_wide', 1));
      const transcript = join(repository.root, '..', 'transcript.ndjson');
      const { status, stdout, stderr } = await runVerb(
        repository,
        ['change', 'Tell whether a rectangle has one side of one', '--record', transcript, '--json'],
        { ANTHROPIC_API_KEY: 'test-key-0000', ANTHROPIC_BASE_URL: double.url },
      );
      expect([status, JSON.parse(stdout).status]).toEqual([0, 'committed']);
      expect(source()).toContain('pub fn is_one_wide(&self) -> bool');
      expect(double.requests[0]?.authorization).toBe('Bearer test-key-0000');
      expect(JSON.stringify(double.requests[0]?.body)).toContain('Rect');
      expect(stdout + stderr + readFileSync(transcript, 'utf8')).not.toContain('test-key-0000');
    },
    LONG_MS,
  );

  it(
    'change goes through with a command as the reasoner',
    async () => {
      const script = join(repository.root, '..', 'reasoner.mjs');
      const body = JSON.stringify(answerWith('is_two_wide', 2));
      writeFileSync(
        script,
        `let p = ''; for await (const c of process.stdin) p += c; if (!p.includes('Rect')) process.exit(9); process.stdout.write(${body});`,
      );
      const { status, stdout } = await runVerb(repository, [
        'change',
        'Tell whether a rectangle has two sides of Rect',
        '--json',
        '--reasoner',
        'command',
        '--exec',
        process.execPath,
        script,
      ]);
      expect([status, JSON.parse(stdout).status]).toEqual([0, 'committed']);
      expect(source()).toContain('is_two_wide');
    },
    LONG_MS,
  );

  it(
    'change goes through with a replayed transcript, and stops a recorded answer that breaks a test',
    async () => {
      const transcript = join(repository.root, '..', 'transcript.ndjson');
      const recorded = readFileSync(transcript, 'utf8');
      writeFileSync(
        transcript,
        recorded.replaceAll('is_one_wide', 'is_three_wide').replaceAll('== 1', '== 3'),
      );
      const { status, stdout } = await runVerb(repository, [
        'change',
        'Tell whether a side is three',
        '--json',
        '--reasoner',
        'replay',
        '--transcript',
        transcript,
      ]);
      expect([status, JSON.parse(stdout).status]).toEqual([0, 'committed']);
      expect(source()).toContain('is_three_wide');
      const before = source();
      const breaking = `EDIT ${LIB}-Rect-square\n\`\`\`rust\npub fn square(side: u32) -> Self {\n    Rect { width: side, height: 0 }\n}\n\`\`\`\n`;
      writeFileSync(transcript, rewriteAnswer(recorded, breaking));
      const refused = await runVerb(repository, [
        'change',
        'Squares are flat',
        '--json',
        '--reasoner',
        'replay',
        '--transcript',
        transcript,
      ]);
      expect(refused.status).toBe(1);
      expect(source()).toBe(before);
      expect(repository.git('status', '--porcelain')).toBe('');
    },
    LONG_MS,
  );
});

function rewriteAnswer(recorded: string, answer: string): string {
  const entry = JSON.parse(recorded.split('\n')[0] ?? '') as Record<string, unknown>;
  return `${JSON.stringify({ ...entry, answer })}\n`;
}
