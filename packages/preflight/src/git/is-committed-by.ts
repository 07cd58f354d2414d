import { runGit } from './run-git.js';
import type { TreeContext } from './tree-context.js';

/** True when HEAD is the commit of the given run: its trailer says so. Asked again, a run must not commit twice. */
export async function isCommittedBy(context: TreeContext, runId: string): Promise<boolean> {
  const format = '--format=%(trailers:key=Parseltongue-Run,valueonly,only)';
  const { exit, stdout } = await runGit(context, ['log', '-1', format], { accept: [0, 128] });
  return exit === 0 && stdout.trim() === runId;
}
