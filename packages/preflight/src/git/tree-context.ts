/** The tree to change and what surrounds it; every operation on it takes this first. */
export interface TreeContext {
  /** The tree, an absolute path; it may be a folder of a larger repository or a linked worktree. */
  root: string;
  /** Private folder of the tool outside the tree; may be on another file system. */
  stateDir: string;
  /** The whole environment of git and its hooks; needs PATH and HOME. */
  env: Readonly<Record<string, string>>;
}
