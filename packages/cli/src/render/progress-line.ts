import type { Progress } from '@parseltongue/isg-core';
import type { CliIo } from '../io.js';
import { cutText } from './fit-text.js';
import { formatDuration, formatNumber } from './table.js';

const QUIET_MS = 1000;
const REDRAW_MS = 100;
const DEFAULT_COLUMNS = 80;
const FEWEST_TO_ESTIMATE = 10; // a few steps are too unlike each other to say when the last ends

/** Shows progress on stderr: one redrawn line on a terminal, a line a stage elsewhere. Silent in the first second. */
export interface ProgressLine {
  update(progress: Progress): void;
  /** Removes the line. */
  clear(): void;
}

/** A progress line for one verb; `isQuiet` shows nothing. */
export function createProgressLine(
  io: CliIo,
  options: { isQuiet: boolean; now?: () => number },
): ProgressLine {
  const now = options.now ?? (() => performance.now());
  const starts = new Map<string, number>();
  let drawnAt = 0;
  let isDrawn = false;
  return {
    update(progress) {
      if (options.isQuiet) return;
      const start = starts.get(progress.stage) ?? now();
      starts.set(progress.stage, start);
      const elapsedMs = now() - start;
      if (elapsedMs < QUIET_MS || now() - drawnAt < (io.isInteractive ? REDRAW_MS : 5 * QUIET_MS)) return;
      drawnAt = now();
      const text = describeProgress(progress, elapsedMs);
      io.err(io.isInteractive ? `\r\u001b[2K${fitLine(text, io)}` : `${text}\n`);
      isDrawn = io.isInteractive;
    },
    clear() {
      if (isDrawn) io.err('\r\u001b[2K');
      isDrawn = false;
    },
  };
}

/** One line of a terminal: one that wraps could not be drawn over. */
function fitLine(
  text: string,
  { progressColumns = DEFAULT_COLUMNS }: Pick<CliIo, 'progressColumns'>,
): string {
  return cutText(text, progressColumns - 1);
}

/** `chunks: 120 of 800 files, 4.2 s, about 24 s left`. */
export function describeProgress(progress: Progress, elapsedMs: number): string {
  const { stage, done, total, unit } = progress;
  const amount =
    total === null
      ? `${formatNumber(done)} ${unit}`
      : `${formatNumber(done)} of ${formatNumber(total)} ${unit}`;
  const isEstimable = total !== null && total >= FEWEST_TO_ESTIMATE && done > 0 && done < total;
  const left = isEstimable ? `, about ${formatDuration((elapsedMs / done) * (total - done))} left` : '';
  return `${stage}: ${amount}, ${formatDuration(elapsedMs)}${left}`;
}
