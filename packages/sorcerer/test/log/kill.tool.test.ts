import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { readRun } from '../../src/index.js';

const script = fileURLToPath(new URL('../fixtures/log-writer.mjs', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'kill-points-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const POINTS = 50;
/** Logs that are written and killed side by side. */
const LANES = 2;
const SEED = 20_261_121;

/** Lets a real process append to the log of a run and kills it some events later; answers the last event it vouched for. */
async function writeUntilKilled(
  runId: string,
  { count, spin }: { count: number; spin: number },
): Promise<number> {
  const child = spawn(process.execPath, [script, root, runId], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<string | null>((done) => child.once('close', (_code, signal) => done(signal)));
  let vouched = 0;
  let seen = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    vouched = Number(line);
    seen += 1;
    if (seen !== count) continue;
    const until = performance.now() + spin; // somewhere inside the next events
    while (performance.now() < until);
    child.kill('SIGKILL');
  }
  expect(await ended).toBe('SIGKILL');
  return vouched;
}

it('reopens to a gap-free prefix that holds all it vouched for, killed with SIGKILL at 50 random points', {
  timeout: 180_000,
}, async () => {
  const lanes = Array.from({ length: LANES }, (_, lane) => killOften(`r${lane}`, SEED + lane));
  expect((await Promise.all(lanes)).reduce((sum, points) => sum + points, 0)).toBe(POINTS);
});

/** Kills the writer of one log again and again; answers how often. */
async function killOften(runId: string, seed: number): Promise<number> {
  let state = seed;
  const random = (): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
  let before = 0;
  let points = 0;
  for (; points < POINTS / LANES; points += 1) {
    const vouched = await writeUntilKilled(runId, {
      count: 1 + Math.floor(random() * 8),
      spin: random() * 2,
    });
    const { events } = await readRun(root, runId);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
    expect(events.length).toBeGreaterThanOrEqual(vouched);
    expect(vouched).toBeGreaterThan(before);
    before = vouched;
  }
  return points;
}
