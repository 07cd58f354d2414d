import { z } from 'zod';
import { readObjects } from './read-objects.js';
import { runGit, splitZero } from './run-git.js';
import type { TreeContext } from './tree-context.js';

/** A saved state of the tree. */
export const CheckpointSchema = z.strictObject({
  contract: z.literal('pt.checkpoint/1'),
  id: z.string(),
  label: z.string(),
  /** HEAD when it was made; null before the first commit. */
  head: z.string().nullable(),
  created: z.iso.datetime(),
  file_count: z.int(),
  size_bytes: z.int(),
  /** What it does not hold; a restore leaves these paths alone. */
  skipped: z.array(
    z.strictObject({
      path: z.string(),
      reason: z.enum(['too_large', 'nested_repository', 'special_file', 'name_not_utf8']),
    }),
  ),
  /** sha-256 of the worktree's git folder and the tree's place in it: trees that share a repository stay apart. */
  tree_id: z.string(),
});
export type Checkpoint = z.infer<typeof CheckpointSchema>;

/** A checkpoint and the commit that holds it. */
export interface StoredCheckpoint {
  checkpoint: Checkpoint;
  commit: string;
}

/** Private refs: no branch, no tag, nothing a push takes along by default. */
export const CHECKPOINT_REFS = 'refs/parseltongue/checkpoints/';

/** The text of the commit that holds a checkpoint. */
export function formatRecord(checkpoint: Checkpoint): string {
  return `checkpoint ${checkpoint.id}\n\n${JSON.stringify(checkpoint)}\n`;
}

/** Reads the checkpoints of one tree, newest first. Commits of other origin below the refs are passed over. */
export async function loadCheckpoints(context: TreeContext, treeId: string): Promise<StoredCheckpoint[]> {
  const args = ['for-each-ref', '--format=%(objectname)', '--sort=-refname', CHECKPOINT_REFS];
  const commits = (await runGit(context, args)).stdout.split('\n').filter((line) => line !== '');
  const texts = await readObjects(context, commits);
  return commits.flatMap((commit, index) => {
    const checkpoint = parseRecord(texts[index]?.toString('utf8') ?? '');
    return checkpoint?.tree_id === treeId ? [{ checkpoint, commit }] : [];
  });
}

/** One file of a stored tree. */
export interface TreeEntry {
  path: string;
  mode: string;
  oid: string;
}

/** Lists the files of a stored tree, in path order. */
export async function listTree(context: TreeContext, treeish: string): Promise<TreeEntry[]> {
  const { stdout } = await runGit(context, ['ls-tree', '-r', '-z', '--full-tree', treeish]);
  return splitZero(stdout).map((line) => {
    const tab = line.indexOf('\t');
    const [mode = '', , oid = ''] = line.slice(0, tab).split(' ');
    return { path: line.slice(tab + 1), mode, oid };
  });
}

function parseRecord(text: string): Checkpoint | null {
  try {
    const json = text.slice(text.indexOf('\n\n{') + 2);
    return CheckpointSchema.safeParse(JSON.parse(json)).data ?? null;
  } catch {
    return null;
  }
}
