import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { foldEvents, listRuns, nextStep, openRunLog, readRun, runFix } from '../../src/index.js';
import { createFakeWorld } from '../fakes/fake-world.js';

const dir = mkdtempSync(join(tmpdir(), 'run-log-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const eventsFile = (runId: string): string => join(dir, 'runs', runId, 'events.ndjson');
const AT = Date.parse('2026-01-01T00:00:00Z');

async function writeDeltas(runId: string, texts: string[]): Promise<void> {
  await using log = await openRunLog(dir, runId);
  for (const text of texts) log.append('model-delta', { attempt: 1, text }, AT);
}

describe('openRunLog', () => {
  it('numbers events from 1 without gaps, across sessions', async () => {
    await writeDeltas('gaps', ['a', 'b']);
    await writeDeltas('gaps', ['c']);
    await using log = await openRunLog(dir, 'gaps');
    expect(log.events().map(({ seq, payload }) => [seq, payload.text])).toEqual([
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ]);
  });

  it('cuts a torn last line and keeps every whole one', async () => {
    await writeDeltas('torn', ['a', 'b']);
    appendFileSync(eventsFile('torn'), '{"contract":"pt.event/1","seq":3,"ru');
    await writeDeltas('torn', ['c']);
    const lines = readFileSync(eventsFile('torn'), 'utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    await using log = await openRunLog(dir, 'torn');
    expect(log.events().map(({ payload }) => payload.text)).toEqual(['a', 'b', 'c']);
  });

  it('opens to a prefix of what was written wherever the file is cut', async () => {
    const texts = ['a', '\u00e4\u{1F980}', '', 'line\nbreak'];
    await writeDeltas('cut', texts);
    const whole = readFileSync(eventsFile('cut'));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: whole.length }), async (length) => {
        writeFileSync(eventsFile('cut'), whole);
        truncateSync(eventsFile('cut'), length);
        await using log = await openRunLog(dir, 'cut');
        const read = log.events().map(({ payload }) => payload.text);
        expect(read).toEqual(texts.slice(0, read.length));
      }),
      { seed: 20260101, numRuns: 50 },
    );
  });

  it.each([
    ['a broken line in the middle', '{"seq":1}\n'],
    [
      'a gap',
      `${JSON.stringify({ contract: 'pt.event/1', seq: 2, run_id: 'bad', type: 'model-delta', at: new Date(AT).toISOString(), payload: { attempt: 1, text: '' } })}\n`,
    ],
    [
      'a payload of another shape',
      `${JSON.stringify({ contract: 'pt.event/1', seq: 1, run_id: 'bad', type: 'model-delta', at: new Date(AT).toISOString(), payload: {} })}\n`,
    ],
  ])('refuses %s', async (_name, text) => {
    mkdirSync(join(dir, 'runs', 'bad'), { recursive: true });
    writeFileSync(eventsFile('bad'), text);
    await expect(openRunLog(dir, 'bad')).rejects.toMatchObject({
      code: 'PT_SORCERER_LOG_CORRUPT',
      details: { line: 1 },
    });
  });

  it('refuses to append what breaks its schema', async () => {
    await using log = await openRunLog(dir, 'strict');
    expect(() => log.append('model-delta', { attempt: -1, text: '' }, AT)).toThrow();
    expect(log.events()).toEqual([]);
  });

  it('lets one process at a time hold a run and takes over from a dead one', async () => {
    {
      await using log = await openRunLog(dir, 'held');
      await expect(openRunLog(dir, log.runId)).rejects.toMatchObject({
        code: 'PT_SORCERER_RUN_BUSY',
        retryable: true,
      });
    }
    writeFileSync(join(dir, 'runs', 'held', 'lock'), '2147483646');
    await using log = await openRunLog(dir, 'held');
    expect(log.runId).toBe('held');
  });

  it('binds a document to its event and notices a change', async () => {
    await using log = await openRunLog(dir, 'docs');
    const artefact = log.writeArtefact('answer-1.json', { a: '\u00e4' });
    expect(log.readArtefact(artefact)).toEqual({ a: '\u00e4' });
    writeFileSync(join(dir, 'runs', 'docs', artefact.name), '{"a":"b"}');
    expect(() => log.readArtefact(artefact)).toThrow(
      expect.objectContaining({ code: 'PT_SORCERER_ARTEFACT_CORRUPT' }) as Error,
    );
    expect(readdirSync(join(dir, 'runs', 'docs')).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it.each(['', '..', '../x', 'a/b', '.hidden', 'x'.repeat(65)])('refuses the id "%s"', async (runId) => {
    await expect(openRunLog(dir, runId)).rejects.toMatchObject({ code: 'PT_SORCERER_RUN_ID_INVALID' });
  });

  it('appends 10,000 events with a 95th percentile far below 100 ms', async () => {
    await using log = await openRunLog(dir, 'many');
    const times: number[] = [];
    for (let i = 0; i < 10_000; i += 1) {
      const started = performance.now();
      log.append('model-delta', { attempt: 1, text: 'x' }, AT);
      times.push(performance.now() - started);
    }
    times.sort((a, b) => a - b);
    expect(times[9_500]).toBeLessThan(100);
  });
});

describe('reading runs', () => {
  it('lists runs newest first and reads one at work without taking it', async () => {
    const world = createFakeWorld({ files: {} });
    await runFix(world.ports, { runId: 'first' });
    await runFix(world.ports, { runId: 'second' });
    expect((await listRuns(world.dir)).map(({ run_id, status }) => [run_id, status])).toEqual([
      ['second', 'nothing_to_do'],
      ['first', 'nothing_to_do'],
    ]);
    await using held = await world.ports.log.open('first');
    expect(held.events()).not.toEqual([]);
    expect((await readRun(world.dir, 'first')).summary.status).toBe('nothing_to_do');
  });

  it('knows no run that was never started', async () => {
    expect(await listRuns(join(dir, 'nowhere'))).toEqual([]);
    await expect(readRun(dir, 'never')).rejects.toMatchObject({ code: 'PT_SORCERER_RUN_UNKNOWN' });
  });
});

describe('foldEvents', () => {
  it('gives every prefix of a run a state with a next step', async () => {
    const world = createFakeWorld({ files: {} });
    await runFix(world.ports, { runId: 'r' });
    const { events } = await readRun(world.dir, 'r');
    const steps = events.map((_, i) => nextStep(foldEvents(events.slice(0, i + 1))));
    expect(steps).toEqual(['start-attempt', 'propose', 'propose', 'decide', 'finish', 'ended']);
  });
});
