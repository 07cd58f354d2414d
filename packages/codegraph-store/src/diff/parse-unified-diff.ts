import { StoreError } from '../errors.js';

/** A run of lines on both sides of a diff. */
export interface DiffHunk {
  lines: DiffLine[];
}

export interface DiffLine {
  mark: ' ' | '-' | '+';
  /** Line number from 1 on the side before and after; for a line that is missing on a side, where it would stand. */
  before: number;
  after: number;
  text: string;
}

/** What a unified diff says of one file. Null for the side on which the file does not exist. */
export interface FileDiff {
  before: string | null;
  after: string | null;
  hunks: DiffHunk[];
}

const HUNK = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '"': '"', '\\': '\\' };

/**
 * Parses the output of `git diff` or `diff -u`.
 *
 * @throws StoreError PT_STORE_OPTION_INVALID when a hunk is cut short
 */
export function parseUnifiedDiff(text: string): FileDiff[] {
  const files: FileDiff[] = [];
  const lines = text.split('\n');
  let file: FileDiff | undefined;
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (line.startsWith('diff --git ') || (line.startsWith('--- ') && file?.hunks.length !== 0)) {
      file = { before: null, after: null, hunks: [] };
      files.push(file);
    }
    if (file === undefined) continue;
    const hunk = HUNK.exec(line);
    if (hunk === null) readFileLine(file, line);
    else at = readHunk(file, lines, { at: at + 1, header: hunk });
  }
  return files.filter(({ before, after }) => before !== null || after !== null);
}

function readFileLine(file: FileDiff, line: string): void {
  if (line.startsWith('--- ')) file.before = readPath(line.slice(4));
  else if (line.startsWith('+++ ')) file.after = readPath(line.slice(4));
  else if (line.startsWith('rename from ')) file.before = readPath(`a/${line.slice(12)}`);
  else if (line.startsWith('rename to ')) file.after = readPath(`b/${line.slice(10)}`);
}

/** Where a hunk begins and ends on one side. An empty side is named by the line before it. */
function readRange(start = '0', count = '1'): { at: number; end: number } {
  const at = Number(start) + (count === '0' ? 1 : 0);
  return { at, end: at + Number(count) };
}

/** Returns the number of the hunk's last line. */
function readHunk(
  file: FileDiff,
  lines: readonly string[],
  start: { at: number; header: RegExpExecArray },
): number {
  const before = readRange(start.header[1], start.header[2]);
  const after = readRange(start.header[3], start.header[4]);
  const hunk: DiffHunk = { lines: [] };
  let { at } = start;
  for (; before.at < before.end || after.at < after.end; at += 1) {
    const line = lines[at];
    if (line?.startsWith('\\') === true) continue;
    const mark = readMark(line, at);
    hunk.lines.push({ mark, before: before.at, after: after.at, text: (line ?? '').slice(1) });
    if (mark !== '+') before.at += 1;
    if (mark !== '-') after.at += 1;
  }
  file.hunks.push(hunk);
  return at - 1;
}

/** An empty line is an empty line of context whose blank was trimmed away. */
function readMark(line: string | undefined, at: number): DiffLine['mark'] {
  const mark = line === '' ? ' ' : line?.[0];
  if (mark === ' ' || mark === '-' || mark === '+') return mark;
  throw reportCut(at + 1);
}

/** The path without its `a/` or `b/`; git quotes paths with bytes outside of ASCII. */
function readPath(written: string): string | null {
  const name = written.replace(/\t.*$/, '').replace(/\r$/, '');
  const path = name.startsWith('"') ? unquote(name) : name;
  if (path === '/dev/null') return null;
  return /^[abciow]\//.test(path) ? path.slice(2) : path;
}

function unquote(name: string): string {
  const bytes: Buffer[] = [];
  for (const [part, octal, escaped] of name.slice(1, -1).matchAll(/\\([0-7]{3})|\\(.)|[^\\]+/gu)) {
    if (octal !== undefined) bytes.push(Buffer.from([Number.parseInt(octal, 8)]));
    else bytes.push(Buffer.from(escaped === undefined ? part : (ESCAPES[escaped] ?? escaped)));
  }
  return Buffer.concat(bytes).toString('utf8');
}

function reportCut(line: number): StoreError<'PT_STORE_OPTION_INVALID'> {
  return new StoreError('PT_STORE_OPTION_INVALID', {
    message: `The diff is cut short or not a unified diff at its line ${line}. Give the whole output of git diff`,
    details: { option: 'diff', problem: `line ${line}` },
  });
}
