import type { SkippedFile, SyntaxDiagnostic } from '@parseltongue/isg-core';
import type { FileDeclarations } from '../languages/rust/scan-module-declarations.js';
import type { FileStamp } from './stamp-files.js';

/** What one read of a file left behind, besides its syntax. */
export interface KnownFile {
  stamp: FileStamp;
  /** Where the file stood when it was read. */
  place: string;
  declarations: FileDeclarations;
  outcome: KnownOutcome;
}

export type KnownOutcome =
  | {
      status: 'parsed';
      hash: string;
      mtimeMs: number;
      interfaceHash: string;
      diagnostics: SyntaxDiagnostic[];
    }
  | { status: 'skipped'; skipped: SkippedFile };

/** What the consumer was told of a file. */
export interface ToldFile {
  hash: string;
  mtimeMs: number;
  place: string;
  /** Hash of the file's edges and reference counts. */
  graphHash: string;
}
