import { ParseltongueError } from '@parseltongue/isg-core';

/** Codes of `CliError` and the details each one carries. */
export interface CliErrorDetails {
  PT_CLI_USAGE: { argument: string };
  PT_CLI_NOT_A_REPOSITORY: { path: string };
  PT_CLI_NOT_RUST: { path: string; missing: 'Cargo.toml' | 'rust files' };
  PT_CLI_NO_INDEX: { path: string };
  PT_CLI_TOOL_MISSING: { tool: string };
  PT_CLI_PROPOSAL_UNKNOWN: { id: string };
  PT_CLI_PROPOSAL_MALFORMED: { source: string };
  PT_CLI_EDIT_REFUSED: { path: string; code: string; candidates: string[] };
  PT_CLI_NOT_CONFIRMED: { id: string };
  PT_CLI_STATE_UNWRITABLE: { path: string };
  PT_CLI_CONFIG_INVALID: { source: string; problem: string };
  PT_CLI_CONFIG_FORBIDDEN: { key: string; source: string };
  PT_CLI_NOT_PUBLISHED: { id: string };
  PT_CLI_RUN_UNKNOWN: { id: string };
  PT_CLI_DAEMON_FAILED: { problem: string };
  PT_CLI_RESOURCE_UNKNOWN: { uri: string };
  PT_CLI_REQUEST_REFUSED: { problem: string };
}
export type CliErrorCode = keyof CliErrorDetails;

/** Thrown for what a person or a client can put right: usage, the wrong folder, a missing index. */
export class CliError<C extends CliErrorCode = CliErrorCode> extends ParseltongueError<
  C,
  CliErrorDetails[C]
> {}
