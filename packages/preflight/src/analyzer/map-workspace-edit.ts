import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isInsidePath, type TextReplacement } from '@parseltongue/isg-core';
import type { TextEdit, WorkspaceEdit } from 'vscode-languageserver-protocol';
import { type AnalyzerSession, readSessionText } from './open-analyzer.js';
import { createTextPositions } from './text-positions.js';

/** The repo-relative path of an address, null outside the tree. */
export function toTreePath(treeDir: string, uri: string): string | null {
  if (!uri.startsWith('file:')) return null;
  const path = relative(treeDir, fileURLToPath(uri)).replaceAll('\\', '/');
  return isInsidePath(path) ? path : null;
}

/**
 * Maps a workspace edit to replacements in bytes, in file order and from the top; null when it touches a file outside the
 * tree, creates, renames or deletes files, or leaves a place for a person to fill in.
 */
export function mapWorkspaceEdit(
  session: AnalyzerSession,
  edit: WorkspaceEdit,
  texts: ReadonlyMap<string, string>,
): TextReplacement[] | null {
  const byUri = collectEdits(edit);
  if (byUri === null) return null;
  const replacements: TextReplacement[] = [];
  for (const [uri, edits] of byUri) {
    const path = toTreePath(session.treeDir, uri);
    const text = path === null ? null : (texts.get(path) ?? readSessionText(session, path));
    if (path === null || text === null) return null;
    const positions = createTextPositions(text, session.server.encoding);
    for (const { range, newText } of edits) {
      const [start, end] = [positions.offsetOf(range.start), positions.offsetOf(range.end)];
      replacements.push({ path, start, end, replacement: newText });
    }
  }
  return replacements.sort((a, b) => (a.path === b.path ? a.start - b.start : a.path < b.path ? -1 : 1));
}

function collectEdits(edit: WorkspaceEdit): Map<string, TextEdit[]> | null {
  const byUri = new Map<string, TextEdit[]>();
  const add = (uri: string, edits: readonly TextEdit[]): void => {
    byUri.set(uri, [...(byUri.get(uri) ?? []), ...edits]);
  };
  for (const change of edit.documentChanges ?? []) {
    if ('kind' in change) return null;
    const edits = change.edits.filter((part): part is TextEdit => 'newText' in part);
    if (edits.length < change.edits.length || edits.some(isSnippet)) return null;
    add(change.textDocument.uri, edits);
  }
  for (const [uri, edits] of Object.entries(edit.changes ?? {})) add(uri, edits);
  return byUri.size === 0 ? null : byUri;
}

/** An extension of the protocol: the text holds tab stops instead of code. */
function isSnippet(edit: TextEdit): boolean {
  return 'insertTextFormat' in edit && edit.insertTextFormat === 2;
}
