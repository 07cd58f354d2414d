import { z } from 'zod';
import { RowKeySchema } from './key.js';

/** How sure the compiler is of a suggestion; rustc's own words. */
export const ApplicabilitySchema = z.enum([
  'MachineApplicable',
  'MaybeIncorrect',
  'HasPlaceholders',
  'Unspecified',
]);
export type Applicability = z.infer<typeof ApplicabilitySchema>;

/** Replace the bytes `[start, end)` of a file. */
export const TextReplacementSchema = z.strictObject({
  path: z.string(),
  start: z.int().nonnegative(),
  end: z.int().nonnegative(),
  replacement: z.string(),
});
export type TextReplacement = z.infer<typeof TextReplacementSchema>;

/** One alternative a tool offers; its replacements belong together. */
export const SuggestionSchema = z.strictObject({
  message: z.string(),
  applicability: ApplicabilitySchema,
  replacements: z.array(TextReplacementSchema).min(1),
});
export type Suggestion = z.infer<typeof SuggestionSchema>;

export const DiagnosticSpanSchema = z.strictObject({
  path: z.string(),
  start: z.int().nonnegative(),
  end: z.int().nonnegative(),
  line: z.int().positive(),
  column: z.int().positive(),
  is_primary: z.boolean(),
  label: z.string().nullable(),
});

/** What a compiler, linter or analyzer said, with repo-relative paths and the row it concerns. */
export const CompilerDiagnosticSchema = z.strictObject({
  tool: z.enum(['rustc', 'clippy', 'rust-analyzer', 'rustdoc', 'rustfmt', 'parseltongue']),
  level: z.enum(['error', 'warning', 'note', 'help']),
  /** `E0432`, `unused_mut`, `clippy::almost_swapped`; null when the tool names none. */
  code: z.string().nullable(),
  message: z.string(),
  /** The tool's own full text, for people. */
  rendered: z.string(),
  package_name: z.string().nullable(),
  spans: z.array(DiagnosticSpanSchema),
  suggestions: z.array(SuggestionSchema),
  /** The innermost row around the primary span, null when unmapped. */
  row_key: RowKeySchema.nullable(),
});
export type CompilerDiagnostic = z.infer<typeof CompilerDiagnosticSchema>;

/** What makes two diagnostics the same across edits: tool, level, code, message and file, never the line. */
export function diagnosticIdentity(diagnostic: CompilerDiagnostic): string {
  const path = (diagnostic.spans.find((span) => span.is_primary) ?? diagnostic.spans[0])?.path ?? '';
  return [diagnostic.tool, diagnostic.level, diagnostic.code ?? '', path, diagnostic.message].join('\u0000');
}
