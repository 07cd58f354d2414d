import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { listAncestors, returnNullWhenAbsent } from './file-image.js';
import type { FolderPlan, PlannedWrite } from './journal.js';

/** Finds the folders a change has to create, may empty, and can put waiting bytes into. */
export async function planFolders(root: string, writes: readonly PlannedWrite[]): Promise<FolderPlan> {
  const written = writes.filter((write) => write.after !== null).map((write) => write.path);
  const removed = writes.filter((write) => write.after === null).map((write) => write.path);
  const needed = new Set(written.flatMap(listAncestors));
  const created = new Set<string>();
  const tempFolder = new Map<string, string>();
  for (const path of written) {
    const missing = await findMissing(root, listAncestors(path));
    for (const folder of missing) created.add(folder);
    tempFolder.set(path, listAncestors(path).at(-1 - missing.length) ?? '');
  }
  const emptied = new Set(removed.flatMap(listAncestors).filter((folder) => !needed.has(folder)));
  return {
    created: [...created].sort(byDepth),
    emptied: [...emptied].sort(byDepth).reverse(),
    tempFolder,
  };
}

async function findMissing(root: string, folders: readonly string[]): Promise<readonly string[]> {
  for (const [index, folder] of folders.entries()) {
    const stats = await lstat(join(root, folder)).catch(returnNullWhenAbsent);
    if (stats?.isDirectory() !== true) return folders.slice(index);
  }
  return [];
}

function byDepth(a: string, b: string): number {
  return a.split('/').length - b.split('/').length || (a < b ? -1 : 1);
}
