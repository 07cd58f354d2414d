import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openMessagesDouble } from './support/messages-double.js';
import { runVerb } from './support/run-verb.js';
import { commitAll, openRepository, type TestRepository } from './support/tiny-workspace.js';

const EXAMPLE = fileURLToPath(new URL('../../../examples/apothecary', import.meta.url));
const MONEY = 'crates/apothecary-core/src/money.rs';
const LONG_MS = 600_000;

let repository: TestRepository;

beforeAll(() => {
  repository = openRepository(mkdtempSync(join(tmpdir(), 'parseltongue-journey-')));
  cpSync(EXAMPLE, repository.root, {
    recursive: true,
    filter: (path) => !/[\\/](target|\.parseltongue)$/.test(path),
  });
  commitAll(repository);
});
afterAll(() => repository.remove());

/** What a reasoner would answer: one method and its test, in the answer grammar. */
function answerWith(name: string, bits: number): string {
  return [
    `Adds \`${name}\`.`,
    '',
    `CREATE after ${MONEY}-Money-is_debt`,
    '```rust',
    `/// True when the sum is exactly ${bits} bits.`,
    `pub const fn ${name}(self) -> bool {`,
    `    self.bits == ${bits}`,
    '}',
    '```',
    '',
  ].join('\n');
}

/** The commit goes to a remote beside the repository, after a yes and not before. */
async function publish(run: string, commit: string): Promise<void> {
  const remote = join(repository.root, '..', 'remote.git');
  repository.git('init', '--quiet', '--bare', remote);
  repository.git('remote', 'add', 'origin', remote);
  const asked = await runVerb(repository, ['pr', run, '--forge', 'none', '--branch', 'repaired']);
  expect([asked.status, asked.stderr]).toEqual([1, expect.stringContaining('PT_CLI_NOT_PUBLISHED')]);
  const args = ['pr', run.slice(0, 20), '--forge', 'none', '--branch', 'repaired', '--yes', '--json'];
  const { json } = await runVerb(repository, args);
  expect(json()).toMatchObject({ contract: 'pt.cli.pr/1', commit, branch: 'repaired', pull_request: null });
  expect(repository.git('ls-remote', 'origin', 'repaired')).toContain(commit);
}

const money = (): string => readFileSync(join(repository.root, MONEY), 'utf8');

describe('the whole loop on the example', () => {
  it(
    'fix repairs every fault, commits, and leaves a green workspace with its graph in step',
    async () => {
      const { status, stdout, stderr } = await runVerb(repository, ['fix', '--json']);
      expect(stderr).toMatch(/T5 passed/);
      const outcome = JSON.parse(stdout) as Record<string, any>;
      expect([status, outcome.status]).toEqual([0, 'committed']);
      expect(outcome.report.receipts.map(({ gate, verdict }: any) => `${gate} ${verdict}`)).toEqual([
        'T0 passed',
        'T1 passed',
        'T2 not_run',
        'T3 passed',
        'T4 passed',
        'T5 passed',
      ]);
      expect(outcome.proposal.rows.length).toBeGreaterThan(8);
      expect(repository.git('status', '--porcelain')).toBe('');
      expect(repository.git('log', '-1', '--format=%H').trim()).toBe(outcome.commit);
      const tests = execFileSync('cargo', ['test', '--workspace', '--offline'], {
        cwd: repository.root,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      expect(tests).not.toMatch(/FAILED/);
      await publish(outcome.runId as string, outcome.commit as string);
      const again = await runVerb(repository, ['fix', '--json']);
      expect(again.json().status).toBe('nothing_to_do');
    },
    LONG_MS,
  );

  it(
    'change goes through with the Anthropic adapter against a double of the Messages API',
    async () => {
      await using double = await openMessagesDouble(answerWith('is_single_bit', 1));
      const transcript = join(repository.root, '..', 'transcript.ndjson');
      const { status, stdout, stderr } = await runVerb(
        repository,
        ['change', 'Tell whether a sum is a single bit', '--record', transcript, '--json'],
        { ANTHROPIC_API_KEY: 'test-key-0000', ANTHROPIC_BASE_URL: double.url },
      );
      expect([status, JSON.parse(stdout).status]).toEqual([0, 'committed']);
      expect(money()).toContain('pub const fn is_single_bit(self) -> bool');
      expect(double.requests[0]?.authorization).toBe('Bearer test-key-0000');
      expect(JSON.stringify(double.requests[0]?.body)).toContain('Money');
      expect(stdout + stderr + readFileSync(transcript, 'utf8')).not.toContain('test-key-0000');
    },
    LONG_MS,
  );

  it(
    'change goes through with a command as the reasoner',
    async () => {
      const script = join(repository.root, '..', 'reasoner.mjs');
      const body = JSON.stringify(answerWith('is_two_bits', 2));
      writeFileSync(
        script,
        `let p = ''; for await (const c of process.stdin) p += c; if (!p.includes('Money')) process.exit(9); process.stdout.write(${body});`,
      );
      const { status, stdout } = await runVerb(repository, [
        'change',
        'Tell whether a sum is two bits of Money',
        '--json',
        '--reasoner',
        'command',
        '--exec',
        process.execPath,
        script,
      ]);
      expect([status, JSON.parse(stdout).status]).toEqual([0, 'committed']);
      expect(money()).toContain('is_two_bits');
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
        recorded.replaceAll('is_single_bit', 'is_three_bits').replaceAll('== 1', '== 3'),
      );
      const { status, stdout } = await runVerb(repository, [
        'change',
        'Tell whether a sum is three bits',
        '--json',
        '--reasoner',
        'replay',
        '--transcript',
        transcript,
      ]);
      expect([status, JSON.parse(stdout).status]).toEqual([0, 'committed']);
      expect(money()).toContain('is_three_bits');
      const before = money();
      const breaking = `EDIT ${MONEY}-Money-is_debt\n\`\`\`rust\npub const fn is_debt(self) -> bool {\n    self.bits > 0\n}\n\`\`\`\n`;
      writeFileSync(transcript, rewriteAnswer(recorded, breaking));
      const refused = await runVerb(repository, [
        'change',
        'Debts are positive',
        '--json',
        '--reasoner',
        'replay',
        '--transcript',
        transcript,
      ]);
      expect(refused.status).toBe(1);
      expect(money()).toBe(before);
      expect(repository.git('status', '--porcelain')).toBe('');
    },
    LONG_MS,
  );
});

function rewriteAnswer(recorded: string, answer: string): string {
  const entry = JSON.parse(recorded.split('\n')[0] ?? '') as Record<string, unknown>;
  return `${JSON.stringify({ ...entry, answer })}\n`;
}
