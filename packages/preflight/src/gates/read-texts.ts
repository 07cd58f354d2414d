import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ChangedText, readChangedTexts } from '../names/find-unknown-names.js';
import type { GateContext, GateWorkspace } from './gate-context.js';

/** The text of a file of the shadow as it is now, null when there is none. */
export function readShadowText(
  workspace: Pick<GateWorkspace, 'shadow'>,
  path: string,
): Promise<string | null> {
  return readTextOrNull(join(workspace.shadow.treeDir, path));
}

/** The text of a file of the user's tree, null when there is none. */
export function readTreeText(workspace: Pick<GateWorkspace, 'root'>, path: string): Promise<string | null> {
  return readTextOrNull(join(workspace.root, path));
}

async function readTextOrNull(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return null;
    throw error;
  }
}

/** The texts of a proposal's files before and after it. */
export function readChanges(context: GateContext): Promise<ChangedText[]> {
  return readChangedTexts(context.proposal.files, (path) => readTreeText(context, path));
}
