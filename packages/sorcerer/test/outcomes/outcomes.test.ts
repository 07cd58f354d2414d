import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RowKey } from '@parseltongue/isg-core';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import {
  foldEvents,
  type HistoryCommit,
  KEPT_COMMITS,
  KEPT_DAYS,
  labelRun,
  MIN_OUTCOMES,
  OutcomeSchema,
  openRunLog,
  readOutcomes,
  readRun,
  recordOutcome,
  recordUndo,
  runChange,
  scoreRun,
  settleOutcomes,
} from '../../src/index.js';
import { createFakeWorld, type Judgement } from '../fakes/fake-world.js';
import { block, createScriptedReasoner } from '../fakes/scripted-reasoner.js';

const roots: string[] = [];
afterAll(() => {
  for (const root of roots) rmSync(root, { recursive: true, force: true });
});
const KEY = 'src/lib.rs-_-area';
const TEXT = 'pub fn area() -> u32 {\n    1\n}\n';
const BETTER = 'pub fn area() -> u32 {\n    2\n}';
const NOON = Date.parse('2026-03-01T12:00:00Z');
const DAY = 86_400_000;
let dir = '';

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'outcomes-'));
  roots.push(dir);
});

/** One committed run below `dir`, by a reasoner that gives `answer`. */
async function commitRun(
  runId: string,
  answer = block(`EDIT ${KEY}`, BETTER),
  judgement: Judgement = 'passed',
) {
  const world = createFakeWorld({
    files: { 'src/lib.rs': TEXT },
    reasoner: createScriptedReasoner([answer, answer, answer]),
    judge: () => judgement,
  });
  world.ports.log = { open: (id) => openRunLog(dir, id) };
  return runChange(world.ports, { runId, request: 'two' });
}

const readScore = async (runId: string): Promise<number> => {
  const { events, report } = await readRun(dir, runId);
  return scoreRun(foldEvents(events), report);
};

describe('an outcome', () => {
  it('is a line of its contract, for its owner alone, with the score its evidence gave', async () => {
    await commitRun('r1');
    const outcome = await recordOutcome(dir, 'r1', { cause: 'rejected', note: 'too clever', at: NOON });
    expect(outcome).toEqual({
      contract: 'pt.outcome/1',
      run_id: 'r1',
      at: '2026-03-01T12:00:00.000Z',
      cause: 'rejected',
      verdict: 'bad',
      score: await readScore('r1'),
      note: 'too clever',
    });
    const file = join(dir, 'outcomes.ndjson');
    expect(OutcomeSchema.parse(JSON.parse(readFileSync(file, 'utf8')))).toEqual(outcome);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readOutcomes(dir)).toMatchObject({ good: 0, bad: 1, needed: 100, by_cause: { rejected: 1 } });
  });

  it('is not made of a run that nothing verified', async () => {
    await commitRun('r1', block(`EDIT ${KEY}`, BETTER), 'failed');
    expect(await labelRun(dir, 'r1', { verdict: 'good', at: NOON })).toBeNull();
    expect(readOutcomes(dir)).toMatchObject({ good: 0, bad: 0 });
  });

  it('turns with undo and redo, and ends with the word of a person', async () => {
    const { proposal } = await commitRun('r1');
    const id = proposal?.id ?? '';
    await recordOutcome(dir, 'r1', { cause: 'accepted', at: NOON });
    expect(readOutcomes(dir)).toMatchObject({ good: 1, bad: 0 });
    await recordUndo(dir, id, NOON);
    expect(readOutcomes(dir)).toMatchObject({ good: 0, bad: 1, by_cause: { undone: 1 } });
    await recordUndo(dir, id, NOON);
    expect(readOutcomes(dir)).toMatchObject({ good: 0, bad: 0 });
    await recordUndo(dir, id, NOON);
    expect(readOutcomes(dir)).toMatchObject({ good: 0, bad: 1 });
    await labelRun(dir, 'r1', { verdict: 'good', at: NOON });
    await recordUndo(dir, id, NOON);
    expect(readOutcomes(dir)).toMatchObject({ good: 1, bad: 0, by_cause: { labelled: 1 } });
    expect(await recordUndo(dir, 'of nobody', NOON)).toBeNull();
  });

  it('survives a line that a crash cut off', async () => {
    await commitRun('r1');
    await labelRun(dir, 'r1', { verdict: 'good', at: NOON });
    appendFileSync(join(dir, 'outcomes.ndjson'), '{"contract":"pt.out');
    await labelRun(dir, 'r1', { verdict: 'bad', at: NOON });
    expect(readOutcomes(dir)).toMatchObject({ good: 0, bad: 1, unreadable: 1 });
  });
});

describe('what git shows later', () => {
  const own = (at = NOON, commit = 'a'.repeat(40)): HistoryCommit => ({
    commit,
    at,
    message: 'Two\n\nParseltongue-Run: r1\n',
  });
  const other = (i: number, message = `Other ${i}`): HistoryCommit => ({
    commit: String(i).padStart(40, '0'),
    at: NOON + i,
    message,
  });
  const later = (count: number) => Array.from({ length: count }, (_, i) => other(count - i));

  const revert = `Revert "Two"\n\nThis reverts commit ${'a'.repeat(40)}.\n`;
  it.each<{ name: string; history: HistoryCommit[]; days: number; cause: string | null }>([
    { name: 'nothing at first', history: [own()], days: 1, cause: null },
    { name: 'kept after a week', history: [own()], days: KEPT_DAYS, cause: 'kept' },
    { name: 'kept under later work', history: [...later(KEPT_COMMITS), own()], days: 1, cause: 'kept' },
    { name: 'kept after a rebase', history: [own(NOON, 'b'.repeat(40))], days: KEPT_DAYS, cause: 'kept' },
    { name: 'reverted', history: [other(1, revert), own()], days: 0, cause: 'reverted' },
    {
      name: 'nothing of a commit of another run',
      history: [{ ...own(), message: 'Parseltongue-Run: r11' }],
      days: 90,
      cause: null,
    },
    { name: 'nothing of a commit that is gone', history: [other(1)], days: 90, cause: null },
  ])('is $name', async ({ history, days, cause }) => {
    await commitRun('r1');
    const now = NOON + days * DAY;
    const news = await settleOutcomes(dir, history, now);
    expect(news.map((outcome) => outcome.cause)).toEqual(cause === null ? [] : [cause]);
    expect(await settleOutcomes(dir, history, now)).toEqual([]);
  });

  it('counts a revert that was reverted as kept', async () => {
    await commitRun('r1');
    const revert = other(1, `Revert\n\nThis reverts commit ${'a'.repeat(40)}.`);
    await settleOutcomes(dir, [revert, own()], NOON);
    const again = other(2, `Reapply\n\nThis reverts commit ${revert.commit}.`);
    await settleOutcomes(dir, [again, revert, own()], NOON + KEPT_DAYS * DAY);
    expect(readOutcomes(dir)).toMatchObject({ good: 1, bad: 0, by_cause: { kept: 1 } });
  });

  it('does not overrule a person', async () => {
    await commitRun('r1');
    await labelRun(dir, 'r1', { verdict: 'bad', at: NOON });
    expect(await settleOutcomes(dir, [own()], NOON + 30 * DAY)).toEqual([]);
  });
});

describe('confidence', () => {
  it('is a share of what happened once a hundred outcomes are known, and not before', async () => {
    await commitRun('seed');
    const score = await readScore('seed');
    const write = (i: number) =>
      appendFileSync(
        join(dir, 'outcomes.ndjson'),
        `${JSON.stringify({ contract: 'pt.outcome/1', run_id: `o${i}`, at: new Date(NOON).toISOString(), cause: 'kept', verdict: i % 4 === 0 ? 'bad' : 'good', score, note: null })}\n`,
      );
    for (let i = 1; i < MIN_OUTCOMES; i += 1) write(i);
    const decide = async (runId: string) => {
      const world = createFakeWorld({
        files: { 'src/lib.rs': TEXT },
        reasoner: createScriptedReasoner([block(`EDIT ${KEY}`, BETTER)]),
      });
      world.ports.calibration = readOutcomes(dir).calibration;
      return (await runChange(world.ports, { runId, request: 'two' })).decision?.confidence;
    };
    expect(await decide('before')).toEqual({ value: null, calibrated: false, n: 99 });
    write(MIN_OUTCOMES);
    expect(await decide('after')).toEqual({ value: 0.75, calibrated: true, n: 100 });
  });

  it('is not moved by the word error, by boasting or by a docstring', async () => {
    const said = [
      block(`EDIT ${KEY}`, BETTER),
      `error: failed, exception\n${block(`EDIT ${KEY}`, BETTER)}`,
      `All tests pass, confidence 1.0, no error.\n${block(`EDIT ${KEY}`, BETTER)}`,
      block(`EDIT ${KEY}`, `/// The area. Raises an error, fails, \`unwrap\`.\n${BETTER}`),
    ];
    const scores: number[] = [];
    for (const [i, answer] of said.entries()) {
      expect((await commitRun(`r${i}`, answer)).status).toBe('committed');
      scores.push(await readScore(`r${i}`));
    }
    expect(new Set(scores).size).toBe(1);
    expect(scores[0]).toBeGreaterThan(0.5);
  });
});

describe('coverage of the edited rows', () => {
  it('raises the score where the graph shows a test that reaches them, through callers too', async () => {
    const reach = async (
      runId: string,
      edges: Record<string, { from: string; kind: 'calls' | 'tests' }[]>,
    ) => {
      const world = createFakeWorld({
        files: { 'src/lib.rs': TEXT },
        reasoner: createScriptedReasoner([block(`EDIT ${KEY}`, BETTER)]),
      });
      world.ports.log = { open: (id) => openRunLog(dir, id) };
      world.ports.graph.edgesTo = (keys) =>
        Promise.resolve(
          keys.flatMap((to) =>
            (edges[to] ?? []).map(({ from, kind }) => ({
              from: from as RowKey,
              to,
              kind,
              resolution: 'typed' as const,
              reason: 'fake',
              sites: [],
            })),
          ),
        );
      await runChange(world.ports, { runId, request: 'two' });
      return readScore(runId);
    };
    const caller = 'src/lib.rs-_-caller';
    const bare = await reach('bare', { [KEY]: [{ from: caller, kind: 'calls' }] });
    const tested = await reach('tested', {
      [KEY]: [{ from: caller, kind: 'calls' }],
      [caller]: [{ from: 'tests/a.rs-_-t', kind: 'tests' }],
    });
    expect(tested - bare).toBeCloseTo(0.1);
  });
});
