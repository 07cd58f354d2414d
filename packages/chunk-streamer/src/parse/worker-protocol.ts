import type { FileFacts, SkippedFile } from '@parseltongue/isg-core';
import type { FilePlace } from '../languages/define-language.js';
import type { RustFileSyntax } from '../languages/rust/syntax.js';

/** What a worker is started with. */
export interface WorkerSettings {
  maxFileBytes: number;
  /** Modules of languages beside those of the package; default none. */
  languages?: readonly string[];
}

/** One file to read and parse, or to parse from the text given. */
export interface ParseRequest {
  path: string;
  /** Where the file is on disk; not read when `text` is given. */
  file: string;
  text: string | null;
  place: FilePlace;
}

/** What became of one file: parsed, or skipped with a reason. */
export type ParseOutcome =
  | { status: 'parsed'; file: FileFacts; syntax: RustFileSyntax }
  | { status: 'skipped'; skipped: SkippedFile };

/** Main thread to worker; answers carry the same id. */
export interface WorkerRequest {
  id: number;
  request: ParseRequest;
}

/** Worker to main thread. The first message after start is `ready`. */
export type WorkerMessage =
  | { type: 'ready' }
  | { type: 'failed'; message: string }
  | { type: 'done'; id: number; outcome: ParseOutcome };
