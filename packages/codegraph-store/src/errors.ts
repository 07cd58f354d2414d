import { ParseltongueError } from '@parseltongue/isg-core';

/** Codes of `StoreError` and the details each one carries. */
export interface StoreErrorDetails {
  PT_STORE_ENGINE_MISSING: { engine: string; package: string };
  PT_STORE_ENGINE_UNSUPPORTED: { engine: string };
  PT_STORE_ENGINE_FAILED: { engine: string; problem: string };
  PT_STORE_NOT_FOUND: { file: string };
  PT_STORE_LOCKED: { pid: number; since: string };
  PT_STORE_VERSION_UNKNOWN: { file: string; format: number; supported: number };
  PT_STORE_CORRUPT: { file: string; offset: number; problem: string };
  PT_STORE_DISK_FULL: { operation: string };
  PT_STORE_READ_ONLY: { operation: string };
  PT_STORE_IO_FAILED: { operation: string; problem: string };
  PT_STORE_CLOSED: { operation: string };
  PT_STORE_ABORTED: { operation: string };
  PT_STORE_ROW_UNKNOWN: { key: string };
  PT_STORE_ROW_TOO_LARGE: { key: string; size_bytes: number; limit_bytes: number };
  PT_STORE_KEY_DUPLICATE: { key: string };
  PT_STORE_EDGE_DANGLING: { from: string; to: string; missing: string };
  PT_STORE_RECORD_INVALID: { subject: string; problem: string };
  PT_STORE_CHECKPOINT_UNKNOWN: { checkpoint: string };
  PT_STORE_PLAN_UNKNOWN: { plan: string };
  PT_STORE_PLAN_BROKEN: { plan: string; file: string; problem: string };
  PT_STORE_PLAN_STALE: { plan: string; keys: string[] };
  PT_STORE_TRANSITION_ILLEGAL: { plan: string; key: string; state: string; event: string };
  PT_STORE_QUERY_INVALID: { problem: string };
  PT_STORE_QUERY_WRITES: { problem: string };
  PT_STORE_QUERY_TIMEOUT: { timeout_ms: number };
  PT_STORE_OPTION_INVALID: { option: string; problem: string };
}
export type StoreErrorCode = keyof StoreErrorDetails;

/** Thrown by the store for misuse, a broken environment or a violated contract. */
export class StoreError<C extends StoreErrorCode = StoreErrorCode> extends ParseltongueError<
  C,
  StoreErrorDetails[C]
> {}

/** True for a {@link StoreError} with exactly this code, whichever copy of the package threw it. */
export function isStoreError<C extends StoreErrorCode>(value: unknown, code: C): value is StoreError<C> {
  return ParseltongueError.isInstance(value) && value.code === code;
}
