import { applyEdits, type Edit, type EditRefusal, type FileChange } from '@parseltongue/isg-core';
import { pathOfEdit, refuseProtected } from '../guard-edits.js';
import type { AcceptanceFile } from '../prd/prd.js';
import type { RunSession } from '../run-session.js';
import { chunkText } from './chunk-text.js';

/** All edits placed, or why the first edit of each file was not. */
export type PlacementResult =
  | { status: 'placed'; files: FileChange[] }
  | { status: 'refused'; refusals: { target: string; refusal: EditRefusal }[] };

/**
 * B01: turns edits into file texts, all or none.
 *
 * `shownHashes` binds an edit to the version of the file its author saw; a file never shown is taken as it is now.
 */
export async function placeEdits(
  session: RunSession,
  {
    edits,
    request,
    shownHashes,
    fixedFiles,
  }: {
    edits: readonly Edit[];
    request: string;
    shownHashes: Readonly<Record<string, string>>;
    /** Files of the PRD's acceptance tests: part of the result, closed to edits. */
    fixedFiles: readonly AcceptanceFile[];
  },
): Promise<PlacementResult> {
  const refusals: { target: string; refusal: EditRefusal }[] = [];
  const files: FileChange[] = [];
  for (const edit of edits) {
    const refusal = refuseProtected(edit, { request, fixedPaths: fixedFiles.map(({ path }) => path) });
    if (refusal !== undefined) refusals.push({ target: nameTarget(edit), refusal });
  }
  if (refusals.length > 0) return { status: 'refused', refusals };
  for (const [path, group] of groupByPath(edits)) {
    const placed = await placeInFile(session, { path, edits: group, shownHash: shownHashes[path] });
    if ('refusal' in placed) refusals.push(placed);
    else if (placed.change !== null) files.push(placed.change);
  }
  if (refusals.length > 0) return { status: 'refused', refusals };
  return files.length === 0
    ? { status: 'placed', files }
    : { status: 'placed', files: sortByPath([...files, ...(await placeFixed(session, fixedFiles))]) };
}

async function placeFixed(session: RunSession, fixedFiles: readonly AcceptanceFile[]): Promise<FileChange[]> {
  const changes: FileChange[] = [];
  for (const { path, text } of fixedFiles) {
    const source = await session.ports.files.readText(path);
    if (source?.text !== text) changes.push({ path, before_hash: source?.hash ?? null, after: text });
  }
  return changes;
}

function sortByPath(files: readonly FileChange[]): FileChange[] {
  return [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The key or path an edit names. */
export function nameTarget(edit: Edit): string {
  if (edit.placement !== undefined) return `${edit.placement.at} ${edit.placement.key}`;
  return 'key' in edit.target ? edit.target.key : edit.target.path;
}

async function placeInFile(
  session: RunSession,
  { path, edits, shownHash }: { path: string; edits: readonly Edit[]; shownHash: string | undefined },
): Promise<{ change: FileChange | null } | { target: string; refusal: EditRefusal }> {
  const source = await session.ports.files.readText(path);
  const text = source?.text ?? null;
  const hash = source?.hash ?? null;
  const rows = await chunkText(session, path, text);
  const bound = edits.map((edit) => ({ ...edit, base_hash: hash === null ? null : (shownHash ?? hash) }));
  const result = applyEdits({ path, text, hash, rows, edits: bound });
  if (result.status === 'refused') return { target: nameTarget(result.edit), refusal: result.refusal };
  if (result.text === text) return { change: null };
  return { change: { path, before_hash: hash, after: result.text } };
}

function groupByPath(edits: readonly Edit[]): [string, Edit[]][] {
  const groups = new Map<string, Edit[]>();
  for (const edit of edits) groups.set(pathOfEdit(edit), [...(groups.get(pathOfEdit(edit)) ?? []), edit]);
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
}
