import { measureText, wrapText } from './fit-text.js';

const GAP = 2;
const NARROWEST_COLUMN = 24;

/**
 * Lays rows out in columns: text to the left, numbers to the right, two spaces between.
 *
 * On a terminal of fewer `columns` than that takes, the last column breaks its lines; where it has no room either, each row
 * is a line with its first cell and one below for each other.
 */
export function renderTable(
  header: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  columns?: number,
): string {
  const cells = [header, ...rows.map((row) => row.map(formatCell))];
  const widths = header.map((_, column) => Math.max(...cells.map((row) => measureText(row[column] ?? ''))));
  const isNumeric = header.map(
    (_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number'),
  );
  const lines = cells.map((row) =>
    row
      .map((cell, column) => pad(cell, widths[column] ?? 0, isNumeric[column] ?? false))
      .join(' '.repeat(GAP))
      .trimEnd(),
  );
  const isTooWide = columns !== undefined && lines.some((line) => measureText(line) > columns);
  if (!isTooWide) return `${lines.join('\n')}\n`;
  const indent = widths.slice(0, -1).reduce((sum, width) => sum + width + GAP, 0);
  const fitting =
    columns - indent >= NARROWEST_COLUMN && isNumeric.at(-1) !== true
      ? lines.flatMap((line) => wrapText(line, columns, ' '.repeat(indent)))
      : stackRows(header, cells.slice(1), columns);
  return `${fitting.join('\n')}\n`;
}

function stackRows(
  header: readonly string[],
  cells: readonly (readonly string[])[],
  columns: number,
): string[] {
  return cells.flatMap(([first = '', ...others]) => {
    const facts = others.map((cell, i) => `  ${header[i + 1] ?? ''}: ${cell}`);
    const shown = facts.filter((_, i) => others[i] !== '');
    return [first, ...shown.flatMap((fact) => wrapText(fact, columns, '    '))];
  });
}

/** `1234567` as `1,234,567`; fractions with two digits. */
export function formatNumber(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 2 });
}

/** `1 row`, `1,204 rows`. */
export function countOf(count: number, noun: string): string {
  return `${formatNumber(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** Milliseconds as people read them: `12 ms`, `3.4 s`, `2 min 5 s`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

function formatCell(cell: string | number): string {
  return typeof cell === 'number' ? formatNumber(cell) : cell;
}

function pad(text: string, width: number, isRight: boolean): string {
  const space = ' '.repeat(Math.max(0, width - measureText(text)));
  return isRight ? space + text : text + space;
}
