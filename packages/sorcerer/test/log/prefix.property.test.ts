import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openRunLog, readRun, resumeRun, runChange } from '../../src/index.js';
import { createFakeWorld } from '../fakes/fake-world.js';
import { block, createScriptedReasoner } from '../fakes/scripted-reasoner.js';

const root = mkdtempSync(join(tmpdir(), 'prefix-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const KEY = 'src/lib.rs-_-area';
const files = { 'src/lib.rs': 'pub fn area() -> u32 {\n    1\n}\n' };
const ANSWER = block(`EDIT ${KEY}`, 'pub fn area() -> u32 {\n    2\n}');
const STEPS = {
  prd: [
    { kind: 'feature', title: 'T', behaviours: [{ id: 'B1', statement: 's', test: 't', test_state: 'new' }] },
  ],
  tests: [{ tests: [{ behaviour: 'B1', name: 't', path: 'tests/a.rs', action: 'Create', asserts: 'x' }] }],
  interfaces: [
    { interfaces: [{ row: KEY, path: 'src/lib.rs', action: 'Edit', signature: 'fn area()', reason: 'r' }] },
  ],
};
const POINTS = 50;

describe('a log cut off at any byte', () => {
  it('reopens to a prefix without a gap and is resumed to the same proposal', {
    timeout: 120_000,
  }, async () => {
    const world = createFakeWorld({ files, reasoner: createScriptedReasoner([ANSWER], STEPS) });
    const whole = await runChange(world.ports, {
      runId: 'r',
      request: 'two',
      workflow: 'stepped',
      dryRun: true,
    });
    expect(whole.status).toBe('verified');
    const folder = join(world.dir, 'runs', 'r');
    const bytes = readFileSync(join(folder, 'events.ndjson'));
    const firstLine = bytes.indexOf(0x0a) + 1;
    let seed = 42;
    for (let point = 0; point < POINTS; point += 1) {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      const cut = firstLine + (seed % (bytes.length - firstLine));
      const dir = join(root, String(point));
      mkdirSync(join(dir, 'runs'), { recursive: true });
      cpSync(folder, join(dir, 'runs', 'r'), { recursive: true });
      writeFileSync(join(dir, 'runs', 'r', 'events.ndjson'), bytes.subarray(0, cut));
      const { events } = await readRun(dir, 'r');
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
      const again = createFakeWorld({ files, reasoner: createScriptedReasoner([ANSWER], STEPS) });
      again.ports.log = { open: (runId) => openRunLog(dir, runId) };
      const resumed = await resumeRun(again.ports, 'r');
      expect(resumed.status, `cut at byte ${cut}`).toBe('verified');
      expect(resumed.proposal?.id).toBe(whole.proposal?.id);
      expect(resumed.plan).toEqual(whole.plan);
    }
  });

  it('is not repaired where a whole line is broken', async () => {
    const world = createFakeWorld({ files, reasoner: createScriptedReasoner([ANSWER]) });
    await runChange(world.ports, { runId: 'r', request: 'two' });
    appendFileSync(join(world.dir, 'runs', 'r', 'events.ndjson'), '{"half":\n');
    await expect(readRun(world.dir, 'r')).rejects.toMatchObject({ code: 'PT_SORCERER_LOG_CORRUPT' });
  });
});
