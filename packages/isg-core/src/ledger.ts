import { z } from 'zod';
import { SpanSchema } from './row.js';

/** Why a file that was seen is not indexed. The list is closed: nothing is dropped for any other reason. */
export const SkipReasonSchema = z.enum([
  'ignored',
  'binary',
  'not_utf8',
  'too_large',
  'symlink',
  'generated',
  'unreadable',
  'nested_repository',
]);
export type SkipReason = z.infer<typeof SkipReasonSchema>;

export const SkippedFileSchema = z.strictObject({
  path: z.string(),
  reason: SkipReasonSchema,
  detail: z.string().optional(),
});
export type SkippedFile = z.infer<typeof SkippedFileSchema>;

/** A region the parser could not read. The region stays in its row. */
export const SyntaxDiagnosticSchema = z.strictObject({
  path: z.string(),
  span: SpanSchema,
  line: z.int().positive(),
  severity: z.enum(['error', 'warning']),
  message: z.string(),
});
export type SyntaxDiagnostic = z.infer<typeof SyntaxDiagnosticSchema>;

/** The account of one walk: `seen === indexed + skipped.length` always holds. */
export const LedgerSchema = z
  .strictObject({
    seen: z.int().nonnegative(),
    indexed: z.int().nonnegative(),
    skipped: z.array(SkippedFileSchema),
    diagnostics: z.array(SyntaxDiagnosticSchema),
  })
  .refine(
    (ledger) => ledger.seen === ledger.indexed + ledger.skipped.length,
    'seen must equal indexed + skipped',
  );
export type Ledger = z.infer<typeof LedgerSchema>;
