import { assembleFile, type Row, type RowKey } from '@parseltongue/isg-core';
import type { DiffedFile } from '../contract-change.js';
import { rowsOfFile } from '../queries/read-graph.js';
import type { GraphState } from '../state/graph-state.js';
import type { FileDiff } from './parse-unified-diff.js';

type Side = 'before' | 'after';

export interface TouchedRows {
  file: DiffedFile;
  keys: RowKey[];
}

/** The rows whose own lines a file's diff touches, on the side of the diff that the graph holds. */
export function findTouchedRows(
  state: GraphState,
  diff: FileDiff,
  options: { at?: 'current' | { plan: string }; side?: Side },
): TouchedRows {
  const sides: Side[] = options.side === undefined ? ['before', 'after'] : [options.side];
  let known: string | undefined;
  for (const side of sides) {
    const path = diff[side];
    if (path === null) continue;
    const rows = rowsOfFile(state, path, options.at === undefined ? {} : { at: options.at });
    if (rows.length === 0) continue;
    known = path;
    const { text } = assembleFile(rows);
    if (!isSideOf(diff, side, text.split('\n'))) continue;
    return { file: { path, status: 'matched', side }, keys: ownersOf(rows, text, touchedLines(diff, side)) };
  }
  const path = known ?? diff.after ?? diff.before ?? '';
  return { file: { path, status: known === undefined ? 'unknown' : 'stale', side: null }, keys: [] };
}

/** True when every line the diff shows of a side stands where the diff says. */
function isSideOf(diff: FileDiff, side: Side, lines: readonly string[]): boolean {
  const foreign = side === 'before' ? '+' : '-';
  return diff.hunks.every((hunk) =>
    hunk.lines.every((line) => line.mark === foreign || lines[line[side] - 1] === line.text),
  );
}

/** Changed lines of a side; a line that is missing there touches the lines around the gap. */
function touchedLines(diff: FileDiff, side: Side): number[] {
  const own = side === 'before' ? '-' : '+';
  const touched = new Set<number>();
  for (const { lines } of diff.hunks) {
    const changed = lines.filter((line) => line.mark !== ' ');
    for (const line of changed) if (line.mark === own) touched.add(line[side]);
    for (const line of changed) {
      // A gap beside a changed line is told by that line.
      if (line.mark === own || touched.has(line[side]) || touched.has(line[side] - 1)) continue;
      touched.add(line[side]);
    }
  }
  return [...touched];
}

/** The innermost row of each line; a line between items belongs to their container. */
function ownersOf(rows: readonly Row[], text: string, lines: readonly number[]): RowKey[] {
  const starts = lineStarts(text);
  const owners = new Set<RowKey>();
  for (const line of lines) {
    const start = starts[line - 1];
    const end = starts[line] ?? Number.POSITIVE_INFINITY;
    if (start === undefined) continue;
    const on = rows.filter(({ span }) => span.start < end && span.end > start);
    const parents = new Set(on.map((row) => row.parent_key));
    for (const row of on) if (!parents.has(row.isgl1_key)) owners.add(row.isgl1_key);
  }
  return [...owners].sort();
}

/** Byte offsets at which lines start. */
function lineStarts(text: string): number[] {
  const bytes = Buffer.from(text, 'utf8');
  const starts = [0];
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) starts.push(at + 1);
  return starts;
}
