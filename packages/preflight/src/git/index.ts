export type { Checkpoint } from './checkpoint-record.js';
export { type CommitOptions, type CommitOutcome, commitChange } from './commit-change.js';
export { type CheckpointOptions, createCheckpoint, listCheckpoints } from './create-checkpoint.js';
export type { SkippedPath } from './list-snapshot.js';
export { type DirtyPath, type GitBusy, type GitState, readGitState } from './read-git-state.js';
export { type RestoreOptions, type RestoreOutcome, restoreCheckpoint } from './restore-checkpoint.js';
export type { TreeContext } from './tree-context.js';
