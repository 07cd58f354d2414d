import type { EditStrategy } from './edit.js';

/** A unique place for a search block, in UTF-16 units, and the text that goes there. */
export interface LocatedSearch {
  start: number;
  end: number;
  replacement: string;
  strategy: EditStrategy;
}

export type LocateResult =
  | { found: 'one'; place: LocatedSearch }
  | { found: 'many'; candidates: string[] }
  | { found: 'none'; candidates: string[] };

const FUZZY_FLOOR = 0.9;
const NEAREST_SHOWN = 3;

/**
 * Finds the one place a search block means, from strict to lenient: exact, shifted by one indent, equal up to white
 * space and punctuation variants, nearly equal between exact first and last lines. A second place at any level is `many`.
 */
export function locateSearch(text: string, search: string, replacement: string): LocateResult {
  const exact = findAll(text, search);
  const [first] = exact;
  if (exact.length > 1)
    return { found: 'many', candidates: exact.slice(0, NEAREST_SHOWN).map((at) => lineAt(text, at)) };
  if (first !== undefined && !startsInIndent(text, first, search)) {
    return {
      found: 'one',
      place: { start: first, end: first + search.length, replacement, strategy: 'exact' },
    };
  }
  const lines = splitLines(text);
  const wanted = trimBlankEnds(search.split(/\r?\n/));
  if (wanted.length === 0) return { found: 'none', candidates: [] };
  for (const [strategy, matches] of LENIENT) {
    const windows = findWindows(lines, wanted, matches);
    const [window] = windows;
    if (windows.length > 1)
      return { found: 'many', candidates: windows.slice(0, NEAREST_SHOWN).map((w) => windowText(text, w)) };
    if (window === undefined) continue;
    const shifted = shiftIndent(trimBlankEnds(replacement.split(/\r?\n/)), indentDelta(wanted, window.lines));
    return {
      found: 'one',
      place: { start: window.start, end: window.end, replacement: shifted.join('\n'), strategy },
    };
  }
  return { found: 'none', candidates: nearest(text, lines, wanted) };
}

interface Line {
  text: string;
  start: number;
  end: number;
}

interface Window {
  lines: string[];
  start: number;
  end: number;
}

type Match = (have: readonly string[], want: readonly string[]) => boolean;

const LENIENT: readonly (readonly [EditStrategy, Match])[] = [
  ['uniform_indent', isSameButIndent],
  ['normalized_whitespace', isSameNormalized],
  ['anchored_fuzzy', isNearlySame],
];

function findAll(text: string, search: string): number[] {
  if (search === '') return [];
  const found: number[] = [];
  for (let at = text.indexOf(search); at !== -1 && found.length < 4; at = text.indexOf(search, at + 1))
    found.push(at);
  return found;
}

/** True for a block that begins with blanks and would begin amid the blanks of a deeper line: another place than meant. */
function startsInIndent(text: string, at: number, search: string): boolean {
  if (!/^[ \t]/.test(search)) return false;
  const left = text.slice(text.lastIndexOf('\n', at - 1) + 1, at);
  return left !== '' && left.trim() === '';
}

function splitLines(text: string): Line[] {
  const lines: Line[] = [];
  let start = 0;
  while (start <= text.length) {
    const newline = text.indexOf('\n', start);
    const stop = newline === -1 ? text.length : newline;
    const end = stop > start && text[stop - 1] === '\r' ? stop - 1 : stop;
    lines.push({ text: text.slice(start, end), start, end });
    if (newline === -1) break;
    start = newline + 1;
  }
  return lines;
}

function findWindows(lines: readonly Line[], wanted: readonly string[], matches: Match): Window[] {
  const found: Window[] = [];
  for (let i = 0; i + wanted.length <= lines.length; i += 1) {
    const window = toWindow(lines, i, wanted.length);
    if (matches(window.lines, wanted)) found.push(window);
  }
  return found;
}

function toWindow(lines: readonly Line[], from: number, length: number): Window {
  const slice = lines.slice(from, from + length);
  return { lines: slice.map((line) => line.text), start: slice[0]?.start ?? 0, end: slice.at(-1)?.end ?? 0 };
}

function isSameButIndent(have: readonly string[], want: readonly string[]): boolean {
  const delta = indentDelta(want, have);
  return shiftIndent(want, delta).every((line, i) => line.trimEnd() === (have[i] ?? '').trimEnd());
}

function isSameNormalized(have: readonly string[], want: readonly string[]): boolean {
  return want.every((line, i) => normalizeLine(line) === normalizeLine(have[i] ?? ''));
}

function isNearlySame(have: readonly string[], want: readonly string[]): boolean {
  if (want.length < 3) return false; // too little to anchor
  const isAnchored = [0, want.length - 1].every(
    (i) => normalizeLine(want[i] ?? '') === normalizeLine(have[i] ?? ''),
  );
  if (!isAnchored) return false;
  return meanSimilarity(have, want) >= FUZZY_FLOOR;
}

function meanSimilarity(have: readonly string[], want: readonly string[]): number {
  const sum = want.reduce(
    (total, line, i) => total + similarity(normalizeLine(line), normalizeLine(have[i] ?? '')),
    0,
  );
  return sum / want.length;
}

/** Dice coefficient over character pairs: 1 for equal texts, 0 for nothing in common. */
function similarity(a: string, b: string): number {
  if (a === b) return 1;
  if (a.length < 2 || b.length < 2) return 0;
  const pairs = new Map<string, number>();
  for (let i = 0; i < a.length - 1; i += 1)
    pairs.set(a.slice(i, i + 2), (pairs.get(a.slice(i, i + 2)) ?? 0) + 1);
  let shared = 0;
  for (let i = 0; i < b.length - 1; i += 1) {
    const left = pairs.get(b.slice(i, i + 2)) ?? 0;
    if (left === 0) continue;
    pairs.set(b.slice(i, i + 2), left - 1);
    shared += 1;
  }
  return (2 * shared) / (a.length + b.length - 2);
}

function normalizeLine(line: string): string {
  return line
    .trim()
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/[\u201c\u201d]/g, '"')
    .replace(/[\u2013\u2014]/g, '-')
    .replace(/[\s\u00a0]+/g, ' ');
}

interface IndentDelta {
  remove: number;
  add: string;
}

/** What turns the indent of the wanted block's first line into that of the text found. */
function indentDelta(want: readonly string[], have: readonly string[]): IndentDelta {
  const at = want.findIndex((line) => line.trim() !== '');
  const wanted = indentOf(want[at] ?? '');
  const found = indentOf(have[at] ?? '');
  if (found.startsWith(wanted)) return { remove: 0, add: found.slice(wanted.length) };
  return { remove: wanted.length - found.length, add: '' };
}

function shiftIndent(lines: readonly string[], delta: IndentDelta): string[] {
  return lines.map((line) => {
    if (line.trim() === '') return line;
    return delta.add + line.slice(Math.max(0, Math.min(delta.remove, indentOf(line).length)));
  });
}

function indentOf(line: string): string {
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}

function trimBlankEnds(lines: readonly string[]): string[] {
  const first = lines.findIndex((line) => line.trim() !== '');
  const last = lines.findLastIndex((line) => line.trim() !== '');
  return first === -1 ? [] : lines.slice(first, last + 1);
}

/** The windows most like the block, for the next try to quote. */
function nearest(text: string, lines: readonly Line[], wanted: readonly string[]): string[] {
  const scored: { score: number; window: Window }[] = [];
  for (let i = 0; i + wanted.length <= lines.length; i += 1) {
    const window = toWindow(lines, i, wanted.length);
    scored.push({ score: meanSimilarity(window.lines, wanted), window });
  }
  const best = scored
    .filter(({ score }) => score > 0.5)
    .sort((a, b) => b.score - a.score || a.window.start - b.window.start);
  return best.slice(0, NEAREST_SHOWN).map(({ window }) => windowText(text, window));
}

function windowText(text: string, window: Window): string {
  return text.slice(window.start, window.end);
}

function lineAt(text: string, at: number): string {
  const start = text.lastIndexOf('\n', at - 1) + 1;
  const end = text.indexOf('\n', at);
  return text.slice(start, end === -1 ? text.length : end);
}
