import { createHash } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type GitLayout, locateGit } from '../git/git-layout.js';
import type { TreeContext } from '../git/tree-context.js';

/** The private folder of one tree below its git folder: journal, undo history, what conflicts left behind. */
export interface JournalHome extends GitLayout {
  dir: string;
  /** Holds the change in progress; its presence means one was started and not finished. */
  journalDir: string;
  historyDir: string;
  conflictsDir: string;
  lockDir: string;
}

const TRASH = /^(journal|lock|trash)\.[0-9a-f-]{36}$/;

/**
 * Finds and creates the private folder of a tree.
 *
 * It lies in the git folder of the worktree, so it is never part of the tree; a tree below the top of a repository has
 * a folder of its own there.
 *
 * @throws PreflightError PT_PREFLIGHT_NOT_GIT
 */
export async function openJournalHome(context: TreeContext): Promise<JournalHome> {
  const home = nameJournalHome(await locateGit(context));
  await mkdir(home.historyDir, { recursive: true, mode: 0o700 });
  return home;
}

/** Names the folders without touching the disk. */
export function nameJournalHome(layout: GitLayout): JournalHome {
  const base = join(layout.gitDir, 'parseltongue');
  const dir = layout.prefix === '' ? base : join(base, 'roots', digestPrefix(layout.prefix));
  return {
    ...layout,
    dir,
    journalDir: join(dir, 'journal'),
    historyDir: join(dir, 'history'),
    conflictsDir: join(dir, 'conflicts'),
    lockDir: join(dir, 'lock'),
  };
}

/** Removes half-made folders of earlier processes; only the holder of the lock may call it. */
export async function clearTrash(home: JournalHome): Promise<void> {
  for (const name of await readdir(home.dir)) {
    if (TRASH.test(name)) await rm(join(home.dir, name), { recursive: true, force: true });
  }
}

function digestPrefix(prefix: string): string {
  return createHash('sha256').update(prefix).digest('hex').slice(0, 16);
}
