import type { BlastAnswer } from '@parseltongue/codegraph-store';
import type { Progress, RowKey, RunEvent } from '@parseltongue/isg-core';
import pc from 'picocolors';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { renderDiff } from '../src/render/diff.js';
import { cutText, measureText, wrapText } from '../src/render/fit-text.js';
import { renderImpact } from '../src/render/impact.js';
import { createProgressLine, describeProgress } from '../src/render/progress-line.js';
import { answerOption } from '../src/render/run-outcome.js';
import { createRunPrinter } from '../src/render/run-printer.js';
import { createStageBoard } from '../src/render/stage-board.js';
import { formatDuration, renderTable } from '../src/render/table.js';
import type { Invocation } from '../src/verb.js';
import { createContext } from './support/screen.js';

describe('renderTable', () => {
  it('sets text to the left, numbers to the right, and measures without colors', () => {
    const green = pc.createColors(true).green('ok');
    expect(
      renderTable(
        ['name', 'n'],
        [
          ['a', 1],
          ['long name', 12_345],
        ],
      ),
    ).toBe('name            n\na               1\nlong name  12,345\n');
    expect(renderTable(['x', 'y'], [[green, 'b']]).split('\n')[1]).toBe(`${green}  b`);
  });
});

describe('a terminal with little room', () => {
  it('gets tables as lines, each cell named by its column', () => {
    const rows = [['T3', 'cargo check', ''] as const];
    expect(renderTable(['gate', 'what', 'facts'], rows, 12)).toBe('T3\n  what: cargo check\n');
    expect(renderTable(['gate', 'what'], [['T3', 'x']], 17)).toBe('gate  what\nT3    x\n');
  });

  it('breaks lines between words, under a hanging indent, and never loses a sign', () => {
    const line = '├─ src/a_very_long_path/of_a_file.rs-_-name (calls name)';
    const lines = wrapText(line, 30, '│    ');
    expect(lines).toEqual(['├─ src/a_very_long_path/of_a_f', '│    ile.rs-_-name (calls', '│    name)']);
    expect(wrapText(line, undefined, '  ')).toEqual([line]);
    expect(wrapText(line, 8, '  ')).toEqual([line]);
  });

  it('cuts with a mark, measuring what is shown', () => {
    expect(cutText('abcdef', 4)).toBe('abc…');
    expect(cutText('中文字', 5)).toBe('中文…');
    expect(cutText('abc', 3)).toBe('abc');
    expect(measureText(pc.createColors(true).red('中a'))).toBe(3);
  });

  it('shows a board that fits, with or without names', () => {
    const board = createStageBoard(pc.createColors(false));
    board.update({ type: 'stage-ended', payload: { stage: 'context' } } as unknown as RunEvent);
    board.update({ type: 'stage-started', payload: { stage: 'verify' } } as unknown as RunEvent);
    board.update({ type: 'gate-ended', payload: { gate: 'T0', verdict: 'passed' } } as unknown as RunEvent);
    expect(board.draw(2000, 80)).toBe('✓context ·propose ✓T0 ▸T1 ·T2 ·T3 ·T4 ·T5 ·apply ·commit  2.0 s');
    expect(board.draw(2000, 39)).toBe('✓·✓▸T1······  2.0 s');
    expect(board.draw(2000, 12)).toBe('✓·✓▸T1······');
    expect(board.draw(2000, 5)).toBe('');
    board.update({ type: 'gate-ended', payload: { gate: 'T1', verdict: 'failed' } } as unknown as RunEvent);
    board.update({ type: 'stage-ended', payload: { stage: 'verify' } } as unknown as RunEvent);
    expect(board.draw(2000, 12)).toBe('✓·✓✗······');
  });
});

describe('formatDuration', () => {
  it.each([
    [12.4, '12 ms'],
    [3400, '3.4 s'],
    [125_000, '2 min 5 s'],
  ])('reads %d ms as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe('renderImpact', () => {
  it('says what the budget hides at each distance, and where following ended', () => {
    const hit = { key: 'a.rs-_-f', via: { key: 'b.rs-_-g', kind: 'calls' } };
    const level = { depth: 1, code: [hit], tests: [], code_total: 3, tests_total: 1 };
    const meta = {
      shown: 1,
      total: 4,
      tiers: ['typed'],
      unresolved_share: 0,
      indexed_at: null,
      token_cost: 9,
    };
    const answer = { levels: [level], meta } as unknown as BlastAnswer;
    const text = renderImpact(['b.rs-_-g' as RowKey], answer, { depth: 1 });
    expect(text).toBe(
      'b.rs-_-g\n└─ distance 1: 3 rows, 1 test\n   ├─ a.rs-_-f (calls g)\n   └─ … 3 rows more, over the budget\nNot followed beyond distance 1: a larger depth may reach more\n-- 1 of 4 shown, followed edges of tiers typed, 0 % of references in scope unresolved, indexed never, 9 tokens\n',
    );
    expect(renderImpact([], answer, { depth: 2 })).not.toContain('Not followed');
  });
});

describe('a run that waits', () => {
  it.each([
    ['verified', '--apply'],
    ['rejected', '--modify ".."'],
    ['paused', '--answer ".."'],
  ])('%s is gone on with by %s', (status, option) => {
    expect(answerOption(status)).toBe(option);
  });
});

describe('renderDiff', () => {
  it('is a diff that git apply understands, for edits, new files and deletions', () => {
    const diff = renderDiff([
      { path: 'a.rs', before: 'one\ntwo\n', after: 'one\n2\n' },
      { path: 'new.rs', before: null, after: 'x\n' },
      { path: 'old.rs', before: 'y\n', after: null },
    ]);
    expect(diff).toBe(
      '--- a/a.rs\n+++ b/a.rs\n@@ -1,2 +1,2 @@\n one\n-two\n+2\n--- /dev/null\n+++ b/new.rs\n@@ -0,0 +1,1 @@\n+x\n--- a/old.rs\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-y\n',
    );
  });
});

describe('progress', () => {
  const progress = (done: number, total: number | null): Progress => ({
    stage: 'parse',
    done,
    total,
    unit: 'files',
  });

  it('estimates what is left from what is done', () => {
    expect(describeProgress(progress(25, 100), 5000)).toBe(
      'parse: 25 of 100 files, 5.0 s, about 15.0 s left',
    );
    expect(describeProgress(progress(25, null), 5000)).toBe('parse: 25 files, 5.0 s');
    expect(describeProgress(progress(2, 6), 5000)).toBe('parse: 2 of 6 files, 5.0 s');
  });

  it('stays silent in the first second, then redraws one line on a terminal and clears it', () => {
    let now = 0;
    let shown = '';
    const io = {
      out: () => undefined,
      err: (text: string) => void (shown += text),
      isInteractive: true,
      colors: pc.createColors(false),
    };
    const line = createProgressLine(io, { isQuiet: false, now: () => now });
    line.update(progress(1, 10));
    expect(shown).toBe('');
    now = 1500;
    line.update(progress(5, 10));
    line.update(progress(6, 10));
    expect(shown).toBe('\r\u001b[2Kparse: 5 of 10 files, 1.5 s, about 1.5 s left');
    line.clear();
    expect(shown.endsWith('\r\u001b[2K')).toBe(true);
    const quiet = createProgressLine(
      { ...io, err: () => expect.unreachable() },
      { isQuiet: true, now: () => 5000 },
    );
    quiet.update(progress(1, 2));
  });
});

describe('a run that is told', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('gives a sign of life where there is no board and a stage takes long, and none with --quiet', () => {
    vi.useFakeTimers();
    const tell = (quiet: boolean): string => {
      const { screen, context } = createContext();
      const progress = { update: () => undefined, clear: () => undefined };
      using printer = createRunPrinter({ context, progress, globals: { quiet } } as unknown as Invocation);
      printer.print({ type: 'stage-started', payload: { stage: 'propose' } } as unknown as RunEvent);
      vi.advanceTimersByTime(65_000);
      return screen.err;
    };
    expect(tell(false).match(/propose, still working/g)).toHaveLength(2);
    expect(tell(true)).toBe('');
  });
});
