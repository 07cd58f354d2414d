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
