import { stripVTControlCharacters } from 'node:util';
import type { Colors } from '../io.js';
import { cutText, measureText } from './fit-text.js';

const NARROWEST = 100;

interface Pair {
  left: string | null;
  right: string | null;
}

/** True when a terminal has room for two columns. */
export function fitsSideBySide(columns: number | undefined): columns is number {
  return columns !== undefined && columns >= NARROWEST;
}

/** A unified diff in two columns, before to the left, after to the right; long lines are cut with `…`. */
export function renderSideBySide(
  diff: string,
  { columns, colors }: { columns: number; colors: Colors },
): string {
  const width = Math.floor((columns - 3) / 2);
  const lines: string[] = [];
  let removed: string[] = [];
  let added: string[] = [];
  const flush = (): void => {
    for (let i = 0; i < Math.max(removed.length, added.length); i += 1)
      lines.push(
        renderPair({ left: removed[i] ?? null, right: added[i] ?? null }, { width, colors, isChange: true }),
      );
    removed = [];
    added = [];
  };
  for (const line of diff.split('\n')) {
    if (line.startsWith('-') && !line.startsWith('---')) removed.push(line.slice(1));
    else if (line.startsWith('+') && !line.startsWith('+++')) added.push(line.slice(1));
    else {
      flush();
      lines.push(...renderContext(line, { width, colors }));
    }
  }
  flush();
  return `${lines.join('\n').trimEnd()}\n`;
}

interface Look {
  width: number;
  colors: Colors;
}

function renderContext(line: string, look: Look): string[] {
  if (line.startsWith('---')) return [];
  if (line.startsWith('+++')) return [look.colors.bold(line.slice(4).replace(/^b\//, ''))];
  if (line.startsWith('@@')) return [look.colors.cyan(line)];
  if (line === '' || line.startsWith('\\')) return [];
  const text = line.slice(1);
  return [renderPair({ left: text, right: text }, { ...look, isChange: false })];
}

function renderPair(
  { left, right }: Pair,
  { width, colors, isChange }: Look & { isChange: boolean },
): string {
  const before = fit(left ?? '', width);
  const after = fit(right ?? '', width).trimEnd();
  if (!isChange) return `${before} │ ${after}`.trimEnd();
  return `${left === null ? before : colors.red(before)} │ ${right === null ? after : colors.green(after)}`.trimEnd();
}

/** Text of exactly `width` columns; tabs are two. Foreign control characters would move the cursor. */
function fit(text: string, width: number): string {
  const plain = stripVTControlCharacters(text.replace(/\t/g, '  ')).replace(/\p{Cc}/gu, '');
  const shown = cutText(plain, width);
  return `${shown}${' '.repeat(Math.max(0, width - measureText(shown)))}`;
}
