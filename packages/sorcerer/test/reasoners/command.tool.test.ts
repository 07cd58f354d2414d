import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type CommandReasonerOptions, createCommandReasoner } from '../../src/index.js';
import { ANSWER, createRequest } from '../fakes/requests.js';

const cwd = mkdtempSync(join(tmpdir(), 'command-'));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

function command(script: string, options: Partial<CommandReasonerOptions> = {}) {
  return createCommandReasoner({ argv: [process.execPath, '-e', script], cwd, env: {}, ...options });
}

/** Waits until a process is gone, at most two seconds. */
async function untilGone(pid: number): Promise<boolean> {
  const deadline = Date.now() + 2_000;
  while (Date.now() < deadline) {
    try {
      process.kill(pid, 0);
    } catch {
      return true;
    }
    await new Promise((done) => setImmediate(done));
  }
  return false;
}

/** A program that starts a child, writes its pid and then both wait forever. */
const FAMILY = `
  const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  require('node:fs').writeFileSync('pid', String(child.pid));
  process.on('SIGTERM', () => {});
  process.stdout.write('started');
  setInterval(() => {}, 1000);
`;

describe('createCommandReasoner', () => {
  it('feeds the prompt on stdin and reads the answer from stdout', async () => {
    const script = `
      let prompt = '';
      process.stdin.on('data', (part) => (prompt += part));
      process.stdin.on('end', () => process.stdout.write(prompt.includes('area must be two') ? ${JSON.stringify(ANSWER)} : 'no'));
    `;
    const deltas: string[] = [];
    const answer = await command(script).propose(createRequest(), { onDelta: (text) => deltas.push(text) });
    expect(answer).toMatchObject({ finish: 'complete', problems: [], edits: [{ op: 'edit' }] });
    expect(answer.usage).toMatchObject({ estimated: true, cost_usd: null });
    expect(answer.usage.input_tokens).toBeGreaterThan(100);
    expect(deltas.join('')).toBe(ANSWER);
  });

  it('gives the program only the environment it was given', async () => {
    const script = `process.stdout.write('ASK ' + Object.keys(process.env).filter((name) => !name.startsWith('__')).join(','))`;
    const { questions } = await command(script, { env: { ONLY: '1' } }).propose(createRequest(), {});
    expect(questions).toEqual(['ONLY']);
  });

  it('reports a program that fails, secrets left out', async () => {
    const script = `console.error('bad key sk-ant-aaaaaaaaaaaaaaaaaaaaaaaa'); process.exitCode = 3`;
    const error = await command(script)
      .propose(createRequest(), {})
      .catch((cause: unknown) => cause);
    expect(error).toMatchObject({
      code: 'PT_SORCERER_ENGINE_FAILED',
      details: { exit: 3 },
      retryable: false,
    });
    expect(JSON.stringify(error)).not.toContain('sk-ant-');
  });

  it('says which program is missing', async () => {
    const reasoner = createCommandReasoner({ argv: ['no-such-program-here'], cwd, env: {} });
    await expect(reasoner.propose(createRequest(), {})).rejects.toMatchObject({
      code: 'PT_SORCERER_ENGINE_MISSING',
    });
  });

  it('survives a program that does not read its input', async () => {
    const big = createRequest({ context: 'x'.repeat(2_000_000) });
    const answer = await command(
      `process.stdout.write(${JSON.stringify(ANSWER)}); process.stdin.destroy()`,
    ).propose(big, {});
    expect(answer.edits).toHaveLength(1);
  });

  it('uses nothing of an answer that is too long', async () => {
    const script = `process.stdout.write(${JSON.stringify(ANSWER)} + 'x'.repeat(100000))`;
    const answer = await command(script, { maxOutputBytes: 1_000 }).propose(createRequest(), {});
    expect(answer).toMatchObject({ finish: 'truncated', edits: [] });
  });

  it('ends the program and its children on a timeout', async () => {
    const running = command(FAMILY, { timeoutMs: 700 }).propose(createRequest(), {});
    await expect(running).rejects.toMatchObject({ code: 'PT_SORCERER_ENGINE_TIMEOUT', retryable: true });
    expect(await untilGone(Number(readFileSync(join(cwd, 'pid'), 'utf8')))).toBe(true);
  });

  it('ends the program and its children within two seconds of an abort', async () => {
    const controller = new AbortController();
    let abortedAt = 0;
    const running = command(FAMILY).propose(createRequest(), {
      signal: controller.signal,
      onDelta: () => {
        abortedAt = Date.now();
        controller.abort();
      },
    });
    await expect(running).rejects.toMatchObject({ code: 'PT_SORCERER_ABORTED' });
    expect(Date.now() - abortedAt).toBeLessThan(2_000);
    expect(await untilGone(Number(readFileSync(join(cwd, 'pid'), 'utf8')))).toBe(true);
  });
});
