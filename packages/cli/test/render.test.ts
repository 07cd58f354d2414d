import type { Progress, RunEvent } from '@parseltongue/isg-core';
import pc from 'picocolors';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { renderDiff } from '../src/render/diff.js';
import { createProgressLine, describeProgress } from '../src/render/progress-line.js';
import { createRunPrinter } from '../src/render/run-printer.js';
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

describe('formatDuration', () => {
  it.each([
    [12.4, '12 ms'],
    [3400, '3.4 s'],
    [125_000, '2 min 5 s'],
  ])('reads %d ms as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
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
