import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { readRun } from '@parseltongue/sorcerer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runVerb } from './support/run-verb.js';
import { createRepository, type TestRepository } from './support/tiny-workspace.js';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const LONG_MS = 300_000;
const LIB = 'src/lib.rs';
const FILES = `
//- /Cargo.toml
[package]
name = "limits"
version = "0.1.0"
edition = "2021"
//- /.gitignore
/target
/.parseltongue
//- /src/lib.rs
pub fn limit() -> u32 {
    1
}

pub fn floor() -> u32 {
    0
}

#[cfg(test)]
mod tests {
    #[test]
    fn floor_is_low() {
        assert!(super::floor() < super::limit());
    }
}
`;
/** Asks which limit; with an answer in its prompt it makes both functions say it. */
const PROGRAM = `
let prompt = '';
for await (const piece of process.stdin) prompt += piece;
const edit = (name, value) => 'EDIT ${LIB}-_-' + name + '\\n\`\`\`rust\\npub fn ' + name + '() -> u32 {\\n    ' + value + '\\n}\\n\`\`\`\\n';
if (prompt.includes('forty-two')) console.log(edit('limit', 42) + edit('floor', 7));
else console.log('ASK Which limit?');
`;

describe('what a run waits with', { timeout: LONG_MS }, () => {
  let repository: TestRepository;
  let reasoner: string[];
  let id = '';

  const start = async (): Promise<string> => {
    const run = await runVerb(repository, ['change', 'Another limit', '--dry-run', '--json', ...reasoner]);
    expect(run.json()).toMatchObject({ status: 'paused', breakpoint: { type: 'architecture_decision' } });
    return run.json().runId as string;
  };

  beforeAll(async () => {
    repository = createRepository(FILES);
    const program = join(repository.root, '..', 'asks.mjs');
    writeFileSync(program, PROGRAM);
    reasoner = ['--reasoner', 'command', '--exec', process.execPath, program];
    id = await start();
  }, LONG_MS);
  afterAll(() => repository.remove());

  it('is told by other processes, and no answer is none', async () => {
    const runs = await runVerb(repository, ['runs', '--json']);
    expect(runs.json().waiting).toMatchObject([
      { run_id: id, breakpoint: { question: 'Which limit?', default: null } },
    ]);
    const before = (await readRun(join(repository.root, '.parseltongue'), id)).events.length;
    const resumed = await runVerb(repository, ['runs', 'resume', id, '--json', ...reasoner]);
    expect(resumed.json().status).toBe('paused');
    expect((await readRun(join(repository.root, '.parseltongue'), id)).events).toHaveLength(before);
  });

  it('is told to a model over MCP', async () => {
    const client = new Client({ name: 'test', version: '1.0.0' }, {});
    const args = [MAIN, '-C', repository.root, '--quiet', 'mcp'];
    await client.connect(
      new StdioClientTransport({ command: process.execPath, args, env: repository.env, stderr: 'ignore' }),
    );
    const answer = await client.callTool({ name: 'status', arguments: {} });
    expect(JSON.stringify(answer.content)).toContain(`run ${id} waits for a person: Which limit?`);
    await client.close();
  });

  it('goes on with the answer of a person', async () => {
    const answered = await runVerb(repository, [
      ...['runs', 'resume', id, '--answer', 'forty-two', '--json'],
      ...reasoner,
    ]);
    expect(answered.json()).toMatchObject({ status: 'verified', breakpoint: { default: null } });
    expect(repository.git('status', '--porcelain')).toBe('');
  });

  it('is kept in part, gates run on the part', async () => {
    const part = await runVerb(repository, [
      ...['runs', 'resume', id, '--accept-row', `${LIB}-_-limit`, '--json'],
    ]);
    expect(part.json().status, part.stdout).toBe('committed');
    const text = repository.git('show', `HEAD:${LIB}`);
    expect([text.includes('42'), text.includes('    7')]).toEqual([true, false]);
    const { outcomes } = (await runVerb(repository, ['cost', '--json'])).json();
    expect(outcomes).toMatchObject({ good: 1, bad: 0, by_cause: { accepted: 1 } });
  });

  it('is rejected with a reason, the tree as it was', async () => {
    const other = await start();
    const head = repository.git('rev-parse', 'HEAD');
    const rejected = await runVerb(repository, ['runs', 'resume', other, '--reject', 'not now', '--json']);
    expect(rejected.json()).toMatchObject({ status: 'rejected', reason: expect.stringContaining('not now') });
    expect([repository.git('rev-parse', 'HEAD'), repository.git('status', '--porcelain')]).toEqual([
      head,
      '',
    ]);
  });
});
