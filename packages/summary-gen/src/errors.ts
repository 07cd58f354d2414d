import { ParseltongueError } from '@parseltongue/isg-core';

/** Codes of `SummaryError` and the details each one carries. */
export interface SummaryErrorDetails {
  /** A line of the input stream is no row. */
  PT_SUMMARY_INPUT_INVALID: { line: number; problem: string };
  PT_SUMMARY_KEYS_INVALID: { problem: string };
  PT_SUMMARY_OPTION_INVALID: { option: string; value: string };
  PT_SUMMARY_FILE_UNREADABLE: { file: string; reason: string };
  PT_SUMMARY_ABORTED: { done: number };
}
export type SummaryErrorCode = keyof SummaryErrorDetails;

/** Thrown for misuse and unreadable input; a model answer that is not good enough is data, never an error. */
export class SummaryError<C extends SummaryErrorCode = SummaryErrorCode> extends ParseltongueError<
  C,
  SummaryErrorDetails[C]
> {}
