import { ParseltongueError } from '@parseltongue/isg-core';

/** Exit statuses of every verb; `docs/guides/exit-codes.md` says the same for people. */
export const EXIT = {
  ok: 0,
  /** The verb ran and the answer is no: a gate failed, a check found a problem, a change was rejected. */
  negative: 1,
  /** The command line was wrong. */
  usage: 2,
  /** Something this machine or folder lacks: cargo, git, a repository, a writable state folder. */
  environment: 3,
  /** The question needs an index and there is none. */
  noIndex: 4,
  /** A fault of ours. */
  internal: 70,
  interrupted: 130,
  terminated: 143,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const NEGATIVE =
  /^PT_(PREFLIGHT_(STALE_FILE|PATH_OUTSIDE|PATH_UNSAFE|NO_RECEIPT|APPLY_FAILED|NOTHING_TO_UNDO|DIRTY_FILE|GIT_FAILED)|CLI_(EDIT_REFUSED|NOT_CONFIRMED)|SORCERER_)/;
const USAGE = /^PT_(CLI_(USAGE|PROPOSAL_UNKNOWN|PROPOSAL_MALFORMED)|CORE_KEY_|STORE_ROW_UNKNOWN)/;

/** The status for an error: by the family of its code. */
export function exitCodeOf(error: unknown): ExitCode {
  if (!ParseltongueError.isInstance(error)) return EXIT.internal;
  if (error.code === 'PT_CLI_NO_INDEX') return EXIT.noIndex;
  if (USAGE.test(error.code)) return EXIT.usage;
  if (NEGATIVE.test(error.code)) return EXIT.negative;
  return EXIT.environment;
}
