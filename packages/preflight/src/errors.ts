import { ParseltongueError } from '@parseltongue/isg-core';

/** Codes of `PreflightError` and the details each one carries. */
export interface PreflightErrorDetails {
  /** A program that is needed is not installed or does not run. */
  PT_PREFLIGHT_TOOL_MISSING: { tool: string };
  PT_PREFLIGHT_NO_MANIFEST: { file: string };
  PT_PREFLIGHT_NOT_GIT: { reason: string };
  /** A file is no longer what the proposal was made against. */
  PT_PREFLIGHT_STALE_FILE: { path: string; expected: string | null; actual: string | null };
  PT_PREFLIGHT_PATH_OUTSIDE: { path: string };
  /** The state directory lies inside the tree it must never touch. */
  PT_PREFLIGHT_STATE_DIR_INSIDE: { reason: string };
  /** Another process verifies in the same shadow workspace. */
  PT_PREFLIGHT_SHADOW_BUSY: { pid: number };
  /** A file could not be brought into the shadow. */
  PT_PREFLIGHT_SHADOW_FAILED: { path: string; reason: string };
  PT_PREFLIGHT_NO_RECEIPT: { subject_tree: string; verdict: string };
  PT_PREFLIGHT_APPLY_FAILED: { path: string; reason: string };
  PT_PREFLIGHT_RECOVERY_CONFLICT: { paths: readonly string[] };
  PT_PREFLIGHT_GIT_FAILED: { argv: readonly string[]; exit: number | null; stderr: string };
  /** git is in the middle of a merge, rebase or another command. */
  PT_PREFLIGHT_GIT_BUSY: { state: string };
  PT_PREFLIGHT_NOTHING_TO_UNDO: { reason: string };
  /** A symbolic link, a special file or a nested repository stands where a file would be written. */
  PT_PREFLIGHT_PATH_UNSAFE: { path: string; reason: string };
  /** Another live process changes the same tree. */
  PT_PREFLIGHT_APPLY_BUSY: { pid: number };
  /** A change was interrupted and has not been recovered yet. */
  PT_PREFLIGHT_JOURNAL_LEFTOVER: { title: string };
  PT_PREFLIGHT_JOURNAL_DAMAGED: { reason: string };
  /** git does not know in whose name to commit. */
  PT_PREFLIGHT_GIT_IDENTITY: { missing: string };
  /** The user's own changes to a planned file would go into the commit. */
  PT_PREFLIGHT_DIRTY_FILE: { paths: readonly string[] };
  PT_PREFLIGHT_CHECKPOINT_UNKNOWN: { id: string };
  /** rust-analyzer could not be started, did not answer or ended. */
  PT_PREFLIGHT_ANALYZER_FAILED: { reason: string };
  /** What would go into a pull request is not green, not clean or not proven. */
  PT_PREFLIGHT_PULL_REQUEST_REFUSED: { reason: string };
  /** The remote or the forge did not take the branch or the pull request. */
  PT_PREFLIGHT_PULL_REQUEST_FAILED: { reason: string };
}
export type PreflightErrorCode = keyof PreflightErrorDetails;

/**
 * Thrown for misuse and broken environments; a change that does not pass is a verdict, never an error.
 */
export class PreflightError<C extends PreflightErrorCode = PreflightErrorCode> extends ParseltongueError<
  C,
  PreflightErrorDetails[C]
> {}
