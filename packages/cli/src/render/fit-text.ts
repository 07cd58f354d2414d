import { stripVTControlCharacters } from 'node:util';

// Two columns on a terminal: CJK, Hangul, full-width forms, and pictures that are shown as such.
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
const EMPTY = /^[\p{Mn}\p{Cf}]$/u;
const ESCAPE = '\u001b';
const TOKEN = new RegExp(`${ESCAPE}\\[[0-9;]*m|.`, 'gsu'); // a color is taken whole
const NARROWEST_TEXT = 16;

/** Columns a text takes on a terminal; colors take none. */
export function measureText(text: string): number {
  let columns = 0;
  for (const sign of stripVTControlCharacters(text)) columns += measureSign(sign);
  return columns;
}

/** A plain text of at most `columns`; what does not fit is cut and marked with `…`. */
export function cutText(text: string, columns: number): string {
  if (measureText(text) <= columns) return text;
  let cut = '';
  let used = 1;
  for (const sign of text) {
    used += measureSign(sign);
    if (used > columns) break;
    cut += sign;
  }
  return columns < 1 ? '' : `${cut}…`;
}

/**
 * A line as lines of at most `columns`, each but the first behind `hang`; between words where there is one.
 *
 * Without a width, or with less room than a few words take, the line stays whole.
 */
export function wrapText(line: string, columns: number | undefined, hang: string): string[] {
  if (columns === undefined || columns - measureText(hang) < NARROWEST_TEXT) return [line];
  const lines: string[] = [];
  let rest = line;
  while (measureText(rest) > columns) {
    const end = findBreak(rest, columns, lines.length === 0 ? 0 : hang.length);
    lines.push(rest.slice(0, end).trimEnd());
    rest = `${hang}${rest.slice(end).trimStart()}`;
  }
  return [...lines, rest];
}

/** Where a line is broken: after the last blank that leaves more than the indent, else where the room ends. */
function findBreak(text: string, columns: number, indent: number): number {
  let end = 0;
  let used = 0;
  for (const [token] of text.matchAll(TOKEN)) {
    used += token.startsWith(ESCAPE) ? 0 : measureSign(token);
    if (used > columns) break;
    end += token.length;
  }
  const blank = text.lastIndexOf(' ', end);
  return blank > Math.max(indent, end / 2) ? blank + 1 : end;
}

function measureSign(sign: string): number {
  if (EMPTY.test(sign)) return 0;
  return WIDE.test(sign) ? 2 : 1;
}
