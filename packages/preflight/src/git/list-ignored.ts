import { type RunGitOptions, runGit, splitZero } from './run-git.js';
import type { TreeContext } from './tree-context.js';

/** Finds the paths that git's ignore rules cover, whether or not the index knows them. */
export async function listIgnored(
  context: TreeContext,
  paths: readonly string[],
  options: Pick<RunGitOptions, 'env'> = {},
): Promise<Set<string>> {
  if (paths.length === 0) return new Set();
  // A leading ":" would be read as pathspec magic.
  const stdin = paths.map((path) => `./${path}\0`).join('');
  const args = ['check-ignore', '--no-index', '--stdin', '-z'];
  const result = await runGit(context, args, { ...options, stdin, takesPlainPaths: true, accept: [0, 1] });
  return new Set(splitZero(result.stdout).map((path) => path.slice(2)));
}
