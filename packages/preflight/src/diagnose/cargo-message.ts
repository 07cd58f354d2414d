import { z } from 'zod';

/** A place as rustc reports it; paths are relative to the workspace root or absolute. */
export interface RustcSpan {
  file_name: string;
  byte_start: number;
  byte_end: number;
  line_start: number;
  column_start: number;
  is_primary: boolean;
  label: string | null;
  suggested_replacement: string | null;
  suggestion_applicability: string | null;
  /** Set when the span lies in code a macro made; `span` is the place of the call. */
  expansion: { span: RustcSpan } | null;
}

/** A diagnostic as rustc and clippy write it. */
export interface RustcDiagnostic {
  message: string;
  code: { code: string } | null;
  level: string;
  spans: RustcSpan[];
  children: RustcDiagnostic[];
  rendered: string | null;
}

const RustcSpanSchema: z.ZodType<RustcSpan> = z.lazy(() =>
  z.object({
    file_name: z.string(),
    byte_start: z.number(),
    byte_end: z.number(),
    line_start: z.number(),
    column_start: z.number(),
    is_primary: z.boolean(),
    label: z.string().nullable(),
    suggested_replacement: z.string().nullable(),
    suggestion_applicability: z.string().nullable(),
    expansion: z.object({ span: RustcSpanSchema }).nullable(),
  }),
);

const RustcDiagnosticSchema: z.ZodType<RustcDiagnostic> = z.lazy(() =>
  z.object({
    message: z.string(),
    code: z.object({ code: z.string() }).nullable(),
    level: z.string(),
    spans: z.array(RustcSpanSchema),
    children: z.array(RustcDiagnosticSchema),
    rendered: z.string().nullable(),
  }),
);

const TargetSchema = z.object({ kind: z.array(z.string()), name: z.string(), src_path: z.string() });

/** The lines of cargo's JSON output that matter here; any other reason is passed over. */
export const CargoMessageSchema = z.discriminatedUnion('reason', [
  z.object({
    reason: z.literal('compiler-message'),
    package_id: z.string(),
    target: TargetSchema,
    message: RustcDiagnosticSchema,
  }),
  z.object({
    reason: z.literal('compiler-artifact'),
    package_id: z.string(),
    target: TargetSchema,
    profile: z.object({ test: z.boolean() }),
    executable: z.string().nullable(),
    fresh: z.boolean(),
  }),
  z.object({ reason: z.literal('build-finished'), success: z.boolean() }),
]);
export type CargoMessage = z.infer<typeof CargoMessageSchema>;
