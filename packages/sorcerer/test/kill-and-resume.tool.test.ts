import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { readRun } from '../src/index.js';

const script = fileURLToPath(new URL('./fixtures/killable-run.mjs', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'kill-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const BROKEN = 'fn a() { sidde() }\n';
const EVENT_COUNT = 18;

/** A fresh tree, one process that is killed at `killAt`, and one that resumes. */
function openCase(killAt: string) {
  const dir = join(root, killAt);
  mkdirSync(join(dir, 'tree'), { recursive: true });
  writeFileSync(join(dir, 'tree', 'a.rs'), BROKEN);
  const run = (mode: 'start' | 'resume', at: string) =>
    spawnSync(process.execPath, [script, dir, mode, at], { encoding: 'utf8' });
  return {
    dir,
    killed: run('start', killAt),
    resume: () => run('resume', 'never'),
    read: (name: string) => (existsSync(join(dir, name)) ? readFileSync(join(dir, name), 'utf8') : ''),
  };
}

describe('a run that is killed', () => {
  const points = [
    'verify',
    'apply',
    'commit',
    'promote',
    ...Array.from({ length: EVENT_COUNT }, (_, i) => String(i + 1)),
  ];

  it.each(points)(
    'at %s is resumed to the same end, nothing done twice',
    { timeout: 30_000 },
    async (killAt) => {
      const { dir, killed, resume, read } = openCase(killAt);
      expect(killed.signal, killed.stderr).toBe('SIGKILL');
      expect([BROKEN, BROKEN.replace('sidde', 'side')]).toContain(read('tree/a.rs'));
      const resumed = resume();
      expect(resumed.stderr).toBe('');
      expect(read('outcome')).toBe('committed');
      expect(read('tree/a.rs')).toBe(BROKEN.replace('sidde', 'side'));
      expect(read('effects').trim().split('\n').sort()).toEqual(['apply', 'commit', 'promote']);
      const { events, summary } = await readRun(dir, 'r');
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
      expect(events.filter(({ type }) => type === 'run-ended')).toHaveLength(1);
      expect(summary.status).toBe('committed');
    },
  );

  it('had exactly the events above to be killed at', () => {
    const { dir, killed, read } = openCase('never');
    expect(killed.stderr).toBe('');
    expect(read('outcome')).toBe('committed');
    const log = readFileSync(join(dir, 'runs', 'r', 'events.ndjson'), 'utf8');
    expect(log.trimEnd().split('\n')).toHaveLength(EVENT_COUNT);
  });
});
