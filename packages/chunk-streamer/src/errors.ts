import { ParseltongueError } from '@parseltongue/isg-core';

/** Codes of `StreamError` and the details each one carries. */
export interface StreamErrorDetails {
  PT_STREAM_ROOT_NOT_FOUND: { root: string };
  PT_STREAM_ROOT_NOT_DIRECTORY: { root: string };
  PT_STREAM_ROOT_UNREADABLE: { root: string; reason: string };
  PT_STREAM_OPTION_INVALID: { option: string; value: string };
  PT_STREAM_PATH_INVALID: { path: string };
  PT_STREAM_LANGUAGE_UNSUPPORTED: { path: string };
  PT_STREAM_LANGUAGE_INVALID: { module: string; problem: string };
  PT_STREAM_GRAMMAR_UNAVAILABLE: { file: string };
  PT_STREAM_WORKERS_LOST: { reason: string };
  PT_STREAM_RESOLVER_FAILED: { path: string; reason: string };
  PT_STREAM_CLOSED: { what: string };
  PT_STREAM_BUSY: { what: string };
  PT_STREAM_WATCH_FAILED: { folder: string; reason: string };
}
export type StreamErrorCode = keyof StreamErrorDetails;

/** Thrown for misuse and broken environments; a file that cannot be read or parsed is data in the ledger. */
export class StreamError<C extends StreamErrorCode = StreamErrorCode> extends ParseltongueError<
  C,
  StreamErrorDetails[C]
> {}
