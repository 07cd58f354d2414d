import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openTaskQueue } from '../../src/index.js';
import { createTemporaryDir } from '../temporary-dir.js';

const WORKER = fileURLToPath(new URL('./queue-worker.mjs', import.meta.url));
const ROUNDS = 8;

/** Kills the worker after some number of confirmations, which differs from round to round. */
async function runUntilKilled(dir: string, round: number): Promise<string[]> {
  const child = spawn(process.execPath, [WORKER, dir, `r${round}`], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  let text = '';
  const killAfter = 1 + ((round * 37) % 90);
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (chunk: string) => {
    text += chunk;
    const complete = text.split('\n');
    text = complete.pop() ?? '';
    lines.push(...complete);
    if (lines.length >= killAfter) child.kill('SIGKILL');
  });
  await once(child, 'close');
  return lines;
}

describe('a queue whose process is killed', () => {
  it('loses no confirmed task and finishes none twice', async () => {
    const dir = await createTemporaryDir();
    const said: string[] = [];
    for (let round = 0; round < ROUNDS; round += 1) said.push(...(await runUntilKilled(dir, round)));
    const enqueued = new Set(
      said.filter((line) => line.startsWith('enqueued')).map((line) => line.split(' ')[1] ?? ''),
    );
    const done = said.filter((line) => line.startsWith('done')).map((line) => line.split(' '));
    await using queue = await openTaskQueue(dir);
    const tasks = new Map((await queue.list()).map((task) => [task.id, task]));
    expect(queue.recovery.status).not.toBe('corrupt');
    expect(enqueued.size).toBeGreaterThan(ROUNDS);
    expect(done.length).toBeGreaterThan(ROUNDS);
    expect([...enqueued].filter((id) => !tasks.has(id))).toEqual([]);
    expect(new Set(done.map(([, id]) => id)).size).toBe(done.length);
    for (const [, id = '', round] of done) {
      expect(tasks.get(id)).toMatchObject({ state: 'done', result: { round } });
    }
  });
});
