import { ParseltongueError } from '@parseltongue/isg-core';

/** Codes of `SorcererError` and the details each one carries. */
export interface SorcererErrorDetails {
  PT_SORCERER_RUN_ID_INVALID: { runId: string };
  PT_SORCERER_RUN_EXISTS: { runId: string };
  PT_SORCERER_RUN_UNKNOWN: { runId: string };
  PT_SORCERER_RUN_BUSY: { runId: string; pid: number };
  PT_SORCERER_LOG_CORRUPT: { runId: string; line: number; problem: string };
  PT_SORCERER_ARTEFACT_CORRUPT: { runId: string; name: string };
  PT_SORCERER_PORT_MISSING: { port: string };
  PT_SORCERER_OPTION_INVALID: { option: string; value: string };
  PT_SORCERER_ENGINE_MISSING: { engine: string; package: string };
  PT_SORCERER_ENGINE_OVERLOADED: { engine: string; status: number | null };
  PT_SORCERER_ENGINE_UNREACHABLE: { engine: string };
  PT_SORCERER_ENGINE_DENIED: { engine: string; status: number };
  PT_SORCERER_ENGINE_REJECTED: { engine: string; status: number | null };
  PT_SORCERER_ENGINE_FAILED: { engine: string; exit: number | null; stderr: string };
  PT_SORCERER_ENGINE_TIMEOUT: { engine: string; timeoutMs: number };
  PT_SORCERER_TRANSCRIPT_INVALID: { file: string; line: number };
  PT_SORCERER_REPLAY_MISS: { requestHash: string; attempt: number };
  PT_SORCERER_STEP_UNSUPPORTED: { engine: string; step: string };
  PT_SORCERER_ABORTED: { what: string };
}
export type SorcererErrorCode = keyof SorcererErrorDetails;

/** Thrown by this package for misuse, a broken environment or a violated contract; a rejected change is data. */
export class SorcererError<C extends SorcererErrorCode = SorcererErrorCode> extends ParseltongueError<
  C,
  SorcererErrorDetails[C]
> {}
