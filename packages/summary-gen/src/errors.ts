import { ParseltongueError } from '@parseltongue/isg-core';

/** Codes of `SummaryError` and the details each one carries. */
export interface SummaryErrorDetails {
  /** A line of the input stream is no row, chunk or record of the chunk streamer. */
  PT_SUMMARY_INPUT_INVALID: { line: number; problem: string };
  /** The document that names keys has another shape. */
  PT_SUMMARY_KEYS_INVALID: { problem: string };
  /** An option of the library or an argument of the program means nothing. */
  PT_SUMMARY_OPTION_INVALID: { option: string; value: string };
  /** The file of rows or keys cannot be read. */
  PT_SUMMARY_FILE_UNREADABLE: { file: string; reason: string };
  /** The caller's signal fired; summaries given before stand. */
  PT_SUMMARY_ABORTED: { done: number };
}
export type SummaryErrorCode = keyof SummaryErrorDetails;

/** Thrown for misuse and unreadable input; a model answer that is not good enough is data, never an error. */
export class SummaryError<C extends SummaryErrorCode = SummaryErrorCode> extends ParseltongueError<
  C,
  SummaryErrorDetails[C]
> {}
