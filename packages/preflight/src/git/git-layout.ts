import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { PreflightError } from '../errors.js';
import { runGit } from './run-git.js';
import type { TreeContext } from './tree-context.js';

/** Where the repository of a tree lives. */
export interface GitLayout {
  /** The tree with all symbolic links resolved. */
  root: string;
  /** The git folder of this worktree: holds HEAD, the index and this tool's journal. */
  gitDir: string;
  /** The top of the worktree. */
  top: string;
  /** The tree's path below the top of the worktree, empty or with `/` at its end. */
  prefix: string;
}

/**
 * Finds the git folder that governs a tree.
 *
 * @throws PreflightError PT_PREFLIGHT_NOT_GIT, PT_PREFLIGHT_TOOL_MISSING
 */
export async function locateGit(context: TreeContext): Promise<GitLayout> {
  const args = ['rev-parse', '--is-inside-work-tree', '--absolute-git-dir', '--show-prefix'];
  const result = await runGit(context, args, { accept: [0, 128] });
  const [inside, gitDir, prefix = ''] = result.stdout.split('\n');
  if (result.exit !== 0 || inside !== 'true' || gitDir === undefined || gitDir === '') {
    const reason = result.stderr.trim() || 'the folder is no work tree';
    throw new PreflightError('PT_PREFLIGHT_NOT_GIT', {
      message: `Cannot work without git here: ${reason}. Run it in a git repository, or run git init first`,
      details: { reason },
    });
  }
  const root = await realpath(context.root);
  const top = prefix === '' ? root : root.slice(0, -prefix.length);
  return { root, top, gitDir: resolve(root, gitDir), prefix };
}
