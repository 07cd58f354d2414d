import { ParseltongueError } from '@parseltongue/isg-core';
import { EXIT, type ExitCode } from './exit-codes.js';

const NEGATIVE =
  /^PT_(PREFLIGHT_(STALE_FILE|PATH_OUTSIDE|PATH_UNSAFE|NO_RECEIPT|APPLY_FAILED|NOTHING_TO_UNDO|DIRTY_FILE|GIT_FAILED|PULL_REQUEST_REFUSED)|CLI_(EDIT_REFUSED|NOT_CONFIRMED|NOT_PUBLISHED)|SORCERER_)/;
const USAGE =
  /^PT_(CLI_(USAGE|CONFIG_\w+|RUN_UNKNOWN|RESOURCE_UNKNOWN|PROPOSAL_UNKNOWN|PROPOSAL_MALFORMED)|SORCERER_RUN_UNKNOWN|CORE_KEY_|STORE_ROW_UNKNOWN)/;

/** The status for an error: by the family of its code. */
export function exitCodeOf(error: unknown): ExitCode {
  if (!ParseltongueError.isInstance(error)) return EXIT.internal;
  if (error.code === 'PT_CLI_NO_INDEX') return EXIT.noIndex;
  if (USAGE.test(error.code)) return EXIT.usage;
  if (NEGATIVE.test(error.code)) return EXIT.negative;
  return EXIT.environment;
}
