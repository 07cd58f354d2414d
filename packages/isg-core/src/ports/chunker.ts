import type { SyntaxDiagnostic } from '../ledger.js';
import type { Chunk } from '../row.js';

export interface ChunkFileInput {
  /** Repo-relative path with `/`; decides language, crate and test class. */
  path: string;
  text: string;
}

export interface FileChunks {
  /** In byte order, the file row first. Assembling them gives the text back. */
  rows: Chunk[];
  diagnostics: SyntaxDiagnostic[];
}

/** Cuts one text into rows without touching a disk; implemented by the chunk streamer. */
export interface Chunker {
  chunkFile(input: ChunkFileInput): Promise<FileChunks>;
}
