export { type DirtyPath, type GitBusy, type GitState, readGitState } from './read-git-state.js';
export type { TreeContext } from './tree-context.js';
