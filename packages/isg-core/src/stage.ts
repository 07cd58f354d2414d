import { z } from 'zod';
import { EdgeSchema } from './edge.js';
import { LedgerSchema, SkippedFileSchema, SyntaxDiagnosticSchema } from './ledger.js';
import { ChunkSchema, ReferenceCountsSchema } from './row.js';

/** Facts about one indexed file. */
export const FileFactsSchema = z.strictObject({
  path: z.string(),
  /** sha-256 of the file's bytes. */
  hash: z.string(),
  size_bytes: z.int().nonnegative(),
  mtime_ms: z.number().nonnegative(),
  line_count: z.int().nonnegative(),
  language: z.string(),
  crate: z.string().nullable(),
  module_path: z.string().nullable(),
});
export type FileFacts = z.infer<typeof FileFactsSchema>;

export const IndexContract = 'pt.index/1';

/**
 * What the chunk streamer emits and the store ingests, one JSON document a line.
 *
 * A `file` record precedes the rows of its file and its rows follow in byte order; edges and reference counts come after
 * every row they name; the `ledger` ends the stream. `removed` names a file that is gone since the last stream.
 */
export const IndexRecordSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('file'), file: FileFactsSchema }),
  z.strictObject({ type: z.literal('removed'), path: z.string() }),
  z.strictObject({ type: z.literal('row'), row: ChunkSchema }),
  z.strictObject({ type: z.literal('edge'), edge: EdgeSchema }),
  z.strictObject({ type: z.literal('references'), references: ReferenceCountsSchema }),
  z.strictObject({ type: z.literal('skipped'), skipped: SkippedFileSchema }),
  z.strictObject({ type: z.literal('diagnostic'), diagnostic: SyntaxDiagnosticSchema }),
  z.strictObject({ type: z.literal('ledger'), contract: z.literal(IndexContract), ledger: LedgerSchema }),
]);
export type IndexRecord = z.infer<typeof IndexRecordSchema>;

/** Progress of any stage that takes over a second. `total` is null while unknown. */
export interface Progress {
  stage: string;
  done: number;
  total: number | null;
  unit: 'files' | 'rows' | 'bytes' | 'tests' | 'tokens' | 'steps';
  message?: string;
}
export type ProgressListener = (progress: Progress) => void;
